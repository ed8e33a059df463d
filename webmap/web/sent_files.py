"""Files are sent by nginx, where it stands in front: the view allows one, nginx reads it.

nginx says under which of its internal addresses a folder of ours stands
(``X-Accel-Mapping: FOLDER=ADDRESS``, docs/nginx.conf); a web process is free again once it has
named the file, and parts of it (``Range``) can be asked for. Without nginx, and for files that
are gone once they are sent, the web process sends them itself.
"""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from layers.sharing.callers import LOOPBACK


class SentByFront:
    """Middleware: names the file of an answer to nginx, and leaves the sending to it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer, or the same without its body and with the file's address."""
        response = self.get_response(request)
        if not isinstance(response, FileResponse) or response.status_code != 200:  # noqa: PLR2004
            return response
        address = _address_in_front(request, response)
        if not address:
            return response
        named = HttpResponse(status=response.status_code, headers=dict(response.items()))
        del named["Content-Length"]  # that of the file; this answer has no body
        named.cookies = response.cookies
        named["X-Accel-Redirect"] = address
        response.close()
        return named


def _address_in_front(request: HttpRequest, response: FileResponse) -> str:
    """Where nginx has the file of an answer; '' where it has not."""
    folder, _equals, address = request.headers.get("X-Accel-Mapping", "").partition("=")
    opened = getattr(getattr(response, "file_to_stream", None), "name", None)
    if not (folder and address and isinstance(opened, str)):
        return ""
    if request.META.get("REMOTE_ADDR", "") not in LOOPBACK:
        return ""  # a client of another machine can say this as well
    path = Path(opened).resolve()
    if path.is_relative_to(Path(settings.DOWNLOADS).resolve()):
        return ""  # removed once it is sent
    if not path.is_relative_to(Path(folder).resolve()):
        return ""
    return address + "/" + quote(path.relative_to(Path(folder).resolve()).as_posix())
