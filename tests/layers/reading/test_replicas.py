"""Which server answers: a replica that is current, else the primary."""

import time

import psycopg2
import pytest
from django.db import connection

from layers.access.access import ANONYMOUS
from layers.declarations.registry import layer_of
from layers.reading import connections, reading, replicas, revisions
from layers.reading.connections import PRIMARY
from layers.reading.reading import read
from layers.reading.replicas import Replicas
from layers.reading.shares import share_of
from spatial.parcels.models import Parcel
from tests.factories import open_feature, square

PARCELS = "parcels.parcel"


def standing(*numbers: dict) -> Replicas:
    """Replicas that were seen at these revisions."""
    found = Replicas(len(numbers), lambda n: numbers[n])
    found.look_again()
    return found


def test_only_a_replica_at_the_primarys_revision_answers():
    found = standing({PARCELS: 7}, {PARCELS: 6})
    assert {found.choose({PARCELS: 7}) for _ in range(5)} == {0}
    assert {found.choose({PARCELS: 6}) for _ in range(5)} == {1}
    assert found.choose({PARCELS: 8}) == PRIMARY


def test_two_current_replicas_take_turns():
    found = standing({PARCELS: 7}, {PARCELS: 7})
    assert {found.choose({PARCELS: 7}) for _ in range(6)} == {0, 1}


def test_a_replica_that_does_not_answer_is_left_alone_for_a_while(monkeypatch):
    asked = []

    def look(number):
        asked.append(number)
        raise psycopg2.OperationalError("gone")

    found = Replicas(1, look)
    found.look_again()
    found.look_again()
    assert asked == [0]
    assert found.choose({PARCELS: 0}) == PRIMARY
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + replicas.AWAY_S + 1)
    found.look_again()
    assert asked == [0, 0]


@pytest.fixture
def twin(settings, monkeypatch, transactional_db):
    """A replica that is in truth the primary itself, on a connection of its own."""
    name = connection.settings_dict["NAME"]
    settings.REPLICA_DATABASES = [{**settings.OUTSIDE_DATABASE, "NAME": name}]
    found = Replicas(1, replicas.revisions_on)
    for module in (replicas, revisions):
        monkeypatch.setattr(module, "replicas", found)
    revisions.forget()
    yield found
    connections.drop(0)
    revisions.forget()


def parcels():
    return share_of(ANONYMOUS, layer_of("parcels"))


def server_that_answers() -> int:
    """0 if a read of parcels runs on the replica's line, -1 if on the primary's."""
    (pid,) = read(parcels(), "SELECT pg_backend_pid()")[0]
    line = connections._kept.lines.get(0)
    return 0 if line and line.connection.info.backend_pid == pid else PRIMARY


def test_reads_go_to_the_replica_and_back_when_it_lags(twin, monkeypatch):
    assert server_that_answers() == 0
    stale = dict(twin.seen[0] or {})
    monkeypatch.setattr(twin, "look", lambda number: stale)
    open_feature(Parcel, "P1", geom=square())
    revisions.forget()
    assert server_that_answers() == PRIMARY
    monkeypatch.setattr(twin, "look", replicas.revisions_on)
    revisions.forget()
    assert server_that_answers() == 0


def test_a_replica_that_breaks_off_is_answered_for_by_the_primary(twin):
    assert server_that_answers() == 0
    connections._kept.lines[0].connection.close()
    assert read(parcels(), "SELECT 1") == [(1,)]

    class Broken:
        server = 0

        @property
        def connection(self):
            raise psycopg2.OperationalError("conflict with recovery")

    connections._kept.lines[0] = Broken()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "drop", lambda server: connections._kept.lines.pop(server, None))
        patch.setattr(
            reading,
            "line_to",
            lambda server: connections._kept.lines.get(server) or connections.line_to(server),
        )
        assert read(parcels(), "SELECT 1") == [(1,)]


def test_a_writer_waits_until_every_process_has_looked_again(twin):
    began = time.monotonic()
    revisions.wrote()
    assert time.monotonic() - began >= revisions.FRESH_S
