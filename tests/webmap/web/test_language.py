"""In which language an answer comes: the chosen one, the browser's, the city's."""

import pytest
from django.test import Client

from tests.town import make_user

FALLBACK = "zh-hans"
TILE = "/ogc/collections/districts/tiles/WebMercatorQuad/8/107/207"
SAME_FOR_ALL = ("/ogc/collections/buildings/items?limit=1", TILE)


def language_of(path="/accounts/login/", accepted="", chosen="", client=None) -> str:
    headers = {"Accept-Language": accepted} if accepted else {}
    client = client or Client()
    if chosen:
        client.cookies["django_language"] = chosen
    answer = client.get(path, headers=headers)
    if answer["Content-Type"].startswith("text/html"):
        assert f'<html lang="{answer["Content-Language"]}"' in answer.text
    return answer["Content-Language"]


@pytest.mark.parametrize(
    "accepted, chosen, language",
    [
        ("", "", FALLBACK),
        ("en-GB,en;q=0.9", "", "en"),
        ("fr-FR,en;q=0.5,zh;q=0.2", "", "en"),
        ("zh-TW,en;q=0.5", "", FALLBACK),
        ("zh;q=0.2,en;q=0.8", "", "en"),
        ("fr", "", FALLBACK),
        ("*", "", FALLBACK),
        ("en", "zh-hans", FALLBACK),
        ("zh-CN", "en", "en"),
        ("en", "xx", "en"),
    ],
)
def test_the_chosen_language_goes_before_the_accepted_one(db, accepted, chosen, language):
    assert language_of(accepted=accepted, chosen=chosen) == language


def test_whoever_has_signed_in_is_answered_alike(db):
    client = Client()
    client.force_login(make_user("reader"))
    assert language_of("/sharing/mine", "en", client=client) == "en"
    assert language_of("/sharing/mine", "en", "zh-hans", client=client) == FALLBACK


@pytest.mark.parametrize(
    "path", ["/accounts/login/", "/", "/nowhere", "/ogc/?f=html", "/ogc/collections?f=json"]
)
def test_caches_keep_the_languages_apart(town, path):
    told = Client().get(path)["Vary"].lower()
    assert "accept-language" in told
    assert "cookie" in told


@pytest.mark.parametrize("path", SAME_FOR_ALL)
def test_features_and_tiles_are_the_same_for_every_reader(town, path):
    answers = [Client(headers={"Accept-Language": one}).get(path) for one in ("en", "zh-CN")]
    assert answers[0].status_code == 200
    assert "accept-language" not in answers[0]["Vary"].lower()
    assert "Content-Language" not in answers[0]
    assert answers[0].headers["ETag"] == answers[1].headers["ETag"]


def test_the_parameter_of_the_api_goes_before_all(town):
    path = "/ogc/collections/buildings?f=json&lang="
    client = Client(headers={"Accept-Language": "zh-CN"})
    client.cookies["django_language"] = "zh-hans"
    english = client.get(path + "en").json()
    assert english["title"] == "Buildings"
    assert client.get(path + "zh").json()["title"] == "建筑"


@pytest.mark.parametrize(
    "path, part",
    [
        ("/ogc/collections/nowhere/items", "no layer"),
        ("/ogc/collections/buildings/items?bbox=1,2", "4 or 6 numbers"),
        ("/ogc/processes/nowhere", "no process"),
    ],
)
def test_refusals_of_the_api_are_in_the_asked_language(town, path, part):
    answer = Client(headers={"Accept-Language": "en", "Accept": "application/json"}).get(path)
    assert part in answer.json()["detail"]
    assert answer.json()["title"].isascii()
    assert (answer["Content-Language"], "Accept-Language" in answer["Vary"]) == ("en", True)


def test_records_say_their_language(town):
    path = "/ogc/collections/catalogue/items/parcels"
    english = Client(headers={"Accept-Language": "en"}).get(path)
    told = english.json()["properties"]
    assert (told["title"], told["language"], english["Content-Language"]) == ("Parcels", "en", "en")
    assert [one["code"] for one in told["languages"]] == ["zh", "en"]
    chinese = Client().get(path).json()["properties"]
    assert (chinese["title"], chinese["language"]) == ("宗地", "zh")


def test_a_process_is_described_in_the_asked_language(town):
    path = "/ogc/processes/layer-statistics"
    english = Client(headers={"Accept-Language": "en", "Accept": "application/json"}).get(path)
    assert english.json()["title"] == "Statistics of an area"
    assert english.json()["inputs"]["area"]["title"] == "Area"
    assert english.text.isascii()
