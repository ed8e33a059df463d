"""Maps as files: ask, watch, fetch.

The contract for the map's program:

``POST /exports`` (with the CSRF token) takes the form fields

===========  ==========================================================================
entrance     the entrance's id (``general``, ``planning`` …); its title heads the sheet
bbox         west,south,east,north in degrees, of what the map shows
layers       ids of the layers shown, comma-separated, in any order
datetime     the day or instant of the map, as everywhere; empty or ``now`` for today
title        a heading of the user's own (optional, at most 60 characters)
===========  ==========================================================================

and answers **202** with an HTML fragment, ``<div class="export" id="export-…">``, that
watches itself: it carries ``data-get="/exports/{id}"`` and ``data-every="1"`` (seconds) until
the file is there, and then a link to ``/exports/{id}/file``. Put it anywhere below an element
given to ``wireFragments`` (``static/base/fragments.js``). A form that cannot be carried out gets
**400**, too many requests **429**, both with the same kind of fragment
(``class="export failed"``), so show the body whatever the status.
"""

from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import get_random_string
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from webmap.exports.jobs import folder, may_still_have, submit_export
from webmap.exports.requests import read_request
from webmap.models import Export
from webmap.web.callers import caller_of
from webmap.web.errors import Refusal, answering, is_fragment
from webmap.web.orders import Asker

TOKEN = "export_owner"  # noqa: S105  (the session key's name)


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """A fragment that says why no file will come."""
    return _answer(request, {"problem": refusal.text}, status=refusal.status)


@require_POST
@answering(_refused)
def ask(request: HttpRequest) -> HttpResponse:
    """Queue an export; the answer is a fragment that watches it."""
    language = get_language() or "zh-hans"
    wanted = read_request(request.POST.dict(), caller_of(request), language)
    export = submit_export(wanted, asker_of(request))
    return _answer(request, {"export": export}, status=202)


@require_GET
@never_cache
def status(request: HttpRequest, export_id: UUID) -> HttpResponse:
    """How far an export is: a fragment for the panel, else a page of its own."""
    return _answer(request, {"export": _own(request, export_id)})


@require_GET
@never_cache
def download(request: HttpRequest, export_id: UUID) -> FileResponse:
    """The file, to the one who asked for it and while they may see what is in it."""
    export = _own(request, export_id)
    path = folder() / export.file
    if export.state != Export.State.DONE or not path.is_file() or not may_still_have(export):
        raise Http404
    day = export.created_at.strftime("%Y%m%d-%H%M")
    return FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=f"图经-{export.params['title'] or export.params['entrance'] or '地图'}-{day}.html",
        content_type="text/html; charset=utf-8",
        headers={"Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff"},
    )


def asker_of(request: HttpRequest) -> Asker:
    """The signed-in user; else this session, by a token of its own."""
    if request.user.is_authenticated:
        return Asker(request.user, "")
    if TOKEN not in request.session:
        request.session[TOKEN] = get_random_string(32)
    return Asker(None, request.session[TOKEN])


def _own(request: HttpRequest, export_id: UUID) -> Export:
    """The caller's export of that id; others' do not exist."""
    user, token = request.user, request.session.get(TOKEN, "")
    asker = Asker(user if user.is_authenticated else None, token)
    export = Export.objects.filter(asker.condition(), pk=export_id).first()
    if export is None or not (asker.user or token):
        raise Http404
    return export


def _answer(request: HttpRequest, context: dict, status: int = 200) -> HttpResponse:
    fragment = request.method == "POST" or is_fragment(request)
    template = "exports/_status.html" if fragment else "exports/status.html"
    response = render(request, template, context, status=status)
    response["Vary"] = "X-Requested-With, Cookie"
    return response
