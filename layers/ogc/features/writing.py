"""OGC API Features Part 4: one feature created, replaced, changed or ended, as a Change.

Nothing is overwritten: every write is a change through the store, by a named caller, with
its reason, and the version before it stays. A write names the version that it is based on
(If-Match), so that of two writers only one can win.

    OGC-Mutation-Datetime  when it takes effect (RFC 3339; now, if not given)
    OGC-Change-Reason      why; percent-encoded or UTF-8
    OGC-Change-Document    the document that it rests on
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from django.contrib.gis.geos import GEOSGeometry
from django.db import OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import gettext as _
from psycopg2.errors import DeadlockDetected

from layers.access.access import may_write
from layers.declarations.refusals import only_by_steps, why_not_delivered
from layers.ogc.common.errors import (
    Forbidden,
    InvalidParameter,
    MethodNotAllowed,
    PreconditionFailed,
    Unauthenticated,
)
from layers.ogc.common.etags import feature_etag
from layers.ogc.common.negotiation import share_for
from layers.ogc.common.requests import ItemsQuery, read_only
from layers.ogc.features import bodies, shapes
from layers.ogc.features.history import feature_url
from layers.ogc.features.items import version_answer
from layers.ogc.features.standing import (
    Standing,
    is_of_districts,
    seen_share,
    standing_version,
    still_stands,
)
from layers.ogc.formats.geojson import FeatureJson, one_feature
from layers.reading.digests import tag_of
from layers.reading.revisions import access_class, revision, wrote
from layers.reading.shares import Share, may_write_whole, write_share_of
from layers.sharing.callers import api_caller
from spatial.city import city
from spatial.periods import PeriodError, parse_as_of
from spatial.versions.actions import apply, record_change
from spatial.versions.edits import Action, Edit, VersionConflict
from spatial.versions.models import Change

ORIGIN = "api"
READING = ("GET", "HEAD", "OPTIONS")
REASONS = {Action.OPEN: "接口新建要素", Action.REPLACE: "接口修改要素", Action.END: "接口终止要素"}


def create(request: HttpRequest, layer_id: str) -> HttpResponse:
    """POST ``/items``: a new feature under the code that it brings."""
    share = _writable(request, layer_id)
    _check_whole(request, share, _("新建要素"))
    document = bodies.read_document(request, bodies.FEATURE_TYPES)
    faults: bodies.Faults = []
    bodies.check_members(document, faults, whole=True)
    code = bodies.read_code(document, faults)
    with transaction.atomic():
        values = _whole(request, share, document, faults, None)
        at = _moment(request, document, faults, None)
        bodies.refuse(faults)
        found = _write(request, share, Edit(Action.OPEN, code, values), at, None)
    response = _answer(request, share, code, found, status=201)
    response["Location"] = feature_url(request, share, code)
    return response


def replace(request: HttpRequest, layer_id: str, code: str) -> HttpResponse:
    """PUT ``/items/{code}``: all that the caller sees of a feature; what it does not see stays."""
    return _change(request, layer_id, code, whole=True)


def update(request: HttpRequest, layer_id: str, code: str) -> HttpResponse:
    """PATCH ``/items/{code}``: the members named in a JSON Merge Patch."""
    return _change(request, layer_id, code, whole=False)


def end(request: HttpRequest, layer_id: str, code: str) -> HttpResponse:
    """DELETE ``/items/{code}``: the feature stands no longer; its history does."""
    share = _writable(request, layer_id)
    _check_whole(request, share, _("终止要素"))
    with transaction.atomic():
        standing = standing_version(request, share, code)
        at = _moment(request, {}, [], standing)
        edit = Edit(Action.END, code, expected=standing.version)
        _write(request, share, edit, at, standing)
    wrote()
    return HttpResponse(status=204)


def _change(request: HttpRequest, layer_id: str, code: str, *, whole: bool) -> HttpResponse:
    share = _writable(request, layer_id)
    offered = bodies.FEATURE_TYPES if whole else bodies.PATCH_TYPES
    document = bodies.read_document(request, offered)
    faults: bodies.Faults = []
    bodies.check_members(document, faults, whole=whole)
    bodies.read_code(document, faults, known=code)
    with transaction.atomic():
        standing = standing_version(request, share, code)
        values = (_whole if whole else _patched)(request, share, document, faults, standing)
        at = _moment(request, document, faults, standing)
        bodies.refuse(faults)
        if values.get("geom") != standing.values.get("geom"):
            _check_whole(request, share, _("改动图形"))
        if values == standing.values and at is None:  # nothing new: no new version
            found = one_feature(seen_share(request, share), code, ItemsQuery())
        else:
            edit = Edit(Action.REPLACE, code, values, expected=standing.version)
            found = _write(request, share, edit, at, standing)
    return _answer(request, share, code, found)


def _writable(request: HttpRequest, layer_id: str) -> Share:
    """The part of a layer that the caller may write; what it reads may be more.

    Raises:
        NotFound, Unauthenticated, Forbidden: hidden, nobody known, or somebody who may not.
        MethodNotAllowed: nobody may, it is written by its steps.
    """
    layer, caller = share_for(request, layer_id).layer, api_caller(request)
    if layer.by_steps:
        raise MethodNotAllowed(only_by_steps(layer), ", ".join(READING))
    if caller.is_anonymous:
        raise Unauthenticated(_("写入须登录，或提供有写入授权的密钥"))
    share = write_share_of(caller, layer)
    if share is None or not may_write(caller, layer):
        raise Forbidden(
            _("密钥没有写入图层“%(title)s”的授权；请由登记人向数据管理员申请")
            % {"title": layer.title_shown}
            if caller.key
            else why_not_delivered(layer)
        )
    if not caller.key:
        _check_csrf(request)
    read_only(request.GET, ())
    return share


def _check_whole(request: HttpRequest, share: Share, what: str) -> None:
    """A grant of single fields changes those fields, and no more.

    Raises:
        Forbidden: the caller has no other.
    """
    if not may_write_whole(api_caller(request), share.layer):
        raise Forbidden(
            _("写入授权只含部分字段，不能%(what)s；请由登记人申请整层的写入授权") % {"what": what}
        )


class _Csrf(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> Any:
        raise Forbidden(_("以登录会话写入须带 X-CSRFToken 头；系统对接请用密钥"))


def _check_csrf(request: HttpRequest) -> None:
    """A session's cookie is sent by any page that its browser opens; a key is not."""
    check = _Csrf(lambda _: HttpResponse())
    check.process_request(request)
    check.process_view(request, _check_csrf, (), {})  # type: ignore[arg-type]


def _whole(
    request: HttpRequest,
    share: Share,
    document: dict[str, Any],
    faults: bodies.Faults,
    standing: Standing | None,
) -> dict[str, Any]:
    """The row that a whole feature makes; what the caller cannot see is kept as it stands."""
    given = document.get("properties")
    given = given if isinstance(given, dict) else {}
    values = dict(standing.values) if standing else {}
    given = bodies.granted_part(share, seen_share(request, share), given, faults, values)
    values |= bodies.blank_properties(share, given, faults)
    values |= bodies.read_properties(share, given, faults)
    shape = _shape(request, share, document.get("geometry"), faults, standing)
    return {**values, "geom": shape} if share.layer.geometry else values


def _patched(
    request: HttpRequest,
    share: Share,
    document: dict[str, Any],
    faults: bodies.Faults,
    standing: Standing,
) -> dict[str, Any]:
    """The row that a merge patch makes of the standing one."""
    given = document.get("properties", {})
    values = dict(standing.values)
    if isinstance(given, dict):
        given = bodies.granted_part(share, seen_share(request, share), given, faults, values)
        values |= bodies.read_properties(share, given, faults)
    if "geometry" not in document:
        return values
    patch, stands = document["geometry"], standing.values.get("geom")
    if isinstance(patch, dict) and stands is not None:  # a member left out stays, the type may
        patch = {"type": stands.geom_type, **patch}
    shape = _shape(request, share, patch, faults, standing)
    return {**values, "geom": shape} if share.layer.geometry else values


def _shape(
    request: HttpRequest,
    share: Share,
    given: Any,
    faults: bodies.Faults,
    standing: Standing | None,
) -> GEOSGeometry | None:
    crs = shapes.read_content_crs(request.META.get("HTTP_CONTENT_CRS", ""))
    stands = standing.values.get("geom") if standing else None
    return shapes.read_shape(share, given, crs, faults, stands)


def _moment(
    request: HttpRequest,
    document: Mapping[str, Any],
    faults: bodies.Faults,
    standing: Standing | None,
) -> datetime | None:
    """When the write takes effect: by the header, else by ``valid_from``; None is now.

    A ``valid_from`` that is the standing version's own was only read and sent back.

    Raises:
        VersionConflict: not after the beginning of the version that stands.
    """
    properties = document.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    header = request.META.get("HTTP_OGC_MUTATION_DATETIME")
    at = _instant(header) if header else None
    try:
        given = _instant(properties["valid_from"]) if properties.get("valid_from") else None
    except InvalidParameter as error:
        faults.append(("/properties/valid_from", str(error)))
        given = None
    if given and not (standing and given == standing.shown_since):
        if at and at != given:
            faults.append(("/properties/valid_from", _("与 OGC-Mutation-Datetime 头不同")))
        at = given
    if properties.get("valid_to") is not None:
        faults.append(("/properties/valid_to", _("不能写；终止要素用 DELETE")))
    if at and standing:
        _check_after(at, standing)
    return at


def _check_after(at: datetime, standing: Standing) -> None:
    """A write takes effect after what stands; of what the writer is not shown, no date is named."""
    if at <= standing.shown_since:
        since = standing.shown_since.astimezone(ZoneInfo(city().time_zone))
        raise VersionConflict(
            [
                (
                    standing.code,
                    _("现有版本自 %(since)s 起生效，不能写在它之前")
                    % {"since": f"{since:%Y-%m-%d %H:%M:%S}"},
                )
            ]
        )
    if at <= standing.start:
        raise VersionConflict([(standing.code, _("此时间之后已另有变更，不能写在它之前"))])


def _instant(text: Any) -> datetime:
    try:
        moment = parse_as_of(text, city().time_zone).instant if isinstance(text, str) else None
    except PeriodError:
        moment = None
    if moment is None:
        raise InvalidParameter(_("生效时间应为一个时刻，形如 2020-01-01T00:00:00Z"))
    return moment


def _write(
    request: HttpRequest,
    share: Share,
    edit: Edit,
    at: datetime | None,
    standing: Standing | None,
) -> FeatureJson | None:
    """Carry out one edit and read back what the caller now sees of it, in one transaction.

    Raises:
        VersionConflict, PreconditionFailed: another writer was faster, or the edit never fitted.
        Forbidden: the feature would lie outside the caller's districts.
    """
    change = _recorded(request, edit, at)
    try:
        apply(change, share.layer.model, [edit])
    except OperationalError as error:
        if isinstance(error.__cause__, DeadlockDetected):  # two waited for each other, one gave way
            raise VersionConflict([(edit.code, _("与另一项变更同时进行，请重试"))]) from error
        raise
    except VersionConflict:
        if standing and not still_stands(share, standing):
            raise PreconditionFailed(
                _("要素“%(code)s”刚刚被改动；请重新读取后再写") % {"code": edit.code}
            ) from None
        raise
    if edit.action is Action.END:
        return None
    found = one_feature(seen_share(request, share), edit.code, ItemsQuery())
    if found is None or not _is_inside(share, edit, standing):
        raise Forbidden(_("要素不在授权写入的区划之内"))
    return found


def _is_inside(share: Share, edit: Edit, standing: Standing | None) -> bool:
    """Whether it is of the districts to which writing is cut, if it is, and lies there if it moved."""
    if not share.districts:
        return True
    if not is_of_districts(share, share.layer.model.objects.current().get(code=edit.code)):
        return False
    shape = edit.values.get("geom")
    if shape is None or (standing and shape == standing.values["geom"]):
        return True
    return shapes.is_within(shape, share.districts)


def _recorded(request: HttpRequest, edit: Edit, at: datetime | None) -> Change:
    return record_change(
        who=api_caller(request).name,
        why=_told(request, "HTTP_OGC_CHANGE_REASON")[:500] or REASONS[edit.action],
        document=_told(request, "HTTP_OGC_CHANGE_DOCUMENT")[:300],
        at=at,
        origin=ORIGIN,
    )


def _told(request: HttpRequest, name: str) -> str:
    """A header's text; headers come as Latin-1, people write UTF-8 or percent-encode it."""
    raw = request.META.get(name, "")
    with suppress(UnicodeEncodeError, UnicodeDecodeError):
        raw = raw.encode("latin-1").decode()
    return "".join(sign for sign in unquote(raw) if sign.isprintable()).strip()


def _answer(
    request: HttpRequest, share: Share, code: str, found: FeatureJson | None, *, status: int = 200
) -> HttpResponse:
    """The feature as it now stands, with the tag for the next write."""
    wrote()
    share = seen_share(request, share)
    if found is None:  # it was there within the transaction
        raise PreconditionFailed(_("要素“%(code)s”刚刚被改动；请重新读取") % {"code": code})
    address = feature_url(request, share, code)
    path = address.removeprefix(f"{request.scheme}://{request.get_host()}")
    etag = feature_etag(found.version, revision(share), tag_of(access_class(share), "json", path))
    if "return=minimal" in request.META.get("HTTP_PREFER", ""):
        response = HttpResponse(status=201 if status == 201 else 204)
        response["ETag"], response["Preference-Applied"] = etag, "return=minimal"
        return response
    response = version_answer(request, share, code, ItemsQuery(), found, etag)
    response.status_code = status
    response["Content-Location"], response["Cache-Control"] = address, "no-store"
    return response
