"""Who works on levels of risk and on warnings: asked by pages and by what leads to them."""

from django.http import HttpRequest

from spatial.hazard_warnings.roles import WarningRole
from spatial.hazards.roles import HazardRole
from webmap.web.callers import caller_of

STAFF = frozenset({HazardRole.HAZARD, *WarningRole})


def may_judge(request: HttpRequest) -> bool:
    """Whether the caller works on levels of risk: on duty, or examining or signing warnings."""
    caller = caller_of(request)
    return caller.is_admin or bool(STAFF & caller.roles)
