"""A page says on whose behalf it asks; when that one is signed in no longer, it is told so.

Without this the answer would be the one for nobody: "not found" for what a minute ago was
there. The page's program names the user it was opened by in ``X-Signed-In-As``; requests
without the header (links, forms, other systems) are not concerned.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


class StillSignedIn:
    """Middleware: 401 with ``X-Signed-Out`` and words, if it is somebody else's session by now.

    Without ``WWW-Authenticate``: the browser would ask for a password in a window of its own.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or tell."""
        told, user = request.headers.get("X-Signed-In-As", ""), request.user
        if not told or "Authorization" in request.headers:  # a key says itself whose it is
            return self.get_response(request)
        if user.is_authenticated and told == str(user.pk):
            return self.get_response(request)
        is_idle = getattr(request, "ended_idle", False)
        context = {"is_other": user.is_authenticated, "is_idle": is_idle}
        response = render(request, "panel/signed_out.html", context, status=401)
        response["X-Signed-Out"] = "1"
        response["Cache-Control"] = "no-store"
        return response
