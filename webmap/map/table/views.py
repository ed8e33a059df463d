"""Saved views of a table: what one chose, under a name, for oneself or for everybody who signs in.

A view is only what to ask: what it shows is decided for who asks, each time.
"""

from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from webmap.map.parameters import share_parameter
from webmap.models import SavedView
from webmap.web.errors import BadInput, BadRequest, answering, as_json
from webmap.web.guards import signed_in
from webmap.web.parsing import json_in

MOST_BYTES = 600_000  # an area of 20,000 corners
MOST_VIEWS = 200  # of one person
MOST_LISTED = 500
MOST_SIGNS = 40  # of a title, as the column holds
PARTS = frozenset({"conditions", "words", "sort", "columns", "area", "codes", "group"})


@require_http_methods(["GET", "POST"])
@answering(as_json)
@signed_in
def saved_views(request: HttpRequest) -> JsonResponse:
    """The views of ``layer=`` that the caller has or that are shared; by POST one more of them.

    Saving under a name that the caller has used replaces that view.
    """
    wanted = _wanted(request) if request.method == "POST" else request.GET
    share = share_parameter(request, str(wanted.get("layer", "")))
    if request.method == "POST":
        _save(request, share.layer.id, dict(wanted))
    mine = Q(owner_id=request.user.pk)
    found = SavedView.objects.filter(mine | Q(is_shared=True), layer=share.layer.id)
    rows = found.select_related("owner").order_by("title", "pk")[:MOST_LISTED]
    return JsonResponse({"views": [_told(view, request) for view in rows]})


@require_POST
@answering(as_json)
@signed_in
def delete(request: HttpRequest, view_id: int) -> JsonResponse:
    """Remove a view of the caller's own; others' do not exist."""
    number, _each = SavedView.objects.filter(pk=view_id, owner_id=request.user.pk).delete()
    if not number:
        raise Http404(_("没有这个视图"))
    return JsonResponse({"deleted": view_id})


def _told(view: SavedView, request: HttpRequest) -> dict[str, Any]:
    is_mine = view.owner_id == request.user.pk
    owner = view.owner.get_full_name() or view.owner.get_username()
    return {
        "id": view.pk,
        "title": view.title,
        "state": view.state,
        "is_mine": is_mine,
        "is_shared": view.is_shared,
        "owner": "" if is_mine else owner,
    }


def _wanted(request: HttpRequest) -> dict[str, Any]:
    if len(request.body) > MOST_BYTES:
        raise BadRequest(_("视图的内容太大，请缩小所选范围"))
    wanted = json_in(request.body)
    state = wanted.get("state")
    if not isinstance(state, dict) or state.keys() - PARTS:
        raise BadRequest(_("视图的内容读不出"))
    return wanted


def _save(request: HttpRequest, layer_id: str, wanted: dict[str, Any]) -> None:
    title = str(wanted.get("title", "")).strip()
    if not 1 <= len(title) <= MOST_SIGNS:
        raise BadInput(_("请给出不超过 %(most)s 个字的名称") % {"most": MOST_SIGNS}, "title")
    own = SavedView.objects.filter(owner_id=request.user.pk)
    known = own.filter(layer=layer_id, title=title)
    if not known.exists() and own.count() >= MOST_VIEWS:
        raise BadInput(
            _("最多保存 %(most)s 个视图，请先删除不用的") % {"most": MOST_VIEWS}, "title"
        )
    SavedView.objects.update_or_create(
        owner_id=request.user.pk,
        layer=layer_id,
        title=title,
        defaults={"state": wanted["state"], "is_shared": wanted.get("is_shared") is True},
    )
