"""Cases that other programs of the platform bring in: a hazard seen becomes a case.

Whoever calls gives a source and a reference of its own; the same reference again gives
the case that it made, so a feed may be replayed.
"""

from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from django.contrib.gis.geos import Point

from grid.cases.actions import Report, report
from grid.cases.actors import CLOCK, Actor
from grid.cases.queries import case_reported_as
from grid.models import Case
from grid.roles import SYSTEM


@dataclass(frozen=True)
class Sighting:
    """What another register has found: where (city's CRS), what, and its own reference."""

    source: str
    reference: str
    point: Point
    description: str
    class_code: str
    kind: str = "event"
    is_public: bool = False


def case_from(sighting: Sighting) -> Case:
    """The case of a sighting, made now or before.

    Raises:
        OutsideCity, InvalidInput: as ``grid.cases.actions.report``.
    """
    mark = uuid5(NAMESPACE_URL, f"tujing:{sighting.source}:{sighting.reference}")
    # The reference alone counts: the other register may have changed its words since.
    if made := case_reported_as(mark):
        return made
    who = Actor(sighting.source, frozenset({SYSTEM})) if sighting.source else CLOCK
    return report(
        who,
        Report(
            kind=sighting.kind,
            class_code=sighting.class_code,
            point=sighting.point,
            description=sighting.description,
            source=sighting.source,
            uuid=mark,
            is_public=sighting.is_public,
        ),
    )
