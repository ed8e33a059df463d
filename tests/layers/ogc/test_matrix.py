"""Who sees what: every caller at every operation of the API, made from the declarations.

A text is planted in every field of every register that can hold one. Whatever a caller
asks, an answer may hold the texts of its own share and no others. The operations come
from the OpenAPI document of an administrator, so a new one is asked without being added
here.
"""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.contrib.gis.geos import GEOSGeometry
from django.test import Client
from django.utils import timezone

from layers.access.access import Sharing
from layers.declarations.declarations import Layer
from layers.declarations.registry import all_layers
from layers.models import ApiKey, Consumer, LayerGrant
from layers.reading.publish import ensure_roles
from layers.reading.revisions import KEYS
from layers.reading.shares import Share, share_of
from layers.roles import Role
from layers.sharing.keys import new_key
from spatial.city import city
from spatial.housing.roles import HousingRole
from spatial.pipes.roles import PipeRole
from spatial.versions.actions import apply
from spatial.versions.edits import Action, Edit
from spatial.versions.queries import BOOKKEEPING
from spatial.versions.revisions import count_revision
from tests.factories import change, moment, spot, square
from tests.layers.ogc.processes.asking import box, execute, point
from tests.town import make_user

pytestmark = pytest.mark.django_db
LONG_ENOUGH = 20
DISTRICT = "431382001001"
MARK = "藏"  # every planted text begins with it
MARKS = (MARK.encode(), MARK.encode("unicode_escape"))
PLAIN = {
    "FloatField": 1.0,
    "IntegerField": 1,
    "SmallIntegerField": 1,
    "PositiveIntegerField": 1,
    "PositiveSmallIntegerField": 1,
    "DateField": "2020-01-01",
    "DateTimeField": moment(2020),
}


@dataclass(frozen=True)
class Asker:
    """Somebody who asks: a client, and what it may see by layer."""

    name: str
    client: Client
    shares: dict[str, Share]


def planted(layer: Layer, name: str) -> str:
    """The text planted in a field, short enough for it and found nowhere else."""
    return f"{MARK}{layer.id}·{name}"[: layer.column(name).max_length or 200]


def fields_of(layer: Layer) -> list[str]:
    """The register's fields that can hold a planted text, published or not."""
    return [
        f.name
        for f in layer.model._meta.concrete_fields
        if f.get_internal_type() in ("CharField", "TextField")
        and (f.max_length or 200) >= LONG_ENOUGH
        and f.name not in ("code", "scheme")
    ]


def code_of(layer: Layer) -> str:
    return f"{MARK}码-{layer.id}"


def shape_of(layer: Layer) -> GEOSGeometry | None:
    if layer.geometry == "Point":
        return spot(5, 5)
    if layer.geometry == "LineString":
        return GEOSGeometry(f"SRID={city().projected};" + square().boundary.wkt)
    return square() if layer.geometry else None


def plant(layer: Layer) -> None:
    """One feature in a layer's register, with a text in every field that can hold one."""
    values: dict = {name: planted(layer, name) for name in fields_of(layer)}
    columns = {f.name: f for f in layer.model._meta.concrete_fields}
    if layer.geometry:
        values["geom"] = shape_of(layer)
    if "district_code" in columns:
        values["district_code"] = DISTRICT
    for name, column in columns.items():
        if not column.null and not column.has_default() and name not in BOOKKEEPING:
            values.setdefault(name, PLAIN.get(column.get_internal_type(), ""))
    edit = Edit(Action.OPEN, code_of(layer), values)
    apply(change(moment(2020), why="藏事由"), layer.model, [edit])


@pytest.fixture
def registers(db):
    """One feature in every register."""
    for layer in all_layers():
        plant(layer)


def with_key(name: str, *, is_department: bool, grants=(), revoked=False, expired=False) -> Client:
    consumer = Consumer.objects.create(name=name, organisation=name, is_department=is_department)
    key, digest = new_key()
    ApiKey.objects.create(
        consumer=consumer,
        prefix=key[:8],
        digest=digest,
        created_by="测试",
        revoked_at=timezone.now() - timedelta(seconds=1) if revoked else None,
        expires_at=timezone.now() - timedelta(seconds=1) if expired else None,
    )
    for grant in grants:
        LayerGrant.objects.create(consumer=consumer, granted_by="测试", **grant)
    count_revision(KEYS)
    return Client(headers={"authorization": f"Bearer {key}"})


@pytest.fixture
def askers(registers) -> list[Asker]:
    """An anonymous caller, a company, a department, two narrow keys, and people."""
    from layers.sharing.keys import caller_with

    narrow = {"layer": "pipe-lines", "fields": ["network", "material"], "districts": []}
    cut = {"layer": "cases", "fields": [], "districts": ["431382002"]}
    clients = {
        "anonymous": Client(),
        "company": with_key("公司", is_department=False),
        "department": with_key("部门", is_department=True),
        "conditional": with_key("燃气公司", is_department=False, grants=[narrow]),
        "district": with_key("街道", is_department=True, grants=[cut, {**cut, "layer": "parcels"}]),
    }
    for role in (Role.STEWARD, PipeRole.PIPES, HousingRole.HOUSING):
        clients[role.name] = Client()
        clients[role.name].force_login(make_user(role.name.lower(), role))
    clients["admin"] = Client()
    clients["admin"].force_login(User.objects.create_superuser("root"))
    found = []
    for name, client in clients.items():
        caller = _caller(client, caller_with)
        shares = {layer.id: share for layer in all_layers() if (share := share_of(caller, layer))}
        ensure_roles(shares.values())
        found.append(Asker(name, client, shares))
    return found


def _caller(client: Client, caller_with):
    """The caller behind a client, as a page would see it."""
    from django.contrib.auth.models import AnonymousUser
    from django.test import RequestFactory

    from layers.sharing.callers import api_caller

    held = client.headers if hasattr(client, "headers") else {}
    request = RequestFactory(headers=held).get("/")
    request.META.update(client.defaults)
    session = client.session.get("_auth_user_id")
    request.user = User.objects.get(pk=session) if session else AnonymousUser()
    return api_caller(request)


def forbidden_texts(asker: Asker) -> dict[str, str]:
    """Every planted text that this caller may not see, and where it stands."""
    hidden: dict[str, str] = {}
    for layer in all_layers():
        share = asker.shares.get(layer.id)
        rows = bool(share) and (
            not share.districts or any(DISTRICT.startswith(d) for d in share.districts)
        )
        if not rows:
            hidden[code_of(layer)] = layer.id
        for name in fields_of(layer):
            if not rows or name not in share.names:
                hidden[planted(layer, name)] = f"{layer.id}.{name}"
    for asked in list(hidden):  # what one layer hides, another layer of the register may show
        if any(asked in _shown(asker, layer) for layer in all_layers()):
            del hidden[asked]
    return hidden


def _shown(asker: Asker, layer: Layer) -> set[str]:
    share = asker.shares.get(layer.id)
    if not share or (share.districts and not DISTRICT.startswith(share.districts)):
        return set()
    return {code_of(layer), *(planted(layer, n) for n in fields_of(layer) if n in share.names)}


def operations(admin: Client) -> Iterator[str]:
    """Every GET of the administrator's document, its path filled in, in every format."""
    document = admin.get("/ogc/openapi?f=json").json()
    shared = document["components"]["parameters"]
    x, y = _tile(14)
    for path, item in document["paths"].items():
        if "get" not in item:
            continue
        layer_id = path.split("/")[2] if path.startswith("/collections/") else ""
        filled = path.replace("{code}", quote(f"藏码-{layer_id}"))
        filled = filled.replace("{tileMatrix}", "14").replace("{tileRow}", str(y))
        filled = filled.replace("{tileCol}", str(x))
        if "{" in filled:
            filled = filled.split("{")[0] + "x"
        forms = [""]
        for given in item["get"]["parameters"]:
            declared = shared[given["$ref"].rsplit("/", 1)[1]] if "$ref" in given else given
            if declared["name"] == "f":
                forms = declared["schema"].get("enum", ["json"])
        for form in forms:
            yield f"/ogc{filled}" + (f"?f={quote(form)}" if form else "")


def _tile(zoom: int) -> tuple[int, int]:
    """The tile that holds the planted features."""
    point = spot(5, 5).transform(4326, clone=True)
    size = 2**zoom
    latitude = math.radians(point.y)
    y = (1 - math.asinh(math.tan(latitude)) / math.pi) / 2
    return int((point.x + 180) / 360 * size), int(y * size)


def body_of(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def leaks_in(body: bytes, hidden: dict[str, str]) -> list[str]:
    if not any(sign in body for sign in MARKS):
        return []  # most answers hold no planted text at all
    return [
        where
        for text, where in hidden.items()
        if text.encode() in body or text.encode("unicode_escape") in body
    ]


def entitled(asker: Asker, layer: Layer) -> set[str] | None:
    """The fields that the caller is entitled to, said once more in the plainest words."""
    every = {f.name for f in layer.fields}
    public = {f.name for f in layer.fields if not f.reserved} if layer.public else None
    if layer.sharing is Sharing.WITHHELD:
        return None
    if asker.name in ("anonymous", "company"):
        return public
    if asker.name == "conditional":
        return {"network", "material"} if layer.id == "pipe-lines" else public
    if asker.name == "admin":
        return every
    role = {"STEWARD": Role.STEWARD, "PIPES": PipeRole.PIPES, "HOUSING": HousingRole.HOUSING}.get(
        asker.name
    )
    if asker.name == "district" and layer.id == "cases":
        return every
    shared = layer.public or layer.sharing is Sharing.MANDATORY or role in layer.readers
    return every if shared else None


def test_everybody_has_the_share_that_the_declarations_say(askers):
    for asker, layer in itertools.product(askers, all_layers()):
        share = asker.shares.get(layer.id)
        assert (set(share.names) if share else None) == entitled(asker, layer), (
            asker.name,
            layer.id,
        )
    cut = next(a for a in askers if a.name == "district").shares
    assert cut["cases"].districts == ("431382002",)
    assert cut["parcels"].districts == ()  # they are public
    assert any(f.reserved for layer in all_layers() for f in layer.fields)


FILES = ("f=gpkg", "f=fgb", "f=xlsx", "f=dxf")  # made by a process beside the server, each


def differing(askers: list[Asker], url: str) -> list[Asker]:
    """The first of the callers of each access class of the collection of an address; else all.

    Files of other programs are asked for by night: their columns are those of the texts.
    """
    if any(form in url for form in FILES):
        return []
    layer_id = url.split("/")[3] if url.startswith("/ogc/collections/") else ""
    if layer_id not in {layer.id for layer in all_layers()}:
        # Of the terrain everybody sees the same; it holds no rows.
        return askers[:1] if layer_id else askers
    firsts: dict[str, Asker] = {}
    for asker in askers:
        share = asker.shares.get(layer_id)
        firsts.setdefault(share.key if share else "", asker)
    return list(firsts.values())


@pytest.mark.parametrize(
    "asked_by",
    [
        pytest.param(
            differing, marks=pytest.mark.slow(reason="every access class at every operation")
        ),
        pytest.param(lambda askers, _: askers, marks=pytest.mark.long, id="all"),
    ],
)
def test_no_answer_holds_what_its_caller_may_not_see(askers, asked_by):
    admin = next(a for a in askers if a.name == "admin")
    urls = list(operations(admin.client))
    assert len(urls) > 200
    found: list[str] = []
    for asker in askers:
        hidden = forbidden_texts(asker)
        for url in urls:
            if asker not in asked_by(askers, url):
                continue
            answer = asker.client.get(url)
            if answer.status_code >= 500:
                found.append(f"{asker.name} {url}: {answer.status_code}")
            leaked = leaks_in(
                body_of(answer), {t: w for t, w in hidden.items() if quote(t) not in url}
            )
            found += [f"{asker.name} {url}: {where}" for where in leaked]
    assert found == []


@pytest.mark.slow(reason="every caller at every process")
def test_no_process_tells_what_its_caller_may_not_see(askers):
    area, here = box(-50, -50, 100, 100), point(5, 5)
    asked = [
        ("what-stands-here", {"point": here, "reach": 200, "shapes": True}),
        ("overlay-constraints", {"area": area, "reach": 200, "shapes": True}),
        *(
            ("layer-statistics", {"collection": layer.id, "area": area, "groupBy": field.name})
            for layer in all_layers()
            for field in layer.fields[:3]
        ),
    ]
    found: list[str] = []
    for asker in askers:
        hidden = forbidden_texts(asker)
        for process, inputs in asked:
            of = inputs.get("collection")
            if of and asker not in differing(askers, f"/ogc/collections/{of}"):
                continue
            answer = execute(asker.client, process, inputs)
            assert answer.status_code < 500, (asker.name, process, inputs)
            leaked = leaks_in(answer.content, hidden)
            found += [f"{asker.name} {process} {inputs}: {where}" for where in leaked]
        told = execute(asker.client, *asked[0]).json()["collections"]
        seen = {layer_id for layer_id, share in asker.shares.items() if share.layer.geometry}
        assert {entry["collection"] for entry in told} <= seen
    assert found == []


def test_everybody_gets_what_is_theirs(askers):
    """The other half: a test that only finds nothing would pass on a dead server."""
    for asker in askers:
        for layer_id, share in asker.shares.items():
            answer = asker.client.get(f"/ogc/collections/{layer_id}/items")
            assert answer.status_code == 200, (asker.name, layer_id)
            ids = [f["id"] for f in answer.json()["features"]]
            outside = share.districts and not DISTRICT.startswith(share.districts)
            assert ids == ([] if outside else [code_of(share.layer)]), (asker.name, layer_id)


@pytest.mark.slow(reason="every caller at every layer")
def test_hidden_collections_are_absent_and_answer_as_unknown_ones(askers):
    for asker in askers:
        listed = asker.client.get("/ogc/collections?f=json").content.decode()
        document = asker.client.get("/ogc/openapi?f=json").content.decode()
        for layer in all_layers():
            if layer.id in asker.shares:
                assert f'"{layer.id}"' in listed
                continue
            assert f'"{layer.id}"' not in listed, (asker.name, layer.id)
            assert f"/collections/{layer.id}/" not in document, (asker.name, layer.id)
            for rest in ("", "/items", f"/items/{code_of(layer)}", "/schema"):
                hidden = asker.client.get(f"/ogc/collections/{layer.id}{rest}")
                unknown = asker.client.get(f"/ogc/collections/nothing{rest}")
                assert hidden.status_code == unknown.status_code == 404
                assert (
                    hidden.content.decode().replace(layer.id, "nothing") == unknown.content.decode()
                )


@pytest.mark.slow(reason="every caller at every field")
@pytest.mark.parametrize(
    "probe",
    [
        "filter={name} LIKE '藏%'",
        "filter={name} IS NOT NULL",
        "filter=CASEI({name}) = 'x'",
        "sortby={name}",
        "sortby=-{name}",
        "properties={name}",
        "exclude-properties={name}",
        "{name}=x",
    ],
)
def test_a_hidden_field_can_be_neither_filtered_nor_sorted_nor_chosen(askers, probe):
    for asker, layer in itertools.product(askers, all_layers()):
        share = asker.shares.get(layer.id)
        if not share:
            continue
        base = f"/ogc/collections/{layer.id}/items"
        unseen = [name for name in fields_of(layer) if name not in share.names]
        unknown = asker.client.get(f"{base}?{probe.format(name='nothing')}") if unseen else None
        for name in unseen:
            hidden = asker.client.get(f"{base}?{probe.format(name=name)}")
            assert hidden.status_code == unknown.status_code == 400, (asker.name, layer.id, name)
            said = hidden.json()["detail"].replace(name, "nothing")
            assert said == unknown.json()["detail"]


def test_text_search_does_not_find_what_is_hidden(askers):
    for asker, layer in itertools.product(askers, all_layers()):
        share = asker.shares.get(layer.id)
        if not share:
            continue
        for name in fields_of(layer):
            if name not in share.names:
                url = f"/ogc/collections/{layer.id}/items"
                answer = asker.client.get(url, {"q": planted(layer, name)}).json()
                assert answer["numberMatched"] == 0


@pytest.mark.parametrize("state", ["revoked", "expired"])
def test_a_dead_key_opens_nothing_not_even_what_is_public(registers, state):
    client = with_key("旧系统", is_department=True, **{state: True})
    for url in ("/ogc/collections/parcels/items", "/ogc/collections", "/ogc/openapi"):
        answer = client.get(url)
        assert (answer.status_code, answer.json()["code"]) == (401, "Unauthorized")
        assert "Bearer" in answer["WWW-Authenticate"]


def test_a_key_revoked_just_now_is_dead(registers):
    client = with_key("系统", is_department=True)
    url = "/ogc/collections/addresses/items"
    assert "building_code" in client.get(url).json()["features"][0]["properties"]
    ApiKey.objects.update(revoked_at=timezone.now())
    count_revision(KEYS)
    assert client.get(url).status_code == 401


def test_keys_come_as_bearer_as_password_and_as_parameter(registers):
    import base64

    key = with_key("系统", is_department=True).defaults["HTTP_AUTHORIZATION"].split()[1]
    basic = base64.b64encode(f"anyone:{key}".encode()).decode()
    url = "/ogc/collections/addresses/items"
    for client, query in (
        (Client(headers={"authorization": f"Bearer {key}"}), ""),
        (Client(headers={"authorization": f"Basic {basic}"}), ""),
        (Client(), f"?token={key}"),
    ):
        answer = client.get(url + query)
        assert "building_code" in answer.json()["features"][0]["properties"]
        assert key not in answer.content.decode()
