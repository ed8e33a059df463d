"""Who was quicker, in words for whoever comes too late."""

from django.db.models import Q
from django.utils import timezone

from grid.cases.actors import Actor
from grid.cases.steps import ASIDE, STATES, TASK_RESULTS, TASKS_RECALLED, WORKFLOW
from grid.errors import CaseConflict
from grid.models import Case, CaseStep
from grid.roles import GridRole


def is_as_seen(case: Case, expected: int) -> bool:
    """Whether the case still is the version that was seen, but for what was only put beside it."""
    if case.pk == expected:
        return True
    seen = Case.objects.filter(code=case.code, pk=expected).first()
    if seen is None:
        return False
    aside = CaseStep.objects.filter(case_code=case.code, action__in=ASIDE)
    since = Case.objects.filter(code=case.code, opened_by__gt=seen.opened_by_id)
    return not since.exclude(opened_by__in=aside.values("change")).exists()


def overtaken(code: str) -> CaseConflict:
    """Somebody has acted on a version of a case that was thought to be the last."""
    last = CaseStep.objects.filter(case_code=code).last()
    if last is None:
        return CaseConflict("该案件刚刚被他人改动，请刷新后再试")
    title = WORKFLOW.of(last.action).title
    state = STATES.get(last.state_after, last.state_after)
    at = timezone.localtime(last.at)
    return CaseConflict(f"{last.who} 已于 {at:%m-%d %H:%M} {title}，现为“{state}”；请刷新后再试")


def task_taken_back(code: str, actor: Actor, action: str) -> CaseConflict | None:
    """Whether the task of which this is the result was this one's, and was taken back.

    A phone without signal learns so only when it sends what was found.
    """
    if action not in TASK_RESULTS or GridRole.INSPECTOR not in actor.roles:
        return None
    steps = CaseStep.objects.filter(case_code=code)
    # From this one, or from whoever of the area would take it.
    last = steps.filter(action__in=TASKS_RECALLED, details__from__in=(actor.name, "")).last()
    if last is None or last.details.get("inspector") == actor.name:
        return None
    since = steps.filter(Q(who=actor.name) | Q(details__inspector=actor.name), pk__gt=last.pk)
    if since.exists():
        return None
    at = timezone.localtime(last.at)
    return CaseConflict(
        f"{last.who} 已于 {at:%m-%d %H:%M} {WORKFLOW.of(last.action).title}（{last.text}），"
        "这项任务不用再办；您填的内容和照片没有收入案件，还在您的设备上"
    )
