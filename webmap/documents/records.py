"""The record of a feature as a document: what its page shows the same person."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext as _

from layers.access.access import Sharing
from layers.declarations.declarations import Layer
from layers.declarations.registry import layer_named
from layers.reading.offices import page_share
from layers.reading.personal import masked_values
from layers.reading.queries import History, history_shown, stands, version_at, version_shown
from layers.reading.shares import Share
from spatial.city import city
from spatial.periods import AsOf, at, parse_as_of
from webmap.documents.errors import NothingToPrint
from webmap.documents.issuing import Contents
from webmap.documents.maps import are_open, keys_of, place_map, state_of
from webmap.documents.parameters import moment_of
from webmap.documents.texts import common_texts
from webmap.map.panel import existing_version
from webmap.map.parameters import share_parameter
from webmap.map.records import eras_of, heading, layer_title, rows_of, secrets_of
from webmap.web.moments import local
from webmap.web.orders import caller_of_user

PAGE = "@page"  # the key of what the page showed, beside those of the layers on the map


def order(request: HttpRequest) -> dict[str, Any]:
    """``layer``, ``code``, ``at``.

    Raises:
        Http404: there is no such feature for the caller.
        BadRequest: the moment cannot be read, or lies ahead.
    """
    layer_id, code = request.POST.get("layer", ""), request.POST.get("code", "")
    share, moment = share_parameter(request, layer_id), moment_of(request.POST.get("at"))
    existing_version(share, code, moment)
    return {"layer": layer_id, "code": code, "at": str(moment)}


def collect(params: Mapping[str, Any], user: User | None, _progress: Any) -> Contents:
    """What the record says to this user now.

    Raises:
        NothingToPrint: the feature, or the right to see it, is gone.
    """
    caller = caller_of_user(user)
    layer = layer_named(params["layer"])
    share = page_share(caller, layer) if layer and layer.sharing is not Sharing.WITHHELD else None
    moment = parse_as_of(params["at"], city().time_zone)
    shown = history_shown(share, params["code"]) if share else None
    if share is None or shown is None or not shown.versions:
        raise NothingToPrint(_("要素已不存在，或您已没有查看它的权限"))
    version = version_at(shown.versions, moment)
    if version is None:
        version = version_shown(share, params["code"], moment)
    standing = moment if stands(version, moment) else at(version.valid.lower)
    shape = getattr(version, "geom", None)
    picture = place_map(caller, share.layer, shape, standing) if shape else None
    secrets = secrets_of(share.layer, masked_values(share, [version]).get(version.id, {}))
    data = {
        "heading": f"{layer_title(share.layer)}　{heading(share, version)}",
        "state": state_of(moment),
        "rows": [
            (_("编码"), version.code),
            *_standing(version, moment),
            *(
                (row.title, f"{row.value} {row.unit}".strip())
                for row in rows_of(share, version, caller, standing)
            ),
            *_measured(share.layer, shape),
        ],
        "secrets": [(one.title, one.text) for one in secrets if one.text],
        "map": picture.data if picture else None,
        **_history(share, shown, caller),
        "disclaimer": _disclaimer(version),
        "texts": common_texts(),
    }
    files = {"place.svg": picture.svg} if picture else {}
    used = {PAGE: share.key, **(keys_of(picture.shares) if picture else {})}
    return Contents(data, files, used)


def is_open(params: Mapping[str, Any], user: User | None, used: Mapping[str, str]) -> bool:
    """Whether the page, and every layer on its map, is shown to the user as it was."""
    caller = caller_of_user(user)
    layer = layer_named(params["layer"])
    share = page_share(caller, layer) if layer else None
    on_map = {name: key for name, key in used.items() if name != PAGE}
    return bool(share and share.key == used.get(PAGE)) and are_open(caller, on_map)


def _standing(version: Any, moment: AsOf) -> list[tuple[str, str]]:
    """A line where the feature does not stand at the moment."""
    if stands(version, moment):
        return []
    if moment.instant and version.valid.lower > moment.instant:
        return [(_("状态"), _("该日尚未登记，以下为登记时的内容"))]
    return [(_("状态"), _("已终止，以下为终止前的内容"))]


def _measured(layer: Layer, shape: Any) -> list[tuple[str, str]]:
    if shape is None or layer.geometry == "Point":
        return []
    if layer.geometry == "LineString":
        return [(_("图上长度"), f"{shape.length:,.2f} m")]
    return [(_("图上面积"), f"{shape.area:,.2f} m²")]


def _history(share: Share, shown: History, caller: Any) -> dict[str, Any]:
    eras = [
        {
            "from": local(era.start),
            "until": local(era.end) if era.end else _("至今"),
            "what": "；".join(
                part for part in (era.why, era.who, era.document, *era.differences) if part
            ),
        }
        for era in eras_of(share, shown, caller)
    ]
    left = shown.total - len(eras)
    said = _("另有更早的 %(number)d 个版本未列出。") % {"number": left} if left > 0 else ""
    return {"eras": eras, "omitted": said}


def _disclaimer(version: Any) -> str:
    said = _("本档案按所示日期的登记数据生成，仅供查阅，不作为权属证明。")
    return (_("含示意数据。") if getattr(version, "schematic", False) else "") + said
