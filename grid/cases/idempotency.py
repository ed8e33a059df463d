"""What was sent before: the same UUID again is the same report, or it is refused.

A phone that heard no answer sends once more; that must change nothing. The same UUID with
other contents is no repetition: were it answered like one, what is new in it would be lost.
"""

from collections.abc import Sequence
from uuid import UUID

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from grid.cases.actors import Actor
from grid.cases.photos import Photo
from grid.models import Case, CasePhoto, CaseStep
from spatial.casework.errors import InvalidInput
from spatial.casework.texts import plain

SAME_PLACE_M = 1.0


def case_made(
    actor: Actor, uuid: UUID | None, said: dict[str, str], point: Point, photos: Sequence[Photo]
) -> Case | None:
    """The case that this report made before; ``said`` is what it says, by the case's fields.

    Raises:
        InvalidInput: the UUID belongs to another report.
    """
    step = CaseStep.objects.filter(uuid=uuid).first() if uuid else None
    if step is None:
        return None
    case = Case.objects.current().get(code=step.case_code)
    is_same = (
        step.action == "report"
        and case.reporter == actor.name
        and all(getattr(case, name) == plain(text) for name, text in said.items())
        and step.geom is not None
        and step.geom.distance(point) <= SAME_PLACE_M
        and are_kept(case.code, photos)
    )
    if not is_same:
        raise InvalidInput(_("该上报标识已用于另一次上报；请刷新后重新上报"), "uuid")
    return case


def are_kept(code: str, photos: Sequence[Photo]) -> bool:
    """Whether all of these photos are the case's already; fewer than before lose nothing."""
    sums = {photo.sha256 for photo in photos}
    kept = CasePhoto.objects.filter(case_code=code, sha256__in=sums).values_list("sha256")
    return not sums or len(set(kept)) == len(sums)
