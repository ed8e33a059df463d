"""Several cases at once."""

from functools import partial

from django.http import JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from grid.cases.actions import act
from grid.cases.actors import Actor
from grid.cases.queries import case_of
from spatial.casework.errors import InvalidInput
from spatial.casework.texts import plain
from webmap.casework.guards import StaffRequest, casework
from webmap.web.errors import attempt

MOST_AT_ONCE = 200


@require_POST
@casework
def dispatched(request: StaffRequest) -> JsonResponse:
    """``/grid/dispatch``: several cases, each to the department of the form or its suggested one.

    Each goes by itself; the answer names the cases that could not be dispatched, and why.
    """
    wanted = request.POST.get("department", "").strip()
    done, failed = [], []
    for code in request.POST.getlist("code")[:MOST_AT_ONCE]:
        _case, refusal = attempt(partial(_dispatch, request.actor, code, wanted))
        if refusal:
            failed.append({"code": code, "why": refusal.text})
        else:
            done.append(code)
    return JsonResponse({"done": done, "failed": failed})


def _dispatch(actor: Actor, code: str, wanted: str) -> None:
    case = case_of(plain(code))
    department = wanted or (case.department if case else "")
    if not department:
        raise InvalidInput(_("没有建议部门，请选择专业部门"))
    act(actor, code, "dispatch", {"department": department})
