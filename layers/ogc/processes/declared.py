"""What a process is: how it is described, how its inputs are read, how it is answered."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop

from layers.access.access import Caller
from layers.errors import LayersError
from layers.reading.reading import QueryTimeout, read
from layers.reading.shares import Share, shares_of
from layers.sharing.metering import count

Schema = Mapping[str, Any]

TEXT = {"type": "string"}
NUMBER = {"type": "number"}
COUNT = {"type": "integer", "minimum": 0}
FLAG = {"type": "boolean", "default": False}
DATETIME = {"type": "string", "description": gettext_noop("日期或带时区的时刻；不填为现在")}
POINT = {
    "type": "object",
    "format": "geojson-geometry",
    "properties": {"type": {"enum": ["Point"]}},
}
AREA = {
    "type": "object",
    "format": "geojson-geometry",
    "properties": {"type": {"enum": ["Polygon", "MultiPolygon"]}},
}
EXPRESSION = {"oneOf": [{"type": "string"}, {"type": "object"}]}


class JobDismissed(LayersError):
    """The execution was dismissed while it was under way."""


class Asking:
    """One execution: who asks, how long the database may work in all, what was read for it.

    ``is_wanted`` is asked before every reading.
    """

    def __init__(
        self, caller: Caller, budget_ms: int, is_wanted: Callable[[], bool] = lambda: True
    ) -> None:
        self.caller = caller
        self._is_wanted = is_wanted
        self._until = time.monotonic() + budget_ms / 1000
        self.used: dict[str, str] = {}  # layer id: key of the share that was read

    def placed_shares(self, names: Sequence[str] = ()) -> list[Share]:
        """The caller's shares that have a geometry, all or those named, in that order."""
        found = {s.layer.id: s for s in shares_of(self.caller) if s.layer.geometry}
        return [found[name] for name in (names or found) if name in found]

    def read(self, share: Share, sql: str, params: Sequence[Any]) -> list[tuple]:
        """Rows read as the share's role; the reading counts as one of the layer.

        Raises:
            QueryTimeout: the execution has had its time.
            JobDismissed: nobody waits for it any more.
        """
        if not self._is_wanted():
            raise JobDismissed
        left_ms = int((self._until - time.monotonic()) * 1000)
        if left_ms <= 0:
            raise QueryTimeout
        self.used[share.layer.id] = share.key
        count(self.caller, share.layer.id, "process")
        return read(share, sql, params, timeout_ms=left_ms, spatial=True)


@dataclass(frozen=True)
class Input:
    """One input as it is described to clients."""

    title: str
    schema: Schema
    required: bool = False
    description: str = ""

    @property
    def hint(self) -> str:
        """What is to be known before it is filled in."""
        return self.description or str(self.schema.get("description", ""))


@dataclass(frozen=True)
class Process:
    """A process with one output, ``result``.

    ``reads`` turns what a client sent into a question and raises BadInput with every
    fault; ``answers`` answers it.
    """

    id: str
    title: str
    description: str
    inputs: Mapping[str, Input]
    result: Schema
    reads: Callable[[Caller, Mapping[str, Any]], Any]
    answers: Callable[[Asking, Any], dict[str, Any]]
    keywords: tuple[str, ...] = ()
    example: Callable[[], dict[str, Any]] = dict
