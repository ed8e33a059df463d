"""Sketches that are kept: listed, saved, renamed, removed, shared by a link that can be taken back."""

import re
import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from webmap.map.sketches.shapes import features_in
from webmap.models import SavedSketch
from webmap.web.errors import BadInput, BadRequest, Conflicting, NotSignedIn, answering, as_json
from webmap.web.guards import SIGNED_OUT, signed_in
from webmap.web.parsing import json_in

MOST_BYTES = 3_000_000  # 20,000 corners with room
MOST_SKETCHES = 200  # of one person
MOST_TITLE = 60
LINK_BYTES = 24
LINK = re.compile(r"[A-Za-z0-9_-]{20,60}")  # as it is made of so many bytes
MISSING = gettext_noop("没有这份草图，或它已不再共享")
Readers = SavedSketch.Readers


@require_http_methods(["GET", "POST"])
@answering(as_json)
@signed_in
def sketches(request: HttpRequest) -> JsonResponse:
    """The caller's sketches, the last changed first; by POST one more: ``{title, features}``."""
    if request.method == "POST":
        wanted = body_of(request)
        sketch = SavedSketch(owner_id=int(request.user.pk or 0), title=_title(wanted.get("title")))
        _put(sketch, wanted.get("features"))
        own = SavedSketch.objects.filter(owner_id=request.user.pk)
        if own.count() >= MOST_SKETCHES:
            most = {"most": MOST_SKETCHES}
            raise BadInput(_("最多保存 %(most)s 份草图，请先删除不用的") % most, "title")
        sketch.save(force_insert=True)
        return JsonResponse(described(sketch, is_mine=True), status=201)
    found = SavedSketch.objects.filter(owner_id=request.user.pk).defer("features")
    return JsonResponse({"sketches": [summary(one) for one in found[:MOST_SKETCHES]]})


@require_http_methods(["GET", "POST"])
@answering(as_json)
@signed_in
def sketch(request: HttpRequest, sketch_id: UUID) -> JsonResponse:
    """One sketch of the caller's own; by POST it is written over: ``{version, title?, features?}``.

    Raises:
        Conflicting: it was saved by another page since; nothing is written.
    """
    if request.method == "GET":
        return JsonResponse(described(_own(request, sketch_id), is_mine=True))
    wanted = body_of(request)
    with transaction.atomic():
        found = _own(request, sketch_id, is_written=True)
        if wanted.get("version") != found.version:
            raise Conflicting(_changed(found), "version")
        if "title" in wanted:
            found.title = _title(wanted["title"])
        if "features" in wanted:
            _put(found, wanted["features"])
        found.version += 1
        found.save()
    return JsonResponse(described(found, is_mine=True))


@require_POST
@answering(as_json)
@signed_in
def delete(request: HttpRequest, sketch_id: UUID) -> JsonResponse:
    """Remove a sketch of the caller's own, and with it its link."""
    _own(request, sketch_id).delete()
    return JsonResponse({"deleted": str(sketch_id)})


@require_POST
@answering(as_json)
@signed_in
def share(request: HttpRequest, sketch_id: UUID) -> JsonResponse:
    """``{audience}``: for whom the link is; '' takes it back. A link taken back never opens again."""
    audience = body_of(request).get("audience")
    if audience not in Readers.values:
        raise BadRequest(_("共享范围应为登录用户或任何人"), "audience")
    with transaction.atomic():
        found = _own(request, sketch_id, is_written=True)
        found.audience = str(audience)
        found.link = (found.link or secrets.token_urlsafe(LINK_BYTES)) if audience else ""
        # The shapes are as they were: a page that has them open may still save.
        found.save(update_fields=["audience", "link"])
    return JsonResponse(summary(found))


@require_GET
@answering(as_json)
@never_cache
def shared(request: HttpRequest, link: str) -> JsonResponse:
    """A sketch by its link, to be read and copied.

    Raises:
        Http404: no sketch has that link, or not any more.
        NotSignedIn: it is for people who have signed in.
    """
    rows = SavedSketch.objects.filter(link=link).select_related("owner")
    found = rows.first() if LINK.fullmatch(link) else None
    if found is None or not found.audience:
        raise Http404(_(MISSING))
    if found.audience == Readers.SIGNED_IN and not request.user.is_authenticated:
        raise NotSignedIn(_(SIGNED_OUT))
    return JsonResponse(described(found, is_mine=found.owner_id == request.user.pk))


def described(found: SavedSketch, *, is_mine: bool) -> dict[str, Any]:
    """A sketch with its shapes; its link is its owner's."""
    if is_mine:
        return {**summary(found), "is_mine": True, "features": found.features}
    owner = found.owner.get_full_name() if found.audience == Readers.SIGNED_IN else ""
    return {
        "title": found.title,
        "number": found.number,
        "changed": timezone.localtime(found.changed_at).strftime("%Y-%m-%d %H:%M"),
        "owner": owner,
        "is_mine": False,
        "features": found.features,
    }


def summary(found: SavedSketch) -> dict[str, Any]:
    """What the list of a person's sketches says of one."""
    return {
        "id": str(found.pk),
        "title": found.title,
        "number": found.number,
        "version": found.version,
        "changed": timezone.localtime(found.changed_at).strftime("%Y-%m-%d %H:%M"),
        "link": found.link,
        "audience": found.audience,
    }


def body_of(request: HttpRequest) -> dict[str, Any]:
    """The JSON object of a request about a sketch.

    Raises:
        BadRequest: it is none, or too large.
    """
    if len(request.body) > MOST_BYTES:
        raise BadRequest(_("草图太大，请分成几份"))
    return json_in(request.body)


def _own(request: HttpRequest, sketch_id: UUID, *, is_written: bool = False) -> SavedSketch:
    """The caller's sketch; others' do not exist."""
    rows = SavedSketch.objects.select_for_update() if is_written else SavedSketch.objects
    found = rows.filter(pk=sketch_id, owner_id=request.user.pk).first()
    if found is None:
        raise Http404(_(MISSING))
    return found


def _put(sketch: SavedSketch, given: Any) -> None:
    sketch.features = features_in(given)
    sketch.number = len(sketch.features)


def _title(given: Any) -> str:
    title = " ".join(str(given or "").split())
    if not 1 <= len(title) <= MOST_TITLE:
        most = {"most": MOST_TITLE}
        raise BadInput(_("请给出不超过 %(most)s 个字的名称") % most, "title")
    return title


def _changed(found: SavedSketch) -> str:
    when: Mapping[str, str] = {"when": timezone.localtime(found.changed_at).strftime("%H:%M:%S")}
    return _("这份草图已在 %(when)s 由另一个页面保存。可另存为副本，或载入那一份。") % when
