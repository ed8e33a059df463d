"""The check of an area as a document: what limits it, by how much, on a map."""

import json
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.contrib.gis.geos import GEOSGeometry
from django.http import HttpRequest
from django.utils.translation import gettext as _

from spatial.city import city
from webmap.documents.issuing import Contents
from webmap.documents.maps import keys_of, place_map, state_of
from webmap.documents.texts import common_texts
from webmap.map.sketches.check_pages import order_in
from webmap.map.sketches.checking import (
    OCCUPIED,
    Check,
    LayerContents,
    LayerFinding,
    Order,
    Overlap,
    are_shared,
    checked,
)
from webmap.web.orders import caller_of_user
from webmap.web.parsing import json_in

BUDGET_MS = 120_000  # by a worker
MOST_PIECES = 60  # of a layer, in print


def order(request: HttpRequest) -> dict[str, Any]:
    """``wanted``: the order of a check as its page has it, as JSON.

    Raises:
        BadRequest: it cannot be read.
        BadInput: there is no area, or it crosses itself.
    """
    given = json_in(request.POST.get("wanted", ""))
    return order_in({**given, "geometries": [given.get("area")]}).params()


def collect(params: Mapping[str, Any], user: User | None, _progress: Any) -> Contents:
    """The findings as this user may read them now.

    Raises:
        LayersError: the area cannot be checked; the message is for the reader.
    """
    caller = caller_of_user(user)
    wanted = Order(params["area"], params["title"], params["at"], tuple(params["layers"]))
    found = checked(caller, wanted, BUDGET_MS)
    shape = GEOSGeometry(json.dumps(wanted.area), srid=4326).transform(city().projected, clone=True)
    picture = place_map(caller, None, shape, wanted.moment)
    data = {
        "heading": wanted.title or _("核对范围"),
        "state": state_of(wanted.moment),
        "rows": _facts(found),
        "map": picture.data,
        "limits": [_summary(one) for one in found.limits],
        "summary_columns": [_("图层"), _("结论"), _("处"), _("占用"), _("占比")],
        "details": [_details(one) for one in found.limits if one.state == OCCUPIED],
        "detail_columns": [_("编码"), _("名称"), _("占用"), _("占比"), _("备注")],
        "contents": [_contents(one) for one in found.contents],
        "content_columns": [_("类别"), _("数量"), _("量")],
        "disclaimer": _disclaimer(),
        "texts": common_texts(),
    }
    return Contents(data, {"place.svg": picture.svg}, {**keys_of(picture.shares), **found.used})


def is_open(params: Mapping[str, Any], user: User | None, used: Mapping[str, str]) -> bool:
    """Whether every layer that was read is shared with the user as it was."""
    return are_shared(caller_of_user(user), used)


def _facts(found: Check) -> list[tuple[str, str]]:
    own = found.figures
    area = f"{own['area_m2']:,.2f} m² = {own['area_ha']:,.4f} ha = {own['area_mu']:,.3f} "
    return [
        (_("面积"), area + _("亩")),
        (_("椭球面积"), f"{own['ellipsoidal_area_m2']:,.2f} m²"),
        (_("周长"), f"{own['length_m']:,.2f} m"),
        (_("坐标系"), f"{city().datum} / EPSG:{city().projected}"),
        (
            _("结论"),
            _("占用 %(n)d 类限制要素") % {"n": found.occupied}
            if found.occupied
            else _("未占用所核对的限制要素"),
        ),
    ]


def _summary(one: LayerFinding) -> list[str]:
    state = {"occupied": _("占用"), "free": _("未占用")}.get(one.state, _("无数据"))
    if one.state != OCCUPIED:
        return [one.title, state, "", "", ""]
    return [one.title, state, f"{one.count:,}", _measure(one.measure, one.unit), _share(one.share)]


def _details(one: LayerFinding) -> dict[str, Any]:
    rows = [
        [
            code_of(piece),
            "　".join(
                dict.fromkeys(
                    part for part in (piece.name, piece.kind) if part not in ("", code_of(piece))
                )
            ),
            _measure(piece.measure, one.unit),
            _share(piece.share),
            _("细碎，可能是界线误差") if piece.is_sliver else "",
        ]
        for piece in one.pieces[:MOST_PIECES]
    ]
    left = one.count - len(rows)
    said = _("另有 %(number)d 处未列出。") % {"number": left} if left > 0 else ""
    return {"title": one.title, "rows": rows, "omitted": said}


def code_of(piece: Overlap) -> str:
    """The code of the feature that a piece is of."""
    return piece.key.partition("/")[2]


def _contents(one: LayerContents) -> dict[str, Any]:
    title = _("范围内的%(title)s") % {"title": one.title}
    rows = [[value, f"{number:,}", _measure(size, one.unit)] for value, number, size in one.groups]
    total = [_("合计"), f"{one.count:,}", _measure(one.measure, one.unit)]
    return {"title": title, "rows": [*rows, total]}


def _measure(value: float, unit: str) -> str:
    return f"{value:,.2f} {unit}" if unit else ""


def _share(value: float) -> str:
    return f"{value:.2%}" if value else ""


def _disclaimer() -> str:
    return _(
        "本报告按所示日期的数据和申请人的查看权限核对，重叠处只计一次；范围由申请人提供，"
        "结果供选址参考，不代替法定审查。"
    )
