"""Which database server answers an outside read: the primary, or a replica that is current.

A replica may answer for a register when it stands at the very revision at which the
primary stood at the last look (``layers.reading.revisions``): then it has every change of that
register that anybody could have seen. A register that is just being written falls back
to the primary by itself, for as long as the replica lags.

A consumer reads what it wrote: while replicas are configured, the answer to a write is
held back until every process must have looked again (``current_server``).
"""

import itertools
import logging
import time
from collections.abc import Callable, Mapping

import psycopg2
from django.conf import settings

from layers.reading.connections import PRIMARY, drop, line_to

AWAY_S = 10.0  # how long a replica that did not answer is left alone

REVISIONS = "SELECT register, number FROM published.revisions"

logger = logging.getLogger(__name__)
_turn = itertools.count()


class Replicas:
    """The replicas of the settings and the revisions at which they were seen."""

    def __init__(self, number: int, look: Callable[[int], Mapping[str, int]]) -> None:
        self.look = look
        self.seen: list[Mapping[str, int] | None] = [None] * number
        self.away_until = [0.0] * number

    def look_again(self) -> None:
        """Ask every replica for its revisions; one that fails is left alone for a while."""
        for number in range(len(self.seen)):
            if time.monotonic() < self.away_until[number]:
                continue
            try:
                self.seen[number] = self.look(number)
            except psycopg2.Error as error:
                logger.warning("replica %d does not answer: %s", number, error)
                self.leave(number)

    def leave(self, number: int) -> None:
        """Ask this replica nothing for a while."""
        self.seen[number] = None
        self.away_until[number] = time.monotonic() + AWAY_S

    def choose(self, wanted: Mapping[str, int]) -> int:
        """The number of a replica that stands at these revisions, in turn; else the primary."""
        current = [
            number
            for number, seen in enumerate(self.seen)
            if seen is not None
            and all(seen.get(name, 0) == revision for name, revision in wanted.items())
        ]
        return current[next(_turn) % len(current)] if current else PRIMARY


def revisions_on(server: int) -> Mapping[str, int]:
    """The revision of every register as a server has them."""
    try:
        with line_to(server).connection.cursor() as cursor:
            cursor.execute(REVISIONS)
            return dict(cursor.fetchall())
    except psycopg2.Error:
        drop(server)
        raise


replicas = Replicas(len(settings.REPLICA_DATABASES), revisions_on)


def server_for(wanted: Mapping[str, int]) -> int:
    """The server that may answer for registers that on the primary stand at these revisions."""
    return replicas.choose(wanted) if replicas.seen else PRIMARY


def current_server(fresh_s: float) -> None:
    """Wait until every process has looked at the revisions since now."""
    if replicas.seen:
        time.sleep(fresh_s)
