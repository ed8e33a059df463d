"""Who writes what: every kind of layer, every caller, every way to change a register.

The table below says by hand who does what with a kind of layer; the code under test is not
asked. Nothing is written: what is let in lacks its body, its files or its stage, and is
answered so; what is refused to somebody known is one row in the record of refused writes.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.contrib.auth.models import User
from django.test import Client

from importers.models import ImportRun
from layers.declarations.known_roles import known_roles
from layers.declarations.registry import all_layers, layer_of
from layers.models import ApiKey, Consumer, LayerGrant, RefusedWrite
from layers.reading.publish import ensure_roles
from layers.reading.shares import share_of
from layers.sharing.keys import new_key
from spatial.versions.models import Change
from tests.layers.ogc.test_matrix import code_of, plant
from tests.layers.ogc.writers import MERGE_PATCH, Writer, caller_with_key
from tests.town import make_user

pytestmark = pytest.mark.django_db
JSON = {"content_type": "application/json", "headers": {"Accept": "application/json"}}
ROLES = frozenset(known_roles())
KEYS = frozenset({"department key", "narrow key", "write key", "key of another layer"})
EVERYBODY = ROLES | KEYS | {"anonymous", "no role", "admin"}
GRANTED = frozenset({"narrow key", "write key"})
KEEPERS = frozenset({"STEWARD", "admin"})
CENTRE = frozenset({"INSPECTOR", "INTAKE", "CHIEF", "DISPATCHER", "HANDLER"})
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Kind:
    """Layers of which the same callers do the same."""

    layers: tuple[str, ...]
    sees: frozenset[str]
    writes: frozenset[str]
    delivers: frozenset[str]
    undoes: frozenset[str]
    by_steps: bool = False


def of_office(layers, office, sees=EVERYBODY) -> Kind:
    keepers = KEEPERS | {office}
    return Kind(layers, sees, keepers | {"write key"}, keepers, keepers)


KINDS = {
    "of the stewards, not of administrators": Kind(
        ("grid-cells", "components"),
        EVERYBODY,
        frozenset({"STEWARD", "write key"}),
        frozenset({"STEWARD"}),
        frozenset({"STEWARD"}),
    ),
    "of the stewards": Kind(
        (
            *("districts", "landcover", "water", "roads", "addresses"),
            *("plan-zones", "constraints", "warnings", "rain-stations"),
        ),
        EVERYBODY,
        KEEPERS | {"write key"},
        KEEPERS,
        KEEPERS,
    ),
    "of the land office": of_office(("parcels", "buildings"), "LAND"),
    "of the hazard office": of_office(("hazard-sites",), "HAZARD"),
    "of the housing office, closed": of_office(
        ("units",), "HOUSING", GRANTED | {"HOUSING", "LAND", "STEWARD", "admin"}
    ),
    "of the pipe office, closed": of_office(
        ("pipe-lines", "pipe-points"),
        "PIPES",
        GRANTED | {"PIPES", "PLANNER", "DISPATCHER", "STEWARD", "admin"},
    ),
    "made of files": Kind(
        ("terrain-sheets",),
        GRANTED | {"HAZARD", "PLANNER", "LAND", "admin"},
        frozenset({"admin", "write key"}),
        KEEPERS | {"LAND"},
        KEEPERS | {"LAND"},
    ),
    "withheld, of the housing office": Kind(
        ("storeys",), NOBODY, NOBODY, KEEPERS | {"HOUSING"}, KEEPERS | {"HOUSING"}
    ),
    "withheld, of the land office": Kind(
        ("rights",), NOBODY, NOBODY, KEEPERS | {"LAND"}, KEEPERS | {"LAND"}
    ),
    "casework": Kind(
        ("cases",),
        GRANTED | CENTRE | KEEPERS,
        NOBODY,
        NOBODY,
        NOBODY,
        by_steps=True,
    ),
}
# By night everybody at every layer; to land, some of everybody at one layer of some kinds.
NIGHT = [(kind, layer_id) for kind in KINDS for layer_id in KINDS[kind].layers]
LANDING = [
    (kind, layer_id)
    for kind, layer_id in NIGHT
    if layer_id
    in {"grid-cells", "roads", "parcels", "pipe-lines", "terrain-sheets", "rights", "cases"}
]
SOME = KEYS | {"anonymous", "no role", "LAND", "PIPES", "DISPATCHER", "HANDLER", "STEWARD", "admin"}


def test_every_layer_is_of_one_kind():
    named = [layer_id for kind in KINDS.values() for layer_id in kind.layers]
    assert sorted(named) == sorted(layer.id for layer in all_layers())


def key_with(name: str, *, is_department: bool, **grant) -> str:
    """A key whose grant is written as it is: what may be granted is another question."""
    consumer = Consumer.objects.create(name=name, organisation=name, is_department=is_department)
    key, digest = new_key()
    ApiKey.objects.create(consumer=consumer, prefix=key[:8], digest=digest, created_by="测试")
    if grant:
        LayerGrant.objects.create(consumer=consumer, granted_by="测试", **grant)
        share = share_of(caller_with_key(key), layer_of(grant["layer"]))
        ensure_roles([share] if share else [])
    return key


def callers(layer_id: str, names: frozenset[str]) -> Iterator[tuple[str, Writer]]:
    """Those of these names."""
    yield "anonymous", Writer(Client())
    people = {role.name: (role,) for role in known_roles().values()}
    for name, roles in {**people, "no role": ()}.items():
        if name not in names:
            continue
        client = Client()
        client.force_login(make_user(name.lower().replace(" ", "-"), *roles))
        yield name, Writer(client)
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    yield "admin", Writer(client)
    own, other = {"layer": layer_id}, "roads" if layer_id != "roads" else "water"
    first = layer_of(layer_id).fields[0].name
    grants = {
        "department key": (True, {}),
        "narrow key": (False, own | {"fields": [first]}),
        "write key": (False, own | {"may_write": True}),
        "key of another layer": (False, {"layer": other, "may_write": True}),
    }
    for name, (is_department, grant) in grants.items():
        yield name, Writer(Client(), key_with(name, is_department=is_department, **grant))


def api_statuses(kind: Kind, name: str) -> set[int]:
    """What the API may answer to a write that lacks its body or its If-Match."""
    if name not in kind.sees:
        return {404}
    if kind.by_steps:
        return {405}
    if name == "anonymous":
        return {401}
    return {400, 428} if name in kind.writes else {403}


def run_statuses(name: str, may: frozenset[str]) -> set[int]:
    """What the pages of deliveries may answer to what lacks its files or its stage."""
    if name == "anonymous" or name in KEYS:
        return {401}
    return {400, 409} if name in may else {403, 404}


def attempts(writer: Writer, layer_id: str) -> Iterator[tuple[str, str, int]]:
    """(operation, method, status) of every way to change a layer."""
    items = f"/ogc/collections/{layer_id}/items"
    item = f"{items}/{code_of(layer_of(layer_id))}"
    for operation, method, url, body, media in (
        ("create", "POST", items, "{", "application/geo+json"),
        ("replace", "PUT", item, "{", "application/geo+json"),
        ("patch", "PATCH", item, {"properties": {}}, MERGE_PATCH),
        ("delete", "DELETE", item, None, "application/geo+json"),
    ):
        answer = writer.send(method, url, body, media=media)
        yield operation, method, answer.status_code
    run = ImportRun.objects.get(layer=layer_id)
    for operation, url, body in (
        ("import, dry", "/imports/", {"layer": layer_id}),
        ("import, commit", "/imports/", {"layer": layer_id, "commit": True}),
        ("import, part", "/imports/", {"layer": layer_id, "commit": True, "partial": True}),
        ("commit", f"/imports/{run.pk}/commit", {}),
        ("undo", f"/imports/{run.pk}/undo", {}),
    ):
        headers = {**JSON["headers"], **writer.headers}
        answer = writer.client.post(url, body, content_type=JSON["content_type"], headers=headers)
        yield operation, "POST", answer.status_code


def check_writes(kind: Kind, layer_id: str, names: frozenset[str]) -> None:
    """Try every write of a layer, and see what the table and the record say."""
    plant(layer_of(layer_id))
    ImportRun.objects.create(layer=layer_id, state=ImportRun.State.REFUSED, who="某人")
    before = list(Change.objects.values()), list(layer_of(layer_id).model.objects.values())
    for name, writer in callers(layer_id, names):
        expected = {
            **dict.fromkeys(("create", "replace", "patch", "delete"), api_statuses(kind, name)),
            **dict.fromkeys(
                ("import, dry", "import, commit", "import, part", "commit"),
                run_statuses(name, kind.delivers),
            ),
            "undo": run_statuses(name, kind.undoes),
        }
        last = RefusedWrite.objects.count()
        refused = []
        for operation, method, status in attempts(writer, layer_id):
            assert status in expected[operation], (layer_id, name, operation, status)
            if status in (403, 404, 405) and name != "anonymous":
                refused.append((method, status))
        rows = RefusedWrite.objects.order_by("pk")[last:]
        assert [(row.operation, row.status) for row in rows] == refused, (layer_id, name)
        assert all(bool(row.key) is (name in KEYS) and row.who for row in rows)
        assert {row.layer for row in rows} <= {layer_id, ""}
    after = list(Change.objects.values()), list(layer_of(layer_id).model.objects.values())
    assert after == before


@pytest.mark.slow(reason="every caller, every way to write")
@pytest.mark.parametrize(("kind", "layer_id"), LANDING)
def test_each_kind_of_layer_is_written_by_whom_the_table_names(kind, layer_id):
    check_writes(KINDS[kind], layer_id, SOME)


@pytest.mark.long
@pytest.mark.parametrize(("kind", "layer_id"), NIGHT)
def test_every_layer_is_written_by_whom_the_table_names(kind, layer_id):
    check_writes(KINDS[kind], layer_id, EVERYBODY)
