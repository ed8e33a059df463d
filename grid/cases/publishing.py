"""What people wrote and photographed, shown to the public one thing at a time, and no longer.

Nothing is public by itself. Somebody of the centre publishes a photo, or words as worded for
the public; both can be withdrawn at any time. Decisions are only ever added: the last on a
thing holds. Everything that shows a case to the public asks here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone

from grid.cases.actors import Actor
from grid.cases.policies import can_review_publicity, check_publication
from grid.cases.public_view import discreet, is_shown
from grid.cases.queries import photos_by_case, public_cases, visible_cases
from grid.cases.steps import CLOSED, SHOWABLE
from grid.models import Case, CasePhoto, Publication
from spatial.casework.errors import InvalidInput
from spatial.casework.procedures import Act, Effect
from spatial.casework.texts import plain

# Once closed so long, a case does not wait for anybody to look whether it may be shown.
REVIEWED_FOR = timedelta(days=30)
# Photos that are evidence for the centre alone (核实, 核查) wait for nobody.
REVIEWED = (CasePhoto.Moment.BEFORE, CasePhoto.Moment.AFTER)


@dataclass(frozen=True)
class PublicContent:
    """What the public sees of a case beside where it stands."""

    words: str = ""
    address: str = ""
    photos: tuple[CasePhoto, ...] = field(default_factory=tuple)


NOTHING = PublicContent()


def decisions_of(codes: Iterable[str]) -> dict[str, dict[str, Publication]]:
    """The last decision on each thing, by case and thing."""
    rows = Publication.objects.filter(case_code__in=list(codes))
    found: dict[str, dict[str, Publication]] = {}
    for row in rows.order_by("case_code", "item", "-id").distinct("case_code", "item"):
        found.setdefault(row.case_code, {})[row.item] = row
    return found


def shown_of(cases: Iterable[Case]) -> dict[str, PublicContent]:
    """What the public sees of each of these cases; one of which it sees nothing has no entry."""
    decided = decisions_of(case.code for case in cases if is_shown(case))
    photos = photos_by_case(decided)
    return {code: _shown(found, photos.get(code, ())) for code, found in decided.items()}


def shown(case: Case) -> PublicContent:
    """What the public sees of a case."""
    return shown_of([case]).get(case.code, NOTHING)


def photo_shown(photo_id: UUID) -> CasePhoto | None:
    """The photo, if the public sees it now."""
    photo = CasePhoto.objects.filter(pk=photo_id).first()
    case = public_cases().filter(code=photo.case_code).first() if photo else None
    return next((one for one in shown(case).photos if one == photo), None) if case else None


def awaiting_review(actor: Actor) -> QuerySet[Case]:
    """The cases with words or photos on which nobody has decided yet, if this one may."""
    if not can_review_publicity(actor):
        return Case.objects.none()
    decided = Publication.objects.filter(case_code=OuterRef("code"), item=Publication.WORDS)
    on_photo = Publication.objects.filter(
        case_code=OuterRef("case_code"), item=Cast(OuterRef("pk"), CharField())
    )
    photos = CasePhoto.objects.filter(case_code=OuterRef("code"), moment__in=REVIEWED)
    photos = photos.exclude(Exists(on_photo))
    lately = ~Q(step=CLOSED) | Q(closed_at__gte=timezone.now() - REVIEWED_FOR)
    said = ~Q(description="", address="") & ~Exists(decided)
    found = visible_cases(actor).filter(lately, is_public=True, step__in=SHOWABLE)
    return found.filter(said | Exists(photos))


def publish(act: Act) -> Effect:
    """Have the public see a photo, or words worded for it."""
    item, last = _item(act), _last(act)
    told = {"words": "", "address": ""}
    if item == Publication.WORDS:
        told = {name: discreet(str(act.given.get(name) or "")).strip() for name in told}
    check_publication("publish", item, last, told)
    return _decided(act, item, told, is_public=True)


def withhold(act: Act) -> Effect:
    """Have the public see it no longer, or not at all."""
    item, last = _item(act), _last(act)
    check_publication("withhold", item, last)
    found = _decided(act, item, {}, is_public=False)
    found.details["was_public"] = bool(last)
    return found


def _decided(act: Act, item: str, told: dict[str, str], *, is_public: bool) -> Effect:
    Publication.objects.create(
        case_code=act.matter.code,
        item=item,
        is_public=is_public,
        who=act.actor.name,
        at=act.at,
        **told,
    )
    return Effect(details={"item": item} | {name: text for name, text in told.items() if text})


def _item(act: Act) -> str:
    """The thing that is meant: the words, or a photo of the case."""
    item = plain(str(act.given["item"]))
    if item == Publication.WORDS:
        return item
    try:
        photo = CasePhoto.objects.filter(pk=UUID(item), case_code=act.matter.code).first()
    except ValueError:
        photo = None
    if photo is None:
        raise InvalidInput("案件没有这张照片", "item")
    return str(photo.pk)


def _last(act: Act) -> Publication | None:
    return Publication.objects.filter(case_code=act.matter.code, item=_item(act)).last()


def _shown(decided: dict[str, Publication], photos: Iterable[CasePhoto]) -> PublicContent:
    words = decided.get(Publication.WORDS)
    seen = [one for one in photos if (row := decided.get(str(one.pk))) and row.is_public]
    if words is None or not words.is_public:
        return PublicContent(photos=tuple(seen))
    return PublicContent(words.words, words.address, tuple(seen))
