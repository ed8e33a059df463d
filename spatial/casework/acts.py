"""Actions on a matter as values: what is to be done, where and when, what comes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.gis.geos import Point

from spatial.casework.actors import Actor


@dataclass(frozen=True)
class Where:
    """Where and when an action was taken: as a device tells it, or as whoever enters it does.

    ``occurred_at`` and ``channel`` are of what was done on paper or by telephone before.
    """

    point: Point | None = None
    accuracy_m: float | None = None
    captured_at: datetime | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    occurred_at: datetime | None = None
    channel: str = ""


NOWHERE = Where()


@dataclass(frozen=True)
class Command:
    """An action to be taken, with what it is given."""

    action: str
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SubjectRef:
    """What a matter is about: a thing of a layer, or a place in the city's CRS."""

    layer: str = ""
    code: str = ""
    geom: Any = None


@dataclass
class Effect:
    """The values of the matter that change, and what the step remembers."""

    values: dict[str, Any] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Act:
    """One action being taken: on what, by whom, when, with what."""

    matter: Any
    actor: Actor
    at: datetime
    given: dict[str, Any]
    situation: Any
    action: str = ""
