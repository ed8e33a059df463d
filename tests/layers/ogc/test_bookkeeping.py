"""A change of withheld fields alone is told to nobody who does not see them, at no address."""

import re
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone

from layers.access.access import Sharing
from layers.declarations.audiences import fields_seen
from layers.declarations.declarations import Layer
from layers.declarations.registry import all_layers, layer_of
from spatial.parcels.models import Parcel
from spatial.versions.actions import apply, undo
from spatial.versions.audiences import Audience, audiences_of
from spatial.versions.edits import Action, Edit
from spatial.versions.models import Change
from spatial.versions.queries import attribute_fields
from tests.caches import forget_everything
from tests.factories import change, moment, open_feature, personal
from tests.layers.ogc.copies import plain
from tests.layers.ogc.test_matrix import PLAIN, shape_of
from tests.layers.ogc.writers import MERGE_PATCH, Writer, key_of
from tests.town import make_user

pytestmark = pytest.mark.django_db
LAYERS = [
    layer.id
    for layer in all_layers()
    if layer.sharing is not Sharing.WITHHELD and audiences_of(layer.model)
]
KEPT = ("ETag", "Last-Modified", "Memento-Datetime", "Link", "Cache-Control", "Content-Crs")
PASSING = re.compile(rb'"timeStamp": ?"[^"]*"|\b[A-Za-z0-9]{64}\b')  # the clock, tokens of forms
A, B = "甲", "乙"


@dataclass(frozen=True)
class Answer:
    """What a client can compare."""

    status: int
    headers: tuple
    body: bytes


def values_of(layer: Layer, text: str) -> dict:
    """A row of a layer's register in which every field has a value."""
    found = {}
    for field in attribute_fields(layer.model):
        kind = field.get_internal_type()
        if field.name == "geom":
            found["geom"] = shape_of(layer)
        elif field.name == "district_code":
            found[field.name] = "431382001001"
        elif kind in ("CharField", "TextField"):
            found[field.name] = "0" if field.choices or (field.max_length or 9) < 9 else text
        elif not field.null and not field.has_default():
            found[field.name] = PLAIN.get(kind)
    return found


def withheld(layer: Layer, audience: Audience) -> dict:
    """Other values of the fields that an audience does not see."""
    seen, other = fields_seen(layer.model)[audience], {"CharField": "另", "IntegerField": 7}
    return {
        f.name: other[f.get_internal_type()]
        for f in attribute_fields(layer.model)
        if f.name not in seen and f.get_internal_type() in other
    }


def addresses(layer: Layer, client: Client) -> list[str]:
    """Where something might be told of a feature and its layer."""
    here = f"/ogc/collections/{layer.id}"
    item = f"{here}/items/{quote(A)}"
    since = "TIMESTAMP('2021-01-01T00:00:00Z')"
    token = client.get(f"{here}/feed").json().get("next", "")
    return [
        here,
        f"{here}/items?filter={quote(f'valid_from > {since}')}",
        f"{here}/items?datetime=2021-01-01/..&sortby=-valid_from",
        f"{here}/items?datetime=2020-06-01/..&profile=versions-as-features-unique-ids",
        f"{here}/items?datetime=2020-06-01T00:00:00Z",
        f"{here}/items?f=html",
        f"{here}/changes?from=2020-06-01",
        f"{here}/feed?since={token}",
        f"{here}/download?f=csv",
        item,
        f"{item}?datetime=2020-06-01T00:00:00Z",
        f"{item}/versions",
        f"{item}/versions/20200101T000000Z",
        f"/ogc/collections/catalogue/items/{layer.id}",
        f"/panel/{layer.id}/{quote(A)}",
        f"/panel/{layer.id}/{quote(A)}?at=2020-06-01",
        "/",
    ]


def read_all(client: Client, urls: list[str]) -> dict[str, Answer]:
    forget_everything()
    found = {}
    for url in urls:
        answer = client.get(url)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        headers = tuple((name, answer.get(name)) for name in KEPT)
        found[url] = Answer(answer.status_code, headers, PASSING.sub(b"", body))
    return found


@pytest.fixture
def standing(request) -> Layer:
    layer = layer_of(request.param)
    edits = [Edit(Action.OPEN, code, values_of(layer, "名")) for code in (A, B)]
    apply(change(moment(2020)), layer.model, edits)
    return layer


def replace(layer: Layer, values: dict, *, at=None) -> None:
    row = layer.model.objects.current().get(code=A)
    known = {f.name: getattr(row, f.name) for f in attribute_fields(layer.model)}
    made = change(at or timezone.now(), why="密")
    apply(made, layer.model, [Edit(Action.REPLACE, A, {**known, **values})])


@pytest.mark.slow(reason="every door, twice")
@pytest.mark.parametrize("standing", LAYERS, indirect=True)
def test_nobody_learns_of_a_change_that_he_does_not_see(standing):
    layer = standing
    first = layer.fields[0].name
    keys = {
        "company": key_of("公司", layer.id, may_write=False, fields=[first], is_department=False),
        "department": key_of("部门", layer.id, may_write=False),
    }
    clients = {name: Client(headers={"authorization": f"Bearer {k}"}) for name, k in keys.items()}
    clients["anonymous"] = Client()
    asked = {name: addresses(layer, client) for name, client in clients.items()}
    asked["company"] = [u for u in asked["company"] if "/feed?" in u or "valid_from" in u]
    before = {name: read_all(client, asked[name]) for name, client in clients.items()}
    assert {a.status for u, a in before["department"].items() if "/items" in u} == {200}
    if never := withheld(layer, Audience.SHARED):
        replace(layer, never)
    for name, client in clients.items():
        told = [u for u, a in read_all(client, asked[name]).items() if a != before[name][u]]
        assert told == [], (name, never)
    reserved = withheld(layer, Audience.PUBLIC).keys() - never.keys()
    if not reserved:
        return
    replace(layer, dict.fromkeys(reserved, "又"))
    after = read_all(clients["anonymous"], asked["anonymous"])
    assert [u for u, a in after.items() if a != before["anonymous"][u]] == []
    after = read_all(clients["department"], asked["department"])
    told = {u for u, a in after.items() if a != before["department"][u]}
    here = f"/ogc/collections/{layer.id}/"
    of_the_past = (f"{here}items?datetime=2020-06-01T", f"{here}download?", f"{here}items?f=html")
    for url in asked["department"]:
        assert url in told or not url.startswith(here) or url.startswith(of_the_past), url


def test_who_keeps_a_layer_sees_every_change_of_it(client):
    layer = layer_of("parcels")
    open_feature(code=A, right_holder="张三")
    role = min(layer.readers)
    client.force_login(make_user("clerk", role))
    panel, anonymous = f"/panel/parcels/{quote(A)}", Client()
    replace(layer, {"right_holder": "李四"}, at=moment(2021))
    replace(layer, {"land_use": "0701"}, at=moment(2022))
    starts = [
        [day for day in ("2020-01-01", "2021-01-01", "2022-01-01") if day in text]
        for text in (c.get(panel).content.decode() for c in (client, anonymous))
    ]
    assert starts == [["2020-01-01", "2021-01-01", "2022-01-01"], ["2020-01-01", "2022-01-01"]]


def test_a_narrow_writer_meets_no_change_that_it_does_not_see(client):
    open_feature(code=A, right_holder="张三", land_use="1", registered_area_m2=5)
    key = key_of("系统", "parcels", fields=["land_use"])
    writer, url = Writer(client, key), f"/ogc/collections/parcels/items/{quote(A)}"
    tag = writer.tag(url)
    replace(layer_of("parcels"), {"right_holder": "李四"})
    assert writer.tag(url) == tag
    answer = writer.send(
        "PATCH", url, {"properties": {"land_use": "2"}}, media=MERGE_PATCH, if_match=tag
    )
    assert answer.status_code == 200, answer.content.decode()
    row = Parcel.objects.current().get(code=A)
    holder = personal(row, "right_holder")
    assert (holder, row.land_use, row.registered_area_m2) == ("李四", "2", 5)
    stale = writer.send(
        "PATCH", url, {"properties": {"land_use": "3"}}, media=MERGE_PATCH, if_match=tag
    )
    assert stale.status_code == 412


def test_a_write_before_a_change_that_is_not_shown_names_no_date(client):
    open_feature(code=A, right_holder="张三", land_use="1")
    writer = Writer(client, key_of("系统", "parcels"))
    url = f"/ogc/collections/parcels/items/{quote(A)}"
    replace(layer_of("parcels"), {"right_holder": "李四"}, at=moment(2021, 5, 5))
    answer = writer.send(
        "PATCH",
        url,
        {"properties": {"land_use": "2"}},
        media=MERGE_PATCH,
        if_match=writer.tag(url),
        ogc_mutation_datetime="2021-02-01T00:00:00Z",
    )
    assert answer.status_code == 409
    assert "2021" not in answer.content.decode()


def test_undone_it_was_never_there(client):
    open_feature(code=A, right_holder="张三")
    url = f"/ogc/collections/parcels/items/{quote(A)}"
    before = client.get(url)
    replace(layer_of("parcels"), {"right_holder": "李四"}, at=moment(2021))
    undo(Change.objects.latest("pk"), who="t", why="")
    after = client.get(url)
    assert (after["ETag"], plain(after.json())) == (before["ETag"], plain(before.json()))
