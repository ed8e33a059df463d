"""What may be done to a case, and by whom: the one place that decides both.

Actions, buttons, the phone and the end points ask here: ``check_…`` raises and says why,
``can_…`` answers. Three questions stand apart. May somebody look at the case? May somebody
take the action, and in what capacity? May the action be taken on the case as it stands?

A department acts on its own cases, an inspector on the tasks that were sent to them or to
all of their area, the others on all; a superior acts in the stead of whoever should. So a
值班长 may pass a check that waits for 王巡, as 代王巡; 王巡 does so in the own right.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from grid.cases import clocks
from grid.cases.actors import Actor
from grid.cases.photos import MOST_PHOTOS
from grid.cases.queries import case_of, inspectors_of, visible_to
from grid.cases.rounds import appealable
from grid.cases.situations import CaseSituation
from grid.cases.steps import ENDED, GRANTS, MERGED, PHOTO_MOMENTS, TASKS, WORKFLOW
from grid.models import Case, CaseRequest, Publication
from grid.roles import CENTRE, SUPERVISORS, SYSTEM, GridRole
from spatial.casework.errors import InvalidInput, NotResponsible
from spatial.casework.procedures import Policy
from spatial.casework.texts import is_blank
from spatial.parties.queries import holders_of, members_named
from spatial.workflow import RoleNotAllowed, Transition
from spatial.worktime import TimeLimit

MOST_EXTENSIONS = 2  # of a case, however often it is dispatched
Kind = CaseRequest.Kind


# --- may somebody look at the case?


def can_see_reporter(actor: Actor) -> bool:
    """Whether somebody may see who reported a case, and what was written, in full."""
    return bool(actor.all_roles & {GridRole.INTAKE, GridRole.CHIEF, GridRole.INSPECTOR})


def can_see_all_patrols(actor: Actor) -> bool:
    """Whether somebody may see everybody's patrols."""
    return bool(actor.all_roles & SUPERVISORS)


def can_see_patrols(actor: Actor) -> bool:
    """Whether somebody may see patrols: everybody's, or the own."""
    return can_see_all_patrols(actor) or can_patrol(actor)


def can_see_cells(actor: Actor) -> bool:
    """Whether somebody of casework may see how the cells of a community are laid out."""
    return bool(actor.all_roles & SUPERVISORS)


# --- may somebody take the action, and in what capacity?


def can_take_own(actor: Actor, action: str) -> bool:
    """Whether somebody takes an action in the own right, on some case."""
    return bool(actor.all_roles & WORKFLOW.of(action).roles)


def check_report(actor: Actor) -> None:
    """Somebody may report a case.

    Raises:
        RoleNotAllowed: in none of the roles.
    """
    if not can_take_own(actor, "report"):
        raise RoleNotAllowed(f"上报须由{'、'.join(sorted(WORKFLOW.of('report').roles))}办理")


def can_register(actor: Actor) -> bool:
    """Whether somebody may take down at the desk what others tell the centre."""
    return can_take_own(actor, "accept") and can_take_own(actor, "report")


def can_patrol(actor: Actor) -> bool:
    """Whether somebody reports, patrols and takes tasks with a phone."""
    return GridRole.INSPECTOR in actor.all_roles


def can_answer_requests(actor: Actor) -> bool:
    """Whether somebody answers requests of any kind."""
    return any(can_take_own(actor, grant) for grant in GRANTS.values())


def can_review_publicity(actor: Actor) -> bool:
    """Whether somebody decides what of a case the public sees."""
    return can_take_own(actor, "publish")


def can_help_stranded(actor: Actor) -> bool:
    """Whether somebody can take a case back from those who can no longer act on it."""
    return can_take_own(actor, "recall") or can_take_own(actor, "reassign_task")


class CasePolicy(Policy):
    """Whose a case is: a department's, an inspector's, or the centre's."""

    def holds(self, matter: Case, actor: Actor, role: str) -> bool:
        """Whether a case is this one's in that role."""
        if role == GridRole.HANDLER:
            return actor.is_of(matter.department)
        if role == GridRole.INSPECTOR:
            is_sent = matter.step not in TASKS or matter.inspector in ("", actor.name)
            return is_sent and _is_inspectors(matter, actor)
        return True

    def holds_for(self, matter: Case, actor: Actor, role: str, transition: Transition) -> bool:
        """The same, but that a department appeals against a round that was its own, whoever has
        the case now, and an inspector takes back nobody else's result."""
        if transition.action == "appeal":
            return role == GridRole.HANDLER and bool(appealable(matter, actor))
        is_own = transition.action != "recall_result" or matter.inspector in ("", actor.name)
        return self.holds(matter, actor, role) and (is_own or role != GridRole.INSPECTOR)

    def whose(self, matter: Case, transition: Transition) -> str:
        """Who should take the action: the department, the inspector, or a role."""
        if GridRole.HANDLER in transition.roles and matter.department:
            return matter.department
        if GridRole.INSPECTOR in transition.roles and matter.inspector:
            return matter.inspector
        return "、".join(sorted(transition.roles - {SYSTEM}))

    def not_theirs(self, matter: Case, actor: Actor, transition: Transition) -> NotResponsible:
        """Why somebody who has the role may not take the action."""
        if transition.action == "appeal" and actor.is_of(matter.department):
            return NotResponsible("该次派遣的申诉已成立，或该次派遣已撤回")
        if GridRole.HANDLER in transition.roles & actor.all_roles:
            return NotResponsible("该案件由别的部门处置")
        if matter.step in TASKS and matter.inspector:
            return NotResponsible("该任务已派给别的监督员")
        return NotResponsible("该案件不在您的责任区")

    def can_see(self, matter: Case, actor: Actor) -> bool:
        """Whether somebody may look at a case; ``visible`` says the same in SQL."""
        if actor.roles & CENTRE:
            return True
        if GridRole.HANDLER in actor.roles and actor.is_of(matter.department):
            return True
        return GridRole.INSPECTOR in actor.roles and _is_inspectors(matter, actor)

    def visible(self, actor: Actor) -> Q:
        """The cases that somebody may look at."""
        return visible_to(actor)

    def recipients(self, matter: Case, role: str, at: datetime) -> tuple[str, ...]:
        """The department's people, the inspector or those of the area, or the centre's."""
        names = holders_of(role, at)
        if role == GridRole.HANDLER:
            people = set(members_named(matter.department, at))
            return tuple(name for name in names if name in people)
        if role == GridRole.INSPECTOR and matter.inspector:
            return (matter.inspector,)
        if role == GridRole.INSPECTOR:
            return inspectors_of(matter.district_code)
        return names

    def check_amendable(self, matter: Case) -> None:
        """Values of a case can be corrected.

        Raises:
            InvalidInput: it was merged into another.
        """
        if matter.step == MERGED:
            raise InvalidInput(f"案件已并入 {matter.duplicate_of}，请到该案件更正")

    def check(self, situation: CaseSituation, action: str, given: Mapping[str, Any]) -> None:
        """An action, which the state and the role allow, may be taken on the case.

        Raises:
            InvalidInput: it may not; the message says why.
        """
        if action == "merge" and "main" in given:
            check_main(situation, str(given["main"]))
        elif check := CHECKS.get(action):
            check(situation)


def _is_inspectors(case: Case, actor: Actor) -> bool:
    """Whether a case lies in an inspector's area, or is theirs by report or by task."""
    is_inside = any(case.district_code.startswith(area) for area in actor.districts)
    return is_inside or actor.name in (case.reporter, case.inspector)


# --- may the action be taken on the case as it stands?


def check_main(situation: CaseSituation, code: str) -> Case:
    """The case into which this one may be merged.

    Raises:
        InvalidInput: there is none of that code, it has ended, or it is about something else.
    """
    case, main = situation.case, case_of(code.strip())
    if main is None or main.code == case.code:
        raise InvalidInput("没有该主案件", "main")
    if main.step in ENDED:
        raise InvalidInput("主案件已经办结，不能并入", "main")
    if main.scheme != case.scheme or main.class_code != case.class_code:
        raise InvalidInput("主案件的类别不同，不能并入", "main")
    if main.code not in {other.code for other, _far_m in situation.duplicates}:
        raise InvalidInput("主案件与本案件的位置或上报时间相距过远，不能并入", "main")
    return main


def check_limit(case: Case) -> TimeLimit:
    """The limit of handling that a case carries; without one it cannot be dispatched.

    Raises:
        InvalidInput: there is none.
    """
    limit = clocks.limit_of(case)
    if limit is None:
        raise InvalidInput("案件没有处置时限；请退回立案补充立案条件")
    return limit


def check_clock(case: Case) -> tuple[datetime, TimeLimit]:
    """When the handling of a case began, and its limit; without both no deadline can move.

    Raises:
        InvalidInput: one of them is missing.
    """
    limit = clocks.limit_of(case)
    if case.dispatched_at is None or limit is None:
        raise InvalidInput("案件尚未派遣，或没有处置时限")
    return case.dispatched_at, limit


def check_photos(action: str, number: int) -> None:
    """So many photos may come with an action.

    Raises:
        InvalidInput: too many, or the action takes none.
    """
    if number > MOST_PHOTOS:
        raise InvalidInput(_("一次最多 %(n)s 张照片") % {"n": MOST_PHOTOS}, "photos")
    if number and not can_have_photos(action):
        raise InvalidInput(f"{WORKFLOW.of(action).title}不收照片", "photos")


def can_have_photos(action: str) -> bool:
    """Whether photos may come with an action."""
    return action in PHOTO_MOMENTS


def check_publication(
    action: str, item: str, last: Publication | None, told: Mapping[str, str] | None = None
) -> None:
    """A thing of a case may be published or withheld after the last decision on it.

    ``told`` are the words for the public; None while they are still to be written.

    Raises:
        InvalidInput: no words, or that is how it stands already.
    """
    if action == "withhold":
        if last and not last.is_public:
            raise InvalidInput("该内容已经不公开", "item")
        return
    is_words = item == Publication.WORDS
    if is_words and told is None:
        return
    words = dict(told or {}) if is_words else {}
    if is_words and all(map(is_blank, words.values())):
        raise InvalidInput("请写公开的文字", "words")
    stands = {name: getattr(last, name, "") for name in words}
    if last and last.is_public and stands == words:
        raise InvalidInput("该内容已经公开", "item")


def can_publish_item(action: str, item: str, last: Publication | None) -> bool:
    """Whether a thing of a case may be published or withheld after the last decision on it."""
    try:
        check_publication(action, item, last)
    except InvalidInput:
        return False
    return True


def _check_extension(situation: CaseSituation) -> None:
    _check_extensions_left(situation)
    due_at = situation.case.due_at
    if due_at and situation.at > due_at:
        raise InvalidInput("处置已超期，不能再申请延期")


def _check_granting_extension(situation: CaseSituation) -> None:
    _check_extensions_left(situation)
    due_at, request = situation.case.due_at, situation.open_requests[Kind.EXTENSION]
    if due_at and request.asked_at > due_at:
        raise InvalidInput("申请时处置已超期，不能延期")
    _check_clock(situation)


def _check_extensions_left(situation: CaseSituation) -> None:
    if situation.extensions_granted >= MOST_EXTENSIONS:
        raise InvalidInput(f"一件案件最多延期 {MOST_EXTENSIONS} 次，重新派遣不另计")


def _check_clock(situation: CaseSituation) -> None:
    check_clock(situation.case)


def _check_suspending(situation: CaseSituation) -> None:
    until = situation.open_requests[Kind.SUSPENSION].until
    if until is None or until <= situation.at:
        raise InvalidInput("申请的恢复日期已过，请部门重新申请")


def _check_filing(situation: CaseSituation) -> None:
    if not situation.conditions:
        raise InvalidInput("该类别现在没有立案条件，或已停用；请核对类别", "condition")


def _check_dispatching(situation: CaseSituation) -> None:
    check_limit(situation.case)
    if not situation.departments:
        raise InvalidInput("没有可以派遣的专业部门", "department")


def _check_reassigning(situation: CaseSituation) -> None:
    _check_dispatching(situation)
    if not situation.other_departments:
        raise InvalidInput("没有别的专业部门可以改派", "department")


def _check_resending(situation: CaseSituation) -> None:
    if not situation.other_inspectors:
        raise InvalidInput("没有别的监督员可以改派", "inspector")


def _check_merging(situation: CaseSituation) -> None:
    if not situation.duplicates:
        raise InvalidInput("附近没有可以并入的同类案件", "main")


def _check_publicity(situation: CaseSituation) -> None:
    if not situation.case.is_public:
        raise InvalidInput("该案件不对公众公开；上报时没有选择公开进展")


CHECKS: MappingProxyType[str, Callable[[CaseSituation], None]] = MappingProxyType(
    {
        "file": _check_filing,
        "dispatch": _check_dispatching,
        "reassign": _check_reassigning,
        "reassign_task": _check_resending,
        "ask_extension": _check_extension,
        "grant_extension": _check_granting_extension,
        "suspend": _check_suspending,
        "resume": _check_clock,
        "merge": _check_merging,
        "publish": _check_publicity,
        "withhold": _check_publicity,
    }
)
