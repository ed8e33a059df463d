"""The record of refused writes, kept for every page and endpoint by one middleware."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from layers.sharing.refused_writes import note_refused


class RefusedWrites:
    """Middleware: look at every answer; views need not know of it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and write down what was refused."""
        response = self.get_response(request)
        note_refused(request, response)
        return response
