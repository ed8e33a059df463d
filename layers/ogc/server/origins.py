"""Pages of other origins: what a browser lets their scripts ask of the API (CORS).

The settings say which origins (docs/operations.md). No session is passed on to them: a page
elsewhere reads what is public, or what the key that it sends opens.
"""

from corsheaders.middleware import CorsMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class OtherOrigins(CorsMiddleware):
    """Middleware: the question before a request has an answer, but no content."""

    def check_preflight(self, request: HttpRequest) -> HttpResponseBase | None:
        """The answer to a preflight, None for any other request."""
        response = super().check_preflight(request)
        if response is not None:
            response.status_code = 204
            del response["Content-Length"]
        return response
