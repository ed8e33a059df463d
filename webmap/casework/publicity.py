"""What the desk shows of publishing: each thing of a case, how it stands, what may be done."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from grid.cases.actors import Actor
from grid.cases.policies import can_publish_item
from grid.cases.procedure import CASES
from grid.cases.public_view import discreet
from grid.cases.publishing import decisions_of
from grid.cases.situations import CaseSituation
from grid.cases.steps import PUBLISHING, WORKFLOW
from grid.models import CasePhoto, CaseStep, Publication
from spatial.casework.amending import AMEND
from spatial.casework.policies import can_take
from spatial.casework.titles import action_shown, amended_shown

BEFORE = (CasePhoto.Moment.BEFORE, CasePhoto.Moment.VERIFIED)


@dataclass(frozen=True)
class Thing:
    """A photo or the words of a case, and whether the public sees it."""

    item: str
    photo: CasePhoto | None
    last: Publication | None
    may_publish: bool
    may_withhold: bool
    words: str = ""  # as they are, or would be, worded for the public
    address: str = ""

    @property
    def is_public(self) -> bool:
        """Whether it was published, and not withdrawn."""
        return bool(self.last and self.last.is_public)


def publicity(situation: CaseSituation, actor: Actor, photos: list[CasePhoto]) -> dict[str, Any]:
    """The words and the photos of a case, before and after, each with its publicity."""
    case = situation.case
    decided = decisions_of([case.code]).get(case.code, {})
    may = {a for a in PUBLISHING if can_take(CASES, situation, actor, WORKFLOW.of(a)) is not None}

    def thing(item: str, photo: CasePhoto | None = None, **more: str) -> Thing:
        last = decided.get(item)
        may_publish, may_withhold = (
            action in may and can_publish_item(action, item, last)
            for action in ("publish", "withhold")
        )
        return Thing(item, photo, last, may_publish, may_withhold, **more)

    last = decided.get(Publication.WORDS)
    told = last if last and last.is_public else None
    words = thing(
        Publication.WORDS,
        words=told.words if told else discreet(case.description),
        address=told.address if told else discreet(case.address),
    )
    things = [thing(str(photo.pk), photo) for photo in photos]
    return {
        "said": words,
        "before": [one for one in things if one.photo and one.photo.moment in BEFORE],
        "after": [one for one in things if one.photo and one.photo.moment not in BEFORE],
    }


def things_shown(photos: list[CasePhoto]) -> dict[str, Any]:
    """Photos before and after for somebody who decides nothing about them."""
    things = [Thing(str(photo.pk), photo, None, False, False) for photo in photos]
    return {
        "before": [one for one in things if one.photo and one.photo.moment in BEFORE],
        "after": [one for one in things if one.photo and one.photo.moment not in BEFORE],
    }


def title_of(step: CaseStep) -> str:
    """What a step did, where its action alone does not say it."""
    if step.action == AMEND:
        return _("更正%(what)s") % {
            "what": amended_shown(
                CASES, step.details.get("field", ""), step.details.get("title", "")
            )
        }
    what = _("描述") if step.details.get("item") == Publication.WORDS else _("照片")
    if step.action == "publish":
        return _("公开%(what)s") % {"what": what}
    if step.action == "withhold" and step.details.get("was_public"):
        return _("撤回公开的%(what)s") % {"what": what}
    if step.action == "withhold":
        return _("不公开%(what)s") % {"what": what}
    return action_shown(CASES, step.action)
