"""Roles of shares: the site makes them through a function that checks what is named."""

import pytest
from django.db import connection, transaction

from layers.access.access import ANONYMOUS
from layers.declarations.registry import layer_of
from layers.reading.publish import ensure_roles
from layers.reading.shares import share_of
from spatial.versions.logins import as_owner
from tests.running.logins import refusal, rows, three_logins

pytestmark = [pytest.mark.django_db, three_logins]


@pytest.mark.parametrize(
    ("view", "columns"),
    [
        ("parcels", ["code; GRANT tujing_owner TO tujing_site"]),
        ('parcels" TO PUBLIC; --', ["code"]),
        ("../public.auth_user", ["password"]),
        ("pg_authid", ["rolpassword"]),
        ("revisions", ["number", "more"]),
        ("parcels", []),
    ],
)
def test_a_share_is_made_of_published_columns_only(view, columns) -> None:
    said = refusal("SELECT layers_make_share(%s, %s::text[])", view, columns)
    assert "no published view" in said


def test_a_role_reads_what_its_name_says() -> None:
    share = share_of(ANONYMOUS, layer_of("parcels"))
    ensure_roles([share])
    ((name,),) = rows("SELECT layers_make_share('parcels', %s)", list(share.columns))
    assert name == share.role
    ((other,),) = rows("SELECT layers_make_share('parcels', ARRAY['code'])")
    assert other != name
    assert rows(
        "SELECT has_column_privilege(%s, 'published.parcels', 'geom', 'SELECT')", other
    ) == [(False,)]


@pytest.mark.django_db(transaction=True)
def test_a_missing_role_is_named() -> None:
    """The reader is called otherwise for a moment, in a transaction that is taken back."""
    with as_owner(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER ROLE tujing_reader RENAME TO tujing_reader_away")
        said = refusal("SELECT layers_make_share('parcels', ARRAY['code'])")
        transaction.set_rollback(True)
    assert "tujing_reader 缺失" in said
