"""The rows of a table: the API's own items and downloads, with the query in the body.

What is chosen on the map is an area of up to thousands of corners, which no address holds. The
parameters are those of ``/ogc/collections/{id}/items``; who may see what is decided there.
"""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.views.decorators.http import require_POST

from layers.ogc.features import downloads, items

OWN = ("csrfmiddlewaretoken",)


@require_POST
def page(request: HttpRequest, layer_id: str) -> HttpResponse:
    """One page of features."""
    return _kept_nowhere(items.items(_as_read(request), layer_id))


@require_POST
def download(request: HttpRequest, layer_id: str) -> HttpResponse:
    """Every feature that the query leaves, as one file."""
    return _kept_nowhere(downloads.download(_as_read(request), layer_id))


def _as_read(request: HttpRequest) -> HttpRequest:
    """The request as the API reads it: by its address."""
    query: QueryDict = request.POST.copy()
    for name in OWN:
        query.pop(name, None)
    request.method, request.GET = "GET", query  # type: ignore[assignment]
    for name in ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"):
        request.META.pop(name, None)  # the tag is made of the address, which is not the query
    return request


def _kept_nowhere(response: HttpResponse) -> HttpResponse:
    """The answer without its tag, which is that of another query too."""
    del response["ETag"]
    response["Cache-Control"] = "no-store"
    return response
