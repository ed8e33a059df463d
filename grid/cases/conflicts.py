"""What became of a case meanwhile, for whoever comes too late: a task taken back, a merger."""

from django.db.models import Q
from django.utils import timezone

from grid.cases.actors import Actor
from grid.cases.queries import case_of
from grid.cases.steps import MERGED, TASK_RESULTS, TASKS_RECALLED, WORKFLOW
from grid.models import Case, CaseStep
from grid.roles import GridRole
from spatial.casework.errors import MatterConflict


def main_of(case: Case) -> str:
    """The code of the case into which one was merged, as that stands now; "" of one that was not.

    A main case may have been merged since.
    """
    found, seen = case, {case.code}
    while found.step == MERGED and found.duplicate_of not in seen:
        seen.add(found.duplicate_of)
        found = case_of(found.duplicate_of) or found
    return found.code if found.code != case.code else ""


def merged_into(code: str) -> MatterConflict | None:
    """Why nothing can be done to a case that was merged: into which it was."""
    case = case_of(code)
    main = main_of(case) if case else ""
    return MatterConflict(f"案件 {code} 已并入 {main}，请到该案件办理") if main else None


def task_taken_back(case: Case, actor: Actor, action: str) -> MatterConflict | None:
    """Whether the task of which this is the result was this one's, and was taken back.

    A phone without signal learns so only when it sends what was found.
    """
    names = [one.name for one in actor.capacities if GridRole.INSPECTOR in one.roles]
    if action not in TASK_RESULTS or not names:
        return None
    steps = CaseStep.objects.filter(case_code=case.code)
    # From this one, or from whoever of the area would take it.
    last = steps.filter(action__in=TASKS_RECALLED, details__from__in=(*names, "")).last()
    if last is None or last.details.get("inspector") in names:
        return None
    theirs = Q(who__in={actor.name, *names}) | Q(details__inspector__in=names)
    since = steps.filter(theirs, pk__gt=last.pk)
    if since.exists():
        return None
    at = timezone.localtime(last.at)
    return MatterConflict(
        f"{last.who} 已于 {at:%m-%d %H:%M} {WORKFLOW.of(last.action).title}（{last.text}），"
        "这项任务不用再办；您填的内容和照片没有收入案件，还在您的设备上"
    )
