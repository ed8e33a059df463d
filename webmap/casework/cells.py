"""The cells of a community: their list, what is wrong with them, and where."""

import json
from functools import partial
from typing import Any

import numpy as np
import shapely
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from grid.cells.layout import ground_of
from grid.cells.validation import Breach, CellRule, breaches, group_breaches
from grid.models import Component, GridCell
from spatial.base.models import District
from spatial.casework.errors import InvalidInput
from spatial.city import city
from spatial.crs import transformer
from webmap.casework.guards import StaffRequest, cell_readers
from webmap.web.errors import attempt

TITLES = {
    CellRule.CODE_TWICE: "编码重复",
    CellRule.CODE_PREFIX: "编码不合规则",
    CellRule.INVALID: "图形无效",
    CellRule.PARTS: "不是一个面",
    CellRule.AREA: "面积异常",
    CellRule.EDGES: "边线不吻合",
    CellRule.GAP: "没有覆盖",
    CellRule.OUTSIDE: "超出社区",
    CellRule.BUILDING_CUT: "穿过建筑",
    CellRule.BUILDING_ACROSS: "建筑跨社区",
    CellRule.POINT_LOST: "不在网格内",
    CellRule.GROUP: "责任网格",
}
DIGITS, MOST_SHOWN = 7, 500


@require_safe
@cell_readers
def cells(request: StaffRequest) -> HttpResponse:
    """``/grid/cells/``: choose a community, see its cells and every breach on the map."""
    code = request.GET.get("community", "")[:12]
    context: dict[str, Any] = {"communities": _communities(), "code": code, "tab": "cells"}
    if code:
        context |= _checked(code)
    return render(request, "grid/cells.html", context)


def _communities() -> list[dict[str, Any]]:
    counted = (
        GridCell.objects.current()
        .values("community_code")
        .annotate(number=Count("id"))
        .order_by("community_code")
    )
    rows = list(counted)
    names = dict(
        District.objects.current()
        .filter(code__in=[row["community_code"] for row in rows])
        .values_list("code", "name")
    )
    return [
        {
            "code": row["community_code"],
            "name": names.get(row["community_code"], ""),
            "number": row["number"],
        }
        for row in rows
    ]


def _checked(community: str) -> dict[str, Any]:
    standing = list(GridCell.objects.current().filter(community_code=community).order_by("code"))
    if not standing:
        return {"problem": _("这个社区还没有网格。")}
    ground, refusal = attempt(partial(ground_of, community), (InvalidInput,))
    if ground is None or refusal:
        return {"problem": refusal.text if refusal else ""}
    shapes = np.array([shapely.from_wkb(bytes(cell.geom.wkb)) for cell in standing], object)
    codes = [cell.code for cell in standing]
    found = breaches(codes, shapes, community, ground.community, ground.buildings, ground.loads)
    groups = [cell.responsibility_code for cell in standing]
    found += group_breaches(codes, shapes, groups, _elsewhere(community, groups))
    components = dict(
        Component.objects.current()
        .filter(cell_code__in=codes)
        .values_list("cell_code")
        .annotate(number=Count("id"))
    )
    buildings = _buildings_in(shapes, ground.buildings)
    rows = [
        {
            "code": cell.code,
            "area": shapely.area(shape),
            "group": cell.responsibility_code.removeprefix(community),
            "buildings": int(number),
            "components": components.get(cell.code, 0),
        }
        for cell, shape, number in zip(standing, shapes, buildings, strict=True)
    ]
    return {
        "rows": rows,
        "total": sum(row["area"] for row in rows),
        "breaches": [_told(breach) for breach in found[:MOST_SHOWN]],
        "faults": sum(not breach.is_remark for breach in found),
        "remarks": sum(breach.is_remark for breach in found),
        "shapes": {
            "cells": _collection(shapes, [{"code": code} for code in codes]),
            "breaches": _collection(
                [breach.place for breach in found[:MOST_SHOWN]],
                [{"number": n, "remark": b.is_remark} for n, b in enumerate(found[:MOST_SHOWN])],
            ),
        },
    }


def _elsewhere(community: str, groups: list[str]) -> set[str]:
    """Which responsibility grids cells of other communities name too."""
    others = GridCell.objects.current().exclude(community_code=community)
    named = others.filter(responsibility_code__in=set(groups) - {""})
    return set(named.values_list("responsibility_code", flat=True))


def _told(breach: Breach) -> dict[str, Any]:
    return {
        "title": TITLES.get(breach.rule, breach.rule),
        "code": breach.code,
        "message": breach.message,
        "is_remark": breach.is_remark,
    }


def _buildings_in(shapes: np.ndarray, buildings: np.ndarray) -> np.ndarray:
    if not len(buildings):
        return np.zeros(len(shapes), int)
    inside = shapely.point_on_surface(buildings)
    cell, _building = shapely.STRtree(inside).query(shapes, predicate="intersects")
    return np.bincount(cell, minlength=len(shapes))


def _collection(shapes: Any, properties: list[dict[str, Any]]) -> dict[str, Any]:
    move = transformer(city().projected, 4326)
    moved = shapely.transform(
        np.array(list(shapes), object),
        lambda x, y: np.round(np.array(move.transform(x, y)), DIGITS),
        interleaved=False,
    )
    features = [
        {"type": "Feature", "geometry": json.loads(text), "properties": about}
        for text, about in zip(shapely.to_geojson(moved), properties, strict=True)
        if text
    ]
    return {"type": "FeatureCollection", "features": features}
