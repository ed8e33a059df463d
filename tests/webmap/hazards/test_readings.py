"""Readings pushed by a gauge's own system: with a key, again and again, each bad row by name."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from spatial.hazards.models import RainReading, RainStation
from tests.factories import open_feature, spot
from tests.layers.ogc.writers import key_of

pytestmark = pytest.mark.django_db
PATH = "/hazards/readings"


@pytest.fixture
def gauges():
    for code in "AB":
        open_feature(RainStation, code, name=code, geom=spot())


def row(station, mm, hours_ago=1, minutes=60):
    end = timezone.now().replace(microsecond=0) - timedelta(hours=hours_ago)
    return {"station": station, "end": end.isoformat(), "minutes": minutes, "mm": mm}


def push(client, body, key="", **headers):
    text = body if isinstance(body, str) else json.dumps(body)
    kind = "text/csv" if isinstance(body, str) else "application/json"
    bearer = {"Authorization": f"Bearer {key}"} if key else {}
    return client.post(PATH, text, content_type=kind, headers={**bearer, **headers})


def test_readings_are_taken_once_and_bad_rows_are_named(client, gauges):
    key = key_of("雨量系统", "rain-stations")
    rows = [row("A", 3.5), row("B", 0), row("C", 1), row("A", -1, 2), row("A", 900, 3),
            row("A", 2, -5)]  # fmt: skip
    answer = push(client, {"readings": rows}, key)
    assert answer.status_code == 200, answer.content
    got = answer.json()
    assert (got["new"], got["known"], got["refused"]) == (2, 0, 4)
    assert {one["code"] for one in got["refusals"]} == {"rain-station", "rain-value", "rain-time"}
    again = push(client, rows, key).json()
    assert (again["new"], again["known"], again["refused"]) == (0, 2, 4)
    other = push(client, [{**rows[0], "mm": 4}], key).json()
    assert other["refusals"][0]["code"] == "rain-overlap"
    assert RainReading.objects.get(station="A").mm == 3.5


def test_a_table_is_taken_too_in_any_order_of_time(client, gauges):
    key = key_of("雨量系统", "rain-stations")
    rows = [row("A", 1, 1), row("A", 2, 3), row("A", 3, 2)]
    text = "站码,时间,时长,雨量\n" + "".join(
        f"{one['station']},{one['end']},{one['minutes']},{one['mm']}\n" for one in rows
    )
    assert push(client, text, key).json()["new"] == 3


@pytest.mark.parametrize("body", ["", "nonsense", "站码,雨量\nA,3\n"])
def test_what_is_no_table_is_refused_with_what_is_missing(client, gauges, body):
    answer = push(client, body, key_of("雨量系统", "rain-stations"))
    assert answer.status_code == 422
    assert "缺少列" in answer.content.decode()


def test_rubbish_is_no_json(client, gauges):
    key = key_of("雨量系统", "rain-stations")
    for body in ("{", "[1, 2]", '{"readings": 3}'):
        answer = client.post(
            PATH, body, content_type="application/json", headers={"Authorization": f"Bearer {key}"}
        )
        assert answer.status_code == 400


def test_without_the_right_nothing_is_taken(client, gauges):
    reader = key_of("只读系统", "rain-stations", may_write=False)
    assert push(client, [row("A", 1)], reader).status_code == 403
    assert push(client, [row("A", 1)]).status_code == 401
    assert push(client, [row("A", 1)], "no-such-key").status_code == 401
    client.force_login(User.objects.create_user("planner"))
    assert push(client, [row("A", 1)]).status_code == 403
    assert not RainReading.objects.exists()
