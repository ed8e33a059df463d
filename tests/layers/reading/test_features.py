"""What pages read is bound to the share: by the model, and by the database."""

import psycopg2
import pytest
from django.core.exceptions import FieldError
from django.db import connection
from django.db.utils import ConnectionDoesNotExist, ProgrammingError

from layers.access.access import ANONYMOUS, Caller
from layers.declarations.registry import all_layers, layer_of
from layers.models import PersonalRead
from layers.reading.features import feature_model, features
from layers.reading.offices import OfficeShare, PersonalShare, features_shown, page_share
from layers.reading.personal import PersonalDenied, full_values, masked_values
from layers.reading.queries import history_shown
from layers.reading.reading import read
from layers.reading.shares import LOGIN, share_of
from spatial.hazards.models import HazardSite
from spatial.parcels.models import Parcel
from spatial.parcels.roles import LandRole
from spatial.periods import NOW, at
from spatial.versions.actions import apply
from spatial.versions.edits import Action, Edit
from tests.factories import change, moment, open_feature, spot, square

pytestmark = pytest.mark.django_db
REFUSED = (psycopg2.ProgrammingError, ProgrammingError)
DEPARTMENT = Caller("guihua")
CLERK = Caller("jintu", frozenset({LandRole.LAND}))


def sites(caller=ANONYMOUS):
    return page_share(caller, layer_of("hazard-sites"))


def test_a_field_that_is_not_in_the_share_cannot_be_named():
    assert "source" in {f.name for f in features(sites(DEPARTMENT)).model._meta.fields}
    for name in ("source", "monitor"):
        with pytest.raises(FieldError, match=name):
            features(sites()).filter(**{name: "x"})
        with pytest.raises(FieldError, match=name):
            features(sites()).values_list(name)


def test_a_page_that_forgets_the_filter_of_fields_is_refused_by_the_database(client, monkeypatch):
    """The planted fault: a page shows every declared field to everybody."""
    open_feature(HazardSite, "H1", name="滑坡", source="内部台账", geom=spot())
    narrow = share_of(ANONYMOUS, layer_of("hazard-sites"))
    assert "内部台账" not in client.get("/panel/hazard-sites/H1").content.decode()
    monkeypatch.setattr(narrow, "fields", narrow.layer.fields)
    with pytest.raises(AttributeError, match="source"):
        client.get("/panel/hazard-sites/H1")
    role = narrow.role
    monkeypatch.setattr(narrow, "columns", (*narrow.columns, "source"))  # and its model likewise
    assert narrow.role == role
    feature_model.cache_clear()
    with pytest.raises(REFUSED, match="does not exist"):  # in the view of the public
        client.get("/panel/hazard-sites/H1")
    feature_model.cache_clear()


def test_it_reads_as_django_reads():
    for n in range(3):
        open_feature(HazardSite, f"H{n}", name="滑坡", threatened_people=n, geom=spot(n * 10))
    found = features(sites()).as_of(NOW)
    assert [site.code for site in found.order_by("-threatened_people")[:2]] == ["H2", "H1"]
    assert found.filter(threatened_people__gt=0).count() == 2
    assert found.exists()
    assert not features(sites()).as_of(at(moment(1990))).exists()
    assert found.get(code="H1").geom.equals_exact(spot(10))
    worst = found.filter(threatened_people=2).values("code")
    assert [site.code for site in found.filter(code__in=worst)] == ["H2"]


@pytest.mark.parametrize(
    "by_another_way",
    [
        lambda found: found.update(name="x"),
        lambda found: found.delete(),
        lambda found: found.model.objects.count(),
        lambda found: found.defer("name").get().name,
        lambda found: found[:1].count(),
    ],
)
def test_what_would_go_another_way_fails(by_another_way):
    open_feature(HazardSite, "H1", name="滑坡", geom=spot())
    with pytest.raises(ConnectionDoesNotExist):
        by_another_way(features(sites()))


def test_no_view_of_an_office_is_read_from_outside():
    with pytest.raises(REFUSED, match="permission denied"):
        read(sites(), f"SELECT code FROM {OfficeShare(layer_of('hazard-sites')).view}")
    views = [OfficeShare(layer).view for layer in all_layers()]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM unnest(%s) AS name WHERE has_any_column_privilege(%s, name, 'SELECT')",
            [views, LOGIN],
        )
        assert cursor.fetchall() == []


def test_the_login_of_outside_requests_becomes_no_role_of_an_office():
    roles = [kind(layer).role for layer in all_layers() for kind in (OfficeShare, PersonalShare)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE rolname = ANY (%s) AND pg_has_role(%s, oid, 'MEMBER')",
            [roles, LOGIN],
        )
        assert cursor.fetchall() == []


def test_an_office_reads_its_rows_and_a_role_of_its_own_the_names():
    office, people = OfficeShare(layer_of("parcels")), PersonalShare(layer_of("parcels"))
    read(office, f"SELECT land_use FROM {office.view}")
    read(people, f"SELECT code, right_holder FROM {people.view}")
    for share, column in ((office, "right_holder"), (people, "land_use")):
        with pytest.raises(REFUSED, match="permission denied"):
            read(share, f"SELECT {column} FROM {share.view}")


def test_of_what_is_withheld_only_its_office_is_shown_anything():
    rights = layer_of("rights")
    assert page_share(DEPARTMENT, rights) is None
    assert list(features_shown(DEPARTMENT, rights)) == []
    assert page_share(CLERK, rights) == OfficeShare(rights)
    assert list(features_shown(CLERK, rights)) == []


def test_names_are_masked_and_read_in_full_only_where_that_is_logged():
    parcels = layer_of("parcels")
    open_feature(Parcel, "P1", moment(2019), right_holder="张三丰", geom=square())
    edit = Edit(Action.REPLACE, "P1", {"right_holder": "李四光", "geom": square()})
    apply(change(moment(2021)), Parcel, [edit])
    shown = {
        caller: history_shown(page_share(caller, parcels), "P1").versions
        for caller in (DEPARTMENT, CLERK)
    }
    assert [len(versions) for versions in shown.values()] == [1, 2]

    def texts(values, versions):
        return [values.get(version.pk, {}).get("right_holder") for version in versions]

    def masks(caller):
        return texts(masked_values(page_share(caller, parcels), shown[caller]), shown[caller])

    assert masks(DEPARTMENT) == [""]
    assert masks(CLERK) == ["张**", "李**"]
    anonymous = page_share(ANONYMOUS, parcels)
    assert texts(masked_values(anonymous, shown[DEPARTMENT]), shown[DEPARTMENT]) == [""]
    with pytest.raises(PersonalDenied):
        full_values(DEPARTMENT, anonymous, shown[DEPARTMENT], "P1", "核对")
    assert not PersonalRead.objects.exists()
    full = full_values(CLERK, page_share(CLERK, parcels), shown[CLERK], "P1", "核对")
    assert texts(full, shown[CLERK]) == ["张三丰", "李四光"]
    assert PersonalRead.objects.get().who == "jintu"


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_the_role_ends_with_the_statement():
    office = OfficeShare(layer_of("parcels"))
    assert read(office, "SELECT current_user::text") == [(office.role,)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user = session_user, current_setting('statement_timeout')")
        assert cursor.fetchone() == (True, "0")
