"""What waits for the one who asks, in every profession."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from webmap.web.navigation import waiting_for


@require_safe
@never_cache
def waiting(request: HttpRequest) -> HttpResponse:
    """The tasks as a fragment: each with its number and the page where it is done."""
    return render(request, "panel/tasks.html", {"waiting": waiting_for(request)})
