"""Bookmarks of the map: views that a person keeps under names, each an entrance and an address.

A bookmark is only where to look: what is seen there is decided for who looks, each time. Those of
nobody known stay in the browser.
"""

from typing import Any

from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from webmap.models import Bookmark
from webmap.web.entrances import entrances
from webmap.web.errors import BadInput, BadRequest, answering, as_json
from webmap.web.guards import signed_in
from webmap.web.parsing import json_in

MOST_BYTES = 40_000
MOST_BOOKMARKS = 200  # of one person
MOST_TITLE, MOST_ADDRESS = 40, 8_000  # signs, as the columns hold


@require_http_methods(["GET", "POST"])
@answering(as_json)
@signed_in
def bookmarks(request: HttpRequest) -> JsonResponse:
    """The caller's own bookmarks; by POST one more. A name that is in use is given the new view."""
    if request.method == "POST":
        _save(request)
    own = Bookmark.objects.filter(owner_id=request.user.pk).order_by("title", "pk")
    return JsonResponse({"bookmarks": list(own.values("id", "title", "path", "address"))})


@require_POST
@answering(as_json)
@signed_in
def delete(request: HttpRequest, bookmark_id: int) -> JsonResponse:
    """Remove a bookmark of the caller's own; others' do not exist."""
    number, _each = Bookmark.objects.filter(pk=bookmark_id, owner_id=request.user.pk).delete()
    if not number:
        raise Http404(_("没有这个书签"))
    return JsonResponse({"deleted": bookmark_id})


def _save(request: HttpRequest) -> None:
    if len(request.body) > MOST_BYTES:
        raise BadRequest(_("视图的内容太大，请缩小所选范围"))
    wanted: dict[str, Any] = json_in(request.body)
    title, path, address = (wanted.get(name) for name in ("title", "path", "address"))
    if not isinstance(title, str) or not 1 <= len(title.strip()) <= MOST_TITLE:
        raise BadInput(_("请给出不超过 %(most)s 个字的名称") % {"most": MOST_TITLE}, "title")
    is_view = isinstance(address, str) and 0 < len(address) <= MOST_ADDRESS
    is_entrance = isinstance(path, str) and path in {one.path for one in entrances()}
    if not is_entrance or not is_view:
        raise BadRequest(_("视图的内容读不出"))
    own = Bookmark.objects.filter(owner_id=request.user.pk)
    if not own.filter(title=title.strip()).exists() and own.count() >= MOST_BOOKMARKS:
        raise BadInput(
            _("最多保存 %(most)s 个书签，请先删除不用的") % {"most": MOST_BOOKMARKS}, "title"
        )
    Bookmark.objects.update_or_create(
        owner_id=request.user.pk,
        title=title.strip(),
        defaults={"path": str(path), "address": str(address)},
    )
