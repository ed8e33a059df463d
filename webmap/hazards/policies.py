"""Who works on levels of risk: asked by pages and by what leads to them."""

from django.http import HttpRequest

from spatial.hazards.roles import HazardRole
from webmap.web.callers import caller_of


def may_judge(request: HttpRequest) -> bool:
    """Whether the caller works on levels of risk."""
    caller = caller_of(request)
    return caller.is_admin or HazardRole.HAZARD in caller.roles
