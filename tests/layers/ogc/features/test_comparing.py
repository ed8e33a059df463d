"""Two dates compared: added, changed, ended, as the caller sees it and as two as-of reads say."""

import random

import pytest

from layers.declarations.registry import layer_of
from layers.ogc.common.requests import ItemsQuery
from layers.ogc.features.comparing import compare_sql
from layers.reading.shares import share_of
from spatial.parcels.models import Parcel
from spatial.periods import NOW
from spatial.periods import at as instant
from spatial.pipes.models import PipePoint
from spatial.pipes.roles import PipeRole
from spatial.versions.actions import apply, undo
from spatial.versions.edits import Action, Edit
from tests.factories import change, moment, open_feature, spot, square
from tests.layers.ogc.writers import key_of
from tests.town import make_user

pytestmark = pytest.mark.django_db
PARCELS = "/ogc/collections/parcels"
URL = f"{PARCELS}/changes"


def write(at, *edits):
    made = change(at)
    apply(made, Parcel, edits)
    return made


def row(**values):
    return {"geom": square(), **values}


@pytest.fixture
def years():
    """A stays; B moves and is rebuilt; C ends; D comes; E comes and goes; F changes unseen."""
    names = ("A", "B", "C", "F")
    write(moment(2020), *(Edit(Action.OPEN, n, row(land_use="0701", location=n)) for n in names))
    moved = row(geom=square(500), land_use="0901", location="B")
    write(
        moment(2021),
        Edit(Action.REPLACE, "B", moved),
        Edit(Action.END, "C"),
        Edit(Action.OPEN, "D", row(geom=square(900))),
        Edit(Action.OPEN, "E", row()),
        Edit(Action.REPLACE, "F", row(land_use="0701", location="F", right_holder="张三")),
    )
    write(
        moment(2022), Edit(Action.END, "E"), Edit(Action.REPLACE, "B", moved | {"location": "B2"})
    )


def told(client, **query):
    answer = client.get(URL, query)
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()


def brief(document):
    return {f["id"]: f["properties"]["change"] for f in document["features"]}


@pytest.mark.parametrize(
    "since, until, expected",
    [
        ("2020-06-01T00:00:00Z", "2023-01-01T00:00:00Z", {"B": "changed", "C": "ended", "D": "added"}),
        ("2020-06-01T00:00:00Z", "", {"B": "changed", "C": "ended", "D": "added"}),
        ("2020-06-01T00:00:00Z", "2021-06-01T00:00:00Z",
         {"B": "changed", "C": "ended", "D": "added", "E": "added"}),
        ("2021-06-01T00:00:00Z", "", {"B": "changed", "E": "ended"}),
        ("2021-01-01T00:00:00Z", "", {"B": "changed", "E": "ended"}),  # the later version stands
        ("2019-01-01T00:00:00Z", "2020-01-01T00:00:00Z", dict.fromkeys("ABCF", "added")),
        ("2022-06-01T00:00:00Z", "", {}),
        ("2020-06-01T00:00:00Z", "2020-06-01T00:00:00Z", {}),
    ],
)  # fmt: skip
def test_what_differs_between_two_moments(client, years, since, until, expected):
    query = {"from": since, **({"to": until} if until else {})}
    document = told(client, **query)
    assert brief(document) == expected
    assert document["numberReturned"] == len(expected)
    assert (document["from"], document["to"]) == (since, until or None)


def test_what_changed_is_named_with_its_values_before(client, years):
    found = {f["id"]: f for f in told(client, **{"from": "2020-06-01T00:00:00Z"})["features"]}
    changed = found["B"]["properties"]
    assert set(changed["changed"]) == {"land_use", "location", "geometry"}
    assert changed["before"] == {"land_use": "0701", "location": "B"}
    assert (changed["land_use"], changed["location"]) == ("0901", "B2")
    assert changed["valid_to"] is None
    assert "changed" not in found["D"]["properties"]
    ended = found["C"]
    assert ended["properties"]["valid_to"].startswith("2021-01-01")
    assert ended["geometry"]["type"] == "Polygon"


def test_what_the_caller_cannot_see_has_not_changed(client, years):
    text = client.get(URL, {"from": "2020-06-01T00:00:00Z"}).content.decode()
    assert '"F"' not in text
    assert "right_holder" not in text
    assert "张三" not in text
    open_feature(PipePoint, "G1", at=moment(2020), network="JS", fitting="阀门", geom=spot())
    values = {"network": "JS", "fitting": "消火栓", "geom": spot()}
    apply(change(moment(2021)), PipePoint, [Edit(Action.REPLACE, "G1", values)])
    points = "/ogc/collections/pipe-points/changes?from=2020-06-01T00:00:00Z"
    assert client.get(points).status_code == 404
    narrow = {"authorization": f"Bearer {key_of('专题', 'pipe-points', fields=['network'])}"}
    assert client.get(points, headers=narrow).json()["features"] == []
    client.force_login(make_user("pipes", PipeRole.PIPES))
    assert client.get(points).json()["features"][0]["properties"]["changed"] == ["fitting"]


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_every_page_of_the_differences(client, years, limit):
    seen, url = {}, f"{URL}?from=2020-06-01T00:00:00Z&limit={limit}"
    while url:
        document = client.get(url).json()
        assert len(document["features"]) <= limit
        assert not seen.keys() & brief(document).keys()
        seen |= brief(document)
        url = next((x["href"] for x in document["links"] if x["rel"] == "next"), "")
    assert seen == {"B": "changed", "C": "ended", "D": "added"}


def test_a_filter_or_box_that_meets_either_side(client, years):
    since = {"from": "2020-06-01T00:00:00Z"}
    assert brief(told(client, **since, filter="land_use = '0901'")) == {"B": "changed"}
    assert brief(told(client, **since, land_use="0701")) == {"B": "changed", "C": "ended"}
    ring = client.get(f"{PARCELS}/items/D").json()["geometry"]["coordinates"][0]
    box = ",".join(str(f(p[n] for p in ring)) for f in (min, max) for n in (0, 1))
    assert brief(told(client, **since, bbox=box)) == {"D": "added"}
    before = client.get(f"{PARCELS}/items/B?datetime=2020-06-01").json()["geometry"]
    west = ",".join(
        str(f(p[n] for p in before["coordinates"][0])) for f in (min, max) for n in (0, 1)
    )
    assert brief(told(client, **since, bbox=west)) == {
        "B": "changed",
        "C": "ended",
    }  # it moved away


def test_what_was_undone_does_not_differ(client, years):
    write(moment(2023), Edit(Action.OPEN, "G", row()))
    made = write(moment(2023), Edit(Action.REPLACE, "A", row(location="甲")))
    undo(made, who="t", why="")
    assert brief(told(client, **{"from": "2022-06-01T00:00:00Z"})) == {"G": "added"}


@pytest.mark.parametrize(
    "query",
    [
        "", "from=", "from=yesterday", "from=2020-01-01/2021-01-01",
        "from=2020-01-01&to=2021-01-01/2022-01-01", "from=2021-01-01&to=2020-01-01",
        "from=2020-01-01&datetime=2020-01-01", "from=2020-01-01&sortby=code",
        "from=2020-01-01&offset=1", "from=2020-01-01&foo=1", "from=2020-01-01&right_holder=x",
        "from=2020-01-01&cursor=x", "from=2020-01-01&f=html", "from=2020-01-01&limit=0",
    ],
)  # fmt: skip
def test_a_bad_question_is_refused(client, years, query):
    assert client.get(f"{URL}?{query}").status_code in (400, 406)


def test_it_is_what_two_reads_say(client):
    """Against a comparison in Python of two full as-of reads, for random histories."""
    dice = random.Random(7)
    standing: set[str] = set()
    for year in range(2005, 2025):
        edits = []
        for code in dice.sample([f"P{n}" for n in range(30)], 8):
            values = row(land_use=str(dice.randrange(3)), geom=square(dice.randrange(3)))
            if code not in standing:
                edits.append(Edit(Action.OPEN, code, values))
                standing.add(code)
            elif dice.random() < 0.4:
                edits.append(Edit(Action.END, code))
                standing.discard(code)
            else:
                edits.append(Edit(Action.REPLACE, code, values))
        write(moment(year), *edits)

    def read(at):
        url = f"{PARCELS}/items?limit=1000" + (f"&datetime={at}" if at else "")
        return {f["id"]: f for f in client.get(url).json()["features"]}

    def seen(feature):
        kept = {k: v for k, v in feature["properties"].items() if not k.startswith("valid")}
        return kept, feature["geometry"]

    for first, last in ((2006, 2010), (2008, 2009), (2005, None), (2015, None), (2012, 2024)):
        bounds = [f"{year}-06-01T00:00:00Z" if year else "" for year in (first, last)]
        old, new = map(read, bounds)
        expected = dict.fromkeys(new.keys() - old.keys(), "added")
        expected |= dict.fromkeys(old.keys() - new.keys(), "ended")
        both = old.keys() & new.keys()
        expected |= {c: "changed" for c in both if seen(old[c]) != seen(new[c])}
        query = {"from": bounds[0], **({"to": bounds[1]} if bounds[1] else {})}
        assert brief(told(client, **query, limit=1000)) == expected


def test_one_statement_reads_it(years):
    share = share_of_public()
    sql, params = compare_sql(share, ItemsQuery(), instant(moment(2020)), NOW)
    assert sql.count("%s") == len(params)
    assert sql.count("FROM " + share.view) == 4


def share_of_public():
    from layers.access.access import ANONYMOUS

    share = share_of(ANONYMOUS, layer_of("parcels"))
    assert share
    return share


def test_a_client_that_has_it_gets_304(client, years):
    query = {"from": "2020-06-01T00:00:00Z"}
    held = {"if-none-match": client.get(URL, query)["ETag"]}
    assert client.get(URL, query, headers=held).status_code == 304
    write(moment(2023), Edit(Action.OPEN, "G", row()))
    assert client.get(URL, query, headers=held).status_code == 200
