"""Who may search people, from whichever page."""

from django.http import HttpRequest

from grid.cases.policies import can_see_reporter
from layers.reading.personal import layers_searched
from webmap.web.callers import actor_behind, caller_of


def may_find_people(request: HttpRequest) -> bool:
    """Whether the caller may search people in any register."""
    return bool(layers_searched(caller_of(request))) or can_see_reporter(actor_behind(request))
