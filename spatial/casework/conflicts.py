"""Who was quicker, in words for whoever comes too late."""

from typing import Any

from django.utils import timezone

from spatial.casework.errors import MatterConflict
from spatial.casework.procedures import Procedure


def is_as_seen(procedure: Procedure, matter: Any, expected: int) -> bool:
    """Whether the matter still is the version that was seen, but for what was put beside it."""
    if matter.pk == expected:
        return True
    versions, steps = procedure.matter_model.objects, procedure.step_model
    seen = versions.filter(code=matter.code, pk=expected).first()
    if seen is None:
        return False
    of = {steps.matter_field: matter.code}
    aside = steps.objects.filter(**of, action__in=procedure.aside)
    since = versions.filter(code=matter.code, opened_by__gt=seen.opened_by_id)
    return not since.exclude(opened_by__in=aside.values("change")).exists()


def overtaken(procedure: Procedure, code: str) -> MatterConflict:
    """Somebody has acted on a version of a matter that was thought to be the last."""
    steps, flow = procedure.step_model, procedure.workflow
    last = steps.objects.filter(**{steps.matter_field: code}).last()
    if last is None:
        return MatterConflict(f"该{procedure.noun}刚刚被他人改动，请刷新后再试")
    titles = {t.action: t.title for t in flow.transitions}
    title = titles.get(last.action, AMENDED)
    state = flow.states.get(last.state_after, last.state_after)
    at = timezone.localtime(last.at)
    return MatterConflict(f"{last.who} 已于 {at:%m-%d %H:%M} {title}，现为“{state}”；请刷新后再试")


AMENDED = "更正"
