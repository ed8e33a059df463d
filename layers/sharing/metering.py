"""Who read what, how often: counted in the process, written down once a second.

A request costs one append to a queue. A thread of its own adds up what came together
and writes it, so the counts of all processes meet in the database; what a process has
not written when it is killed outright is lost, at most a second's worth.
"""

import atexit
import logging
import os
import threading
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple, cast

from django.db import DatabaseError, InterfaceError, connection, transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from layers.access.access import ANONYMOUS, Caller
from layers.declarations.registry import layer_named
from layers.models import AccessCount
from layers.reading.shares import share_by_id
from layers.sharing import limits
from spatial.outages import Seldom, cause, is_away

EVERY_S = 1.0
REFUSED = "refused"
REFUSALS = (401, 403, 429)
TABLE = f'"{AccessCount._meta.db_table}"'
WRITE = (
    f"INSERT INTO {TABLE} AS c (hour, who, key, layer, operation, requests, bytes)"
    " SELECT * FROM unnest(%s::timestamptz[], %s::text[], %s::bigint[], %s::text[], %s::text[],"
    " %s::bigint[], %s::bigint[])"
    " ON CONFLICT (hour, who, key, layer, operation) DO UPDATE"
    " SET requests = c.requests + excluded.requests, bytes = c.bytes + excluded.bytes"
)
logger = logging.getLogger(__name__)


class MeteredAnswer(NamedTuple):
    """One answer: to whom, about which layer, by which operation, how it went."""

    caller: Caller
    layer: str
    operation: str
    status: int
    requests: int
    bytes: int


class MeterRow(NamedTuple):
    """What is counted together."""

    hour: datetime
    who: str
    key: int
    layer: str
    operation: str


_hits: deque[MeteredAnswer] = deque()
_requests: Counter[MeterRow] = Counter()
_bytes: Counter[MeterRow] = Counter()
_flushing = threading.Lock()
_may_log = Seldom(60.0)


class _Writer:
    """The thread that writes; none in programs that are not web servers."""

    is_wanted = False
    process = 0


def note(request: HttpRequest, operation: str, layer_id: str, response: HttpResponseBase) -> None:
    """Count an answer. An operation that hands on to another is counted once, as the inner."""
    if "_noted" in request.__dict__:
        return
    request._noted = True  # type: ignore[attr-defined]
    caller = request.__dict__.get("_api_caller") or ANONYMOUS
    size = _size_of(response, caller, layer_id, operation)
    _hits.append(MeteredAnswer(caller, layer_id, operation, response.status_code, 1, size))
    if _Writer.is_wanted and _Writer.process != os.getpid():
        _start()


def count(caller: Caller, layer_id: str, operation: str) -> None:
    """Count a reading of a layer that is not an answer by itself: a part of a process."""
    _hits.append(MeteredAnswer(caller, layer_id, operation, 200, 1, 0))


def count_by_itself() -> None:
    """From now on this process writes what it counts: it is a web server."""
    _Writer.is_wanted = True


def flush() -> None:
    """Write down what was counted since the last time. What fails is kept for the next."""
    with _flushing:
        _add_up()
        rows = sorted(row for row, number in _requests.items() if number)
        if rows:
            with transaction.atomic(), connection.cursor() as cursor:
                columns: list[Any] = [list(column) for column in zip(*rows, strict=True)]
                numbers = [[counted[row] for row in rows] for counted in (_requests, _bytes)]
                cursor.execute(WRITE, [*columns, *numbers])
            _requests.clear()
            _bytes.clear()
        limits.exchange()


def forget() -> None:
    """Forget what was not written."""
    _hits.clear()
    _requests.clear()
    _bytes.clear()


def _size_of(response: HttpResponseBase, caller: Caller, layer_id: str, operation: str) -> int:
    """The size of an answer; of a stream it follows when it has ended."""
    if not response.streaming:
        return len(cast(HttpResponse, response).content)
    if known := response.headers.get("Content-Length"):
        return int(known)
    stream = cast(StreamingHttpResponse, response)
    about = MeteredAnswer(caller, layer_id, operation, response.status_code, 0, 0)
    stream.streaming_content = _weighed(cast(Iterable[bytes], stream.streaming_content), about)
    return 0


def _weighed(body: Iterable[bytes], about: MeteredAnswer) -> Iterator[bytes]:
    size = 0
    try:
        for piece in body:
            size += len(piece)
            yield piece
    finally:
        _hits.append(about._replace(bytes=size))


def _add_up() -> None:
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    for _ in range(len(_hits)):
        hit = _hits.popleft()
        layer, operation = _named(hit)
        row = MeterRow(hour, hit.caller.name, hit.caller.key, layer, operation)
        _requests[row] += hit.requests
        _bytes[row] += hit.bytes


def _named(hit: MeteredAnswer) -> tuple[str, str]:
    """The layer and the operation under which an answer is counted.

    A layer that the caller may not see counts as refused, under its name; what does not
    exist under none, or anybody could fill the table with names.
    """
    if hit.status < 400:
        return hit.layer, hit.operation
    layer = hit.layer if layer_named(hit.layer) else ""
    if hit.status in REFUSALS:
        return layer, REFUSED
    hidden = hit.status == 404 and hit.layer and not share_by_id(hit.caller, hit.layer)
    return layer, REFUSED if hidden else hit.operation


def _start() -> None:
    """Begin to write, once per process: a thread does not survive a fork."""
    with _flushing:
        if _Writer.process == os.getpid():
            return
        _Writer.process = os.getpid()
    threading.Thread(target=_write_on, name="metering", daemon=True).start()
    atexit.register(_flush_quietly)


def _write_on() -> None:
    while True:
        time.sleep(EVERY_S)
        _flush_quietly()


def _flush_quietly() -> None:
    try:
        flush()
    except (DatabaseError, InterfaceError) as error:
        if _may_log():
            told = "access counts could not be written; they are kept for the next time: %s"
            logger.error(told, cause(error), exc_info=not is_away(error))
        connection.close()
