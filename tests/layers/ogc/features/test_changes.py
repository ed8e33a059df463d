"""The change feed: entries in order, each share its own, tokens that say when to start again."""

import pytest

from layers.ogc.features import changes
from layers.ogc.features.changes import read_token
from layers.reading.feed_tokens import Token
from spatial.parcels.models import Parcel
from spatial.pipes.models import PipePoint
from spatial.pipes.roles import PipeRole
from spatial.versions.actions import apply, record_change, undo
from spatial.versions.edits import Action, Edit
from spatial.versions.models import Change, RevisionChange
from tests.factories import change, moment, open_feature, spot, square, unguarded
from tests.layers.ogc.copies import Copy, plain
from tests.layers.ogc.writers import key_of
from tests.town import make_user

pytestmark = pytest.mark.django_db
PARCELS = "/ogc/collections/parcels"
FEED = f"{PARCELS}/feed"
VILLAGE, OTHER = "431382001001", "431382002001"


def entry(code, action=Action.OPEN, **values):
    return Edit(action, code, {"geom": square(), **values} if action is not Action.END else {})


def write(*edits, at=None, model=Parcel):
    made = change(at or moment(2020))
    apply(made, model, edits)
    return made


def told(client, since, **query):
    answer = client.get(FEED, {"since": since, **query})
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()


def begin(client):
    answer = client.get(FEED).json()
    assert answer["entries"] == []
    assert not answer["hasMore"]
    return answer["next"]


def brief(answer):
    return [(e["code"], e["operation"], e["feature"] is not None) for e in answer["entries"]]


def test_what_happened_comes_in_order_with_how_it_stands_now(client):
    write(entry("A"), entry("B"))
    since = begin(client)
    assert told(client, since)["entries"] == []
    write(entry("C", land_use="1"), entry("A", Action.REPLACE, land_use="2"), at=moment(2021))
    write(entry("B", Action.END), at=moment(2022))
    answer = told(client, since)
    assert brief(answer) == [
        ("A", "replaced", True), ("C", "opened", True), ("B", "ended", False)]  # fmt: skip
    assert [e["feature"]["properties"]["land_use"] for e in answer["entries"][:2]] == ["2", "1"]
    assert answer["entries"][2]["at"] == "2022-01-01T00:00:00Z"
    assert [e["revision"] for e in answer["entries"]] == [2, 2, 3]
    assert told(client, answer["next"])["entries"] == []
    item = client.get(f"{PARCELS}/items/A").json()
    assert plain(item) == plain(answer["entries"][0]["feature"])


def test_undo_and_its_undo_are_told(client):
    write(entry("A", land_use="1"))
    since = begin(client)
    later = write(entry("A", Action.REPLACE, land_use="2"), entry("B"), at=moment(2021))
    first = undo(later, who="t", why="")
    assert brief(told(client, since))[:2] == [("A", "replaced", True), ("B", "opened", False)]
    assert brief(told(client, since))[2:] == [("A", "restored", True), ("B", "voided", False)]
    copy = told(client, since)["entries"][2]["feature"]
    assert copy["properties"]["land_use"] == "1"
    undo(first, who="t", why="")
    again = told(client, since)["entries"]
    assert [e["code"] for e in again[4:]] == ["A", "B"]
    assert again[4]["feature"]["properties"]["land_use"] == "2"


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_pages_of_any_size_tell_the_same(client, limit):
    since = begin(client)
    for n in range(3):
        write(*(entry(f"{n}-{m}") for m in range(4)), at=moment(2020 + n))
    write(*(entry(f"1-{m}", Action.END) for m in range(4)), at=moment(2024))
    seen, more = [], True
    while more:
        answer = told(client, since, limit=limit)
        assert len(answer["entries"]) <= limit
        seen += brief(answer)
        since, more = answer["next"], answer["hasMore"]
    assert [code for code, _, _ in seen] == [
        f"{n}-{m}" for n in (0, 1, 2, 1) for m in range(4)]  # fmt: skip
    assert [there for _, _, there in seen] == [True] * 4 + [False] * 4 + [True] * 4 + [False] * 4


def test_more_changes_than_are_looked_through_at_once(client, monkeypatch):
    monkeypatch.setattr(changes, "MOST_CHANGES", 2)
    since = begin(client)
    for n in range(5):
        write(entry(f"P{n}"), at=moment(2020 + n))
    copy = Copy(lambda url: (client.get(url).status_code, client.get(url).content), "parcels")
    copy.next = since
    copy.catch_up()
    assert sorted(copy.features) == [f"P{n}" for n in range(5)]


def test_a_change_in_two_parts_is_told_once_and_wholly(client):
    since = begin(client)
    made = change(moment(2020))
    apply(made, Parcel, [entry("A")])
    half = told(client, since)
    apply(made, Parcel, [entry("B")])
    assert [e["code"] for e in told(client, since)["entries"]] == ["A", "B"]
    assert [e["code"] for e in told(client, half["next"])["entries"]] == ["A", "B"]


def test_another_registers_changes_are_not_told(client):
    since = begin(client)
    open_feature(PipePoint, "G1", network="JS", geom=spot())
    assert told(client, since)["entries"] == []


def test_only_the_shares_fields_and_features(client):
    since = begin(client)
    write(entry("A", right_holder="张三", location="人民路"))
    assert "张三" not in client.get(FEED, {"since": since}).content.decode()
    hidden = client.get("/ogc/collections/pipe-points/feed")
    unknown = client.get("/ogc/collections/nothing/feed")
    assert hidden.status_code == unknown.status_code == 404
    client.force_login(make_user("pipes", PipeRole.PIPES))
    assert client.get("/ogc/collections/pipe-points/feed").status_code == 200


def test_a_share_cut_to_districts_is_told_what_comes_in_and_goes_out(closed_parcels, client):
    local = {"authorization": f"Bearer {key_of('镇系统', 'parcels', districts=[VILLAGE])}"}
    write(entry("A", district_code=VILLAGE), entry("B", district_code=OTHER))
    since = client.get(FEED, headers=local).json()["next"]
    write(
        entry("A", Action.REPLACE, district_code=OTHER),
        entry("B", Action.REPLACE, district_code=VILLAGE),
        entry("C", district_code=OTHER),
        at=moment(2021),
    )
    answer = client.get(FEED, {"since": since}, headers=local).json()
    assert brief(answer) == [("A", "ended", False), ("B", "opened", True)]


@pytest.mark.parametrize(
    "since", ["", "x", "%00", "W10", "bnVsbA", "WzEsMiwzXQ", "WyJhIiwiIiwiIl0", "é"]
)
def test_a_token_that_was_never_given_out_is_refused(client, since):
    answer = client.get(FEED, {"since": since})
    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidParameterValue")


def test_a_token_that_no_longer_holds_says_start_again(owner, client):
    write(entry("A"))
    write(entry("B"), at=moment(2021))
    now = read_token(begin(client))
    with unguarded(RevisionChange):
        RevisionChange.objects.filter(number=1).delete()
    for stale in (
        Token(0, "", now.share),  # before what is kept
        Token(9, "", now.share),  # after what has ever been: the database was restored
        Token(now.revision, "", "another share"),
    ):
        answer = client.get(FEED, {"since": str(stale)})
        assert answer.status_code == 410
        rels = {link["rel"]: link["href"] for link in answer.json()["links"]}
        assert rels["start"] == f"http://testserver{FEED}"
    kept = Token(1, "", now.share)
    assert [e["code"] for e in told(client, str(kept))["entries"]] == ["B"]


def test_a_register_older_than_its_feed_begins_now(owner, client):
    write(entry("A"))
    with unguarded(RevisionChange):
        RevisionChange.objects.all().delete()
    since = begin(client)
    assert told(client, since)["entries"] == []
    assert (
        client.get(FEED, {"since": str(Token(0, "", read_token(since).share))}).status_code == 410
    )
    write(entry("B"), at=moment(2021))
    assert [e["code"] for e in told(client, since)["entries"]] == ["B"]


def test_a_token_of_more_rights_does_not_serve_fewer(client):
    point = {"network": "JS", "fitting": "阀门", "geom": spot()}
    open_feature(PipePoint, "G1", **point)
    feed = "/ogc/collections/pipe-points/feed"
    client.force_login(make_user("pipes", PipeRole.PIPES))
    since = client.get(feed).json()["next"]
    client.logout()
    narrow = {"authorization": f"Bearer {key_of('专题', 'pipe-points', fields=['network'])}"}
    assert client.get(feed, {"since": since}, headers=narrow).status_code == 410
    assert client.get(feed, headers=narrow).status_code == 200


def test_the_answer_leads_on_as_the_same_caller(client):
    key = key_of("系统", "parcels")
    answer = client.get(FEED, {"token": key, "limit": 5, "skip-geometry": "true"})
    assert client.get(answer.json()["links"][0]["href"]).status_code == 200
    owned = client.get(FEED, headers={"authorization": f"Bearer {key}"})
    assert key not in owned.content.decode()
    following = answer.json()["links"][0]["href"]
    assert "limit=5" in following
    assert "since=" in following
    assert answer["Cache-Control"] == "private, no-store"
    for wrong in ("foo=1", "since=x&bbox=1,2,3,4", "limit=0", "datetime=2020-01-01"):
        assert client.get(f"{FEED}?{wrong}").status_code == 400


def test_the_collection_leads_to_its_feed(client):
    links = client.get(f"{PARCELS}?f=json").json()["links"]
    assert [x["href"] for x in links if x["rel"] == "monitor"] == [f"http://testserver{FEED}"]
    assert "/collections/parcels/feed" in client.get("/ogc/openapi").json()["paths"]


def test_every_revision_knows_its_change(client):
    made = write(entry("A"))
    reverse = undo(made, who="t", why="")
    for register in ("parcels.parcel", "parcels.parcel@shared"):
        marks = RevisionChange.objects.filter(register=register).order_by("number")
        assert list(marks.values_list("number", "change_id")) == [(1, made.pk), (2, reverse.pk)]
    record_change(who="t", why="nothing written")
    assert RevisionChange.objects.count() == 4
    assert Change.objects.count() == 3
