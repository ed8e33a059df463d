"""What waits for the one who asks, in every profession."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from webmap.web.errors import is_fragment
from webmap.web.navigation import waiting_for


@require_safe
@never_cache
def waiting(request: HttpRequest) -> HttpResponse:
    """The tasks, each with its number and the page where it is done: for the panel, or a page."""
    template = "panel/tasks.html" if is_fragment(request) else "map/tasks.html"
    return render(request, template, {"waiting": waiting_for(request)})
