"""The SQL views and roles behind the published layers: what is not in a view does not leave.

A view per layer in the schema ``published`` shows the declared fields, the geometry,
the valid time and the changes that bound it, as those whom the layer is shared with are
shown them; of layers with reserved fields one more as the public is (``versions.audiences``).
A second one per layer with a place shows the rows of the districts in the setting
``tujing.districts``, and a third one, of public layers with reserved fields, shows all rows,
those fields only there; one more per layer is for the pages of its office (``offices``). A role
per share may select the share's columns of its view, and the login of outside
requests may only become such a role (docs/adr/0005-access.md). All follow the
declarations: made anew after a migrate and by ``manage.py publish_layers``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.apps import AppConfig
from django.db import connections, transaction

from layers.access.access import Caller, Grant, Sharing
from layers.declarations.audiences import audience_of, widest_audience
from layers.declarations.declarations import Companion, Layer
from layers.declarations.registry import all_layers, layer_named
from layers.models import LayerGrant
from layers.reading.offices import OFFICE, office_shares, office_sql
from layers.reading.share_roles import install_function, make_login, make_role
from layers.reading.shares import (
    AT_PUBLIC,
    BLANKED,
    BOOKKEEPING,
    CUT,
    LOGIN,
    STATE,
    Share,
    share_of,
    standing_shares,
)
from spatial.versions.audiences import Audience, valid_sql
from spatial.versions.logins import SITE, has_site
from spatial.versions.queries import DISTRICTS
from spatial.versions.spans import renew_spans

SCHEMA = "published"
REVISIONS_VIEW = f"{SCHEMA}.revisions"
SETTING = "tujing.districts"
LOCK = 7_411_382
# What the bare login may read, beside becoming the role of a share.
OWN_VIEWS = {
    "revisions": "SELECT register, number FROM public.versions_revision",
    "touched": "SELECT register, number, boxes FROM public.versions_touched",
    "standing": (
        "SELECT k.register, k.definition, d.day, d.opened - d.ended AS number"
        " FROM public.versions_keptfigures k"
        " JOIN public.versions_revision r ON r.register = k.register AND r.number = k.number"
        " JOIN public.versions_tallyday d ON d.register = k.register AND d.name = ''"
        " WHERE d.opened <> d.ended"  # replaced on that day, which may have shown nobody anything
    ),
}
READ_BY_LOGIN = tuple(OWN_VIEWS)


def view_sql(layer: Layer, audience: Audience | None) -> str:
    """The definition of a layer's view: bookkeeping, code, declared fields, geom, valid.

    The bookkeeping is an audience's: of what has changed for others it tells nothing.
    """
    return _select(layer, audience, _columns(layer, audience))


def companion_sql(one: Companion) -> str:
    """The definition of the view of what belongs to a layer."""
    return f'SELECT {", ".join(one.columns)} FROM public."{one.model._meta.db_table}"'


def companions_sql() -> str:
    """The definition of the view of what belongs to which layer, with the columns that are read."""
    rows = [
        f"('{layer.id}', '{one.view}', string_to_array('{' '.join(one.columns)}', ' '))"
        for layer in all_layers()
        for one in layer.companions
    ]
    nothing = "(NULL::text, NULL::text, NULL::text[])"
    values = f"VALUES {', '.join([nothing, *rows])}"
    return f"SELECT * FROM ({values}) AS c (layer, view, columns) WHERE layer IS NOT NULL"


def _columns(layer: Layer, audience: Audience | None) -> dict[str, str]:
    """The columns of a view, each with its expression."""
    every = audience == widest_audience(layer)
    names = [str(layer.column(f.name).column) for f in layer.fields if every or not f.reserved]
    plain = [*BOOKKEEPING, "code", *names, *(["geom"] if layer.geometry else []), "valid"]
    found = {name: f'"{name}"' for name in plain}
    stands, is_shown = STATE
    found[stands] = "upper_inf(valid)"  # the condition of the indexes of today's versions
    found[is_shown] = "true"
    if audience:
        found["id"] = f"coalesce({audience}_first, id)"
        found["valid"] = valid_sql(audience)
        found[is_shown] = f"{audience}_first IS NULL"
    return found


def _select(layer: Layer, audience: Audience | None, columns: Mapping[str, str]) -> str:
    listed = ", ".join(
        sql if sql == f'"{name}"' else f'{sql} AS "{name}"' for name, sql in columns.items()
    )
    return f'SELECT {listed} FROM public."{layer.model._meta.db_table}"'


def cut_sql(layer: Layer, audience: Audience | None) -> str:
    """The definition of the view that shows only the districts of the setting.

    Not a security barrier: that would keep every spatial condition from its index,
    since PostGIS's operators are not leakproof. Nobody outside can send a function of
    their own that would leak, as all SQL here is compiled from declared fields.
    """
    return f"{view_sql(layer, audience)} WHERE {_in_districts()}"


def blanked_sql(layer: Layer) -> str:
    """The definition of the view that shows reserved fields in the districts of the setting only.

    For the holder of a grant of districts on a public layer, whose other rows stay public.
    Conditions on the public fields, the place and the time pass through to their indexes.
    """
    columns = _columns(layer, audience := widest_audience(layer))
    for field in layer.fields:
        if field.reserved:
            name = str(layer.column(field.name).column)
            columns[name] = f'CASE WHEN {_in_districts()} THEN "{name}" END'
    return _select(layer, audience, columns)


def _in_districts() -> str:
    allowed = f"string_to_array(current_setting('{SETTING}', true), ',')"
    return f'"{DISTRICTS}" && {allowed}'


def sync_views(using: str = "default") -> list[str]:
    """Bring the views and roles in line with the declarations; returns the views that changed.

    It is the owner's to do. A view that is as declared is left alone, so a start on a full,
    busy database takes no lock.
    """
    declared = _declared()
    connection = connections[using]
    with transaction.atomic(using), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        cursor.execute(
            "SELECT relname, obj_description(oid) FROM pg_class"
            " WHERE relkind = 'v' AND relnamespace = %s::regnamespace",
            [SCHEMA],
        )
        present = dict(cursor.fetchall())
        for name in present.keys() - declared.keys():
            cursor.execute(f'DROP VIEW {SCHEMA}."{name}"')
        stale = [name for name, sql in declared.items() if present.get(name) != sql]
        for name in stale:
            cursor.execute(f'DROP VIEW IF EXISTS {SCHEMA}."{name}"')
            cursor.execute(f'CREATE VIEW {SCHEMA}."{name}" AS {declared[name]}')
            cursor.execute(f'COMMENT ON VIEW {SCHEMA}."{name}" IS %s', [declared[name]])
        install_function(cursor)
        make_login(cursor)
        _open(cursor, declared)
        for share in (*standing_shares(), *office_shares(), *granted_shares(using)):
            make_role(cursor, share)
    return stale


def granted_shares(using: str = "default") -> list[Share]:
    """The shares that standing grants make, whose rights a view made anew has lost."""
    connection = connections[using]
    if LayerGrant._meta.db_table not in connection.introspection.table_names():
        return []
    found: dict[str, Share] = {}
    grants = LayerGrant.objects.using(using).filter(withdrawn_at=None)
    for kept in grants.select_related("consumer"):
        grant = Grant(kept.layer, frozenset(kept.fields), tuple(sorted(kept.districts)))
        who = kept.consumer
        caller = Caller(who.name, is_department=who.is_department, grants=(grant,))
        layer = layer_named(kept.layer)
        # A layer that is off keeps its roles, for when it is put on again.
        if layer and (share := share_of(caller, replace(layer, is_withdrawn=False))):
            found[share.role] = share
    return list(found.values())


def ensure_roles(shares: Iterable[Share], using: str = "default") -> None:
    """Make the roles of these shares, if they are not there: a key was granted."""
    with transaction.atomic(using), connections[using].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        for share in shares:
            make_role(cursor, share)


def _declared() -> dict[str, str]:
    found = OWN_VIEWS | {"companions": companions_sql()}
    for layer in all_layers():
        found |= {one.view: companion_sql(one) for one in layer.companions}
        found[layer.id + OFFICE] = office_sql(layer)
        if layer.sharing is Sharing.WITHHELD:
            continue
        for audience, name in _views(layer).items():
            found[name] = view_sql(layer, audience)
            if layer.has_districts:
                found[name + CUT] = cut_sql(layer, audience)
        if layer.has_districts and layer.public and any(f.reserved for f in layer.fields):
            found[layer.id + BLANKED] = blanked_sql(layer)
    return found


def _views(layer: Layer) -> dict[Audience | None, str]:
    """The names of a layer's views of all districts, by audience."""
    public = audience_of(layer, [f.name for f in layer.fields if not f.reserved])
    return {public: layer.id + AT_PUBLIC, widest_audience(layer): layer.id}


def _open(cursor: Any, views: Iterable[str]) -> None:
    """What the bare login may read, and that the site reads every view."""
    for role, names in ((LOGIN, READ_BY_LOGIN), (SITE, views)):
        if role == SITE and not has_site(cursor):
            continue
        cursor.execute("SELECT has_schema_privilege(%s, %s, 'USAGE')", [role, SCHEMA])
        if not cursor.fetchone()[0]:
            cursor.execute(f"GRANT USAGE ON SCHEMA {SCHEMA} TO {role}")
        cursor.execute(
            "SELECT name FROM unnest(%s) AS name"
            " WHERE NOT has_table_privilege(%s, format('%%I.%%I', %s, name), 'SELECT')",
            [list(names), role, SCHEMA],
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'GRANT SELECT ON {SCHEMA}."{name}" TO {role}')


def drop_views_for(plan: list, using: str, **_: Any) -> None:
    """Before migrations that will run: views would forbid changing their columns."""
    if plan:
        with connections[using].cursor() as cursor:
            cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")


def make_views(sender: AppConfig, using: str = "default", **_: Any) -> None:
    """After a migrate: the views again; none while the tables are of another release."""
    if tables_are_todays(using):
        renew_spans(using)
        sync_views(using)


def tables_are_todays(using: str) -> bool:
    """Whether every column of every layer's register is there."""
    models = {layer.model for layer in all_layers()}
    wanted = {(m._meta.db_table, field.column) for m in models for field in m._meta.concrete_fields}
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = current_schema() AND table_name = ANY (%s)",
            [[model._meta.db_table for model in models]],
        )
        return wanted <= set(cursor.fetchall())
