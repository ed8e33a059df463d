"""How many queries a page takes: bounded, and the same however many rows it shows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grid.models import Case
from importers.models import ImportIssue, ImportRun
from layers.sharing.callers import caller_of
from spatial.housing.roles import HousingRole
from spatial.parcels.models import Building
from spatial.planning.roles import PlanningRole
from spatial.versions.actions import apply
from spatial.versions.edits import Action, Edit
from tests.factories import change, moment, square
from tests.grid.people import new_case, walk
from tests.town import make_user
from tests.webmap.site.addresses import QUERIES, changelists
from webmap.admin import change_effects
from webmap.web import idle

# At most so many queries on the second request of an administrator: what is kept of the
# first (codes, legends, figures of a revision) is no part of it.
BOUNDS = {
    "/": 8,
    "/planning": 8,
    "/map/style": 5,
    "/panel/buildings/B1": 14,
    "/panel/parcels/P2": 15,
    "/units/B1": 18,
    "/here": 24,  # one for each visible layer
    "/search": 22,
    "/overview/general": 5,
    "/overview/planning": 5,
    "/overview/housing": 5,
    "/grid/": 8,
    "/grid/list": 16,
    "/grid/components/": 7,
    "/grid/evaluation/": 22,
    "/sharing/": 7,
    "/sharing/steward": 12,
    "/imports/": 12,
    "/imports/{run_id}": 13,
    "/report/": 4,
    "/inspector/api/tasks": 8,
    "/admin/": 5,
    "/admin/versions/change/": 7,
    "/admin/parcels/building/": 8,
    "/ogc/collections": 6,
    "/ogc/collections/catalogue/items": 7,
    "/ogc/collections/buildings/items": 6,
}


def queries_of(client, url: str) -> list[str]:
    """The statements of the second request of a page; the first fills what is kept."""
    query = QUERIES.get(url.strip("/"), {})
    assert client.get(url, query).status_code == 200
    seen: list[str] = []

    def note(execute, sql, params, many, context):
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        answer = client.get(url, query)
        if answer.streaming:
            b"".join(answer.streaming_content)
    return [sql for sql in seen if not is_setting(sql)]


def is_setting(sql: str) -> bool:
    """Whether a statement only frames others, or reads what processes remember.

    Within a test's transaction the revisions, and which layers are taken off, are read at
    each look, as they must not be remembered there.
    """
    is_bare = sql.startswith("SET LOCAL") and "SELECT" not in sql
    is_kept = "published.revisions" in sql or 'ON ("layers_layerstate"' in sql
    return is_bare or is_kept or sql.startswith(("SAVEPOINT", "RELEASE"))


@pytest.mark.slow(reason="every page")
def test_pages_keep_within_their_bounds(site, monkeypatch):
    monkeypatch.setattr(change_effects, "SETTLED_AFTER_S", 0)  # remembered, as a minute later
    counts = {url: len(queries_of(site.client, url.format(**site.parts))) for url in BOUNDS}
    assert {url: n for url, n in counts.items() if n > BOUNDS[url]} == {}


def test_a_case_takes_few_queries_in_any_state(site):
    """What several parts of its page need is read once."""
    walked = [*Case.objects.current()]
    walked += [walk(new_case(), action) for action in ("dispatch", "send_check")]
    for case in walked:
        seen = queries_of(site.client, f"/grid/cases/{case.code}")
        assert len(seen) <= 15, (case.step, len(seen))
        assert len(set(seen)) == len(seen), case.step


@pytest.mark.long
def test_no_list_of_the_administrator_asks_row_by_row(site):
    counts = {url: len(queries_of(site.client, url)) for url in changelists()}
    assert {url: n for url, n in counts.items() if n > 20} == {}


def more_rows(site) -> None:
    """Ten more of what lists show."""
    rows = {f"B{n}": {"geom": square(n), "name": f"人民{n}楼"} for n in range(20, 30)}
    for code, values in rows.items():
        apply(change(moment(2022)), Building, [Edit(Action.OPEN, code, values)])
    for _ in range(10):
        new_case()
    for n in range(10):
        run = ImportRun.objects.create(
            layer="parcels" if n % 2 else "buildings", who="root", state=ImportRun.State.COMMITTED
        )
        ImportIssue.objects.create(run=run, file="a", row=n, code="empty", severity="warning")


GROWING = (
    "/",
    "/here",
    "/search",
    "/overview/general",
    "/grid/list",
    "/grid/cases/{case}",
    "/imports/",
    "/sharing/",
    "/report/",
    "/inspector/api/tasks",
    "/inspector/api/mine",
    "/admin/versions/change/",
    "/admin/parcels/building/",
    "/admin/importers/importrun/",
    "/ogc/collections/buildings/items",
    "/ogc/collections/catalogue/items",
)


@pytest.mark.slow(reason="every page twice")
def test_more_rows_take_no_more_queries(site, monkeypatch):
    monkeypatch.setattr(idle, "STEP_S", 3600)  # a slow run writes no act down in between
    before = {url: queries_of(site.client, url.format(**site.parts)) for url in GROWING}
    more_rows(site)
    grown = {}
    for url, few in before.items():
        many = queries_of(site.client, url.format(**site.parts))
        if len(many) > len(few):
            grown[url] = (len(few), len(many), sorted(set(many) - set(few))[:2])
    assert grown == {}


@pytest.mark.django_db
def test_the_caller_is_read_once_per_request(rf):
    request = rf.get("/")
    request.user = make_user("fangguan", HousingRole.HOUSING)
    caller_of(request)
    with CaptureQueriesContext(connection) as seen:
        assert caller_of(request).roles == {HousingRole.HOUSING}
    assert not [query for query in seen if "auth_group" in query["sql"]]
    request.user = make_user("guihua", PlanningRole.PLANNER)
    assert caller_of(request).name == "guihua"


def test_a_change_of_a_case_counts_no_other_register_anew(site):
    """What overviews and the map show of others is as it was: kept, or in memory."""
    for url in ("/", "/overview/general", "/overview/housing", "/ogc/collections/catalogue/items"):
        queries_of(site.client, url)
        new_case()
        seen: list[str] = []

        def note(execute, sql, params, many, context, seen=seen):
            seen.append(sql)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(note):
            site.client.get(url)
        counted = [sql for sql in seen if "parcels_building" in sql or 'FROM published."' in sql]
        assert counted == []
