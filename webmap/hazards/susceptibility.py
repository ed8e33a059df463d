"""易发性: which classes lead, how well a model ranks where slopes failed, and what it is made of."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from spatial.susceptibility.models import SusceptibilityModel, SusceptibilitySetting
from spatial.susceptibility.queries import susceptibility_standing
from spatial.susceptibility.rules.scores import area_under
from spatial.terrain.products import ELEVATION, stale_products
from webmap.hazards.policies import may_judge
from webmap.web.guards import with_roles

METHODS = {
    "logistic": _("逻辑回归"),
    "infinite_slope": _("无限斜坡"),
    "approved": _("已批准的易发区"),
}
CLASSES = {
    "low": _("低易发"),
    "medium": _("中易发"),
    "high": _("高易发"),
    "very_high": _("极高易发"),
}
TERMS = {
    "slope": _("坡度"),
    "plan_curvature": _("平面曲率"),
    "profile_curvature": _("剖面曲率"),
    "elevation": _("高程"),
    "upstream_area": _("汇水面积（对数）"),
    "stream_distance": _("距沟谷距离（对数）"),
    "road_distance": _("距道路距离（对数）"),
    "intercept": _("常数项"),
    "cohesion_kpa": _("黏聚力（kPa）"),
    "friction_deg": _("内摩擦角（°）"),
    "soil_weight_kn_m3": _("饱和重度（kN/m³）"),
    "depth_m": _("滑动面深度（米）"),
    "depth_is_normal": _("深度的量法（0 竖直深度，1 垂直坡面的厚度）"),
    "saturated": _("饱和比例"),
}
SIDE = 200  # of a drawn curve, in its own units


@dataclass(frozen=True)
class CurveShown:
    """A curve of shares as it is drawn, and the area below it."""

    points: str
    area: float | None


@dataclass(frozen=True)
class ClassShown:
    """A class: its area, the sites in it, both as shares of all."""

    name: str
    km2: float
    percent: float
    sites: int
    sites_percent: float | None


@require_safe
@with_roles(may_judge, gettext_noop("这里是地灾值班人员的页面"))
def susceptibility(request: HttpRequest) -> HttpResponse:
    """The page: what leads, and beside it the city's own model."""
    standing = susceptibility_standing()
    shown = [row for row in (standing.approved, standing.modelled) if row]
    context = {
        "models": [_shown(row, leads=row is standing.leading) for row in shown],
        "is_outranked": bool(standing.approved and standing.modelled),
        "earlier": [(row, METHODS[row.method]) for row in standing.earlier[:10]],
        "has_terrain": ELEVATION.path.exists(),
        "stale": stale_products(),
        "is_marked": SusceptibilitySetting.objects.exclude(mark="").exists(),
    }
    return render(request, "hazards/susceptibility.html", context)


def _shown(row: SusceptibilityModel, *, leads: bool) -> dict[str, Any]:
    return {
        "row": row,
        "leads": leads,
        "method": METHODS[row.method],
        "classes": _classes(row),
        "terms": [
            (TERMS.get(term["name"], term["name"]), term.get("coefficient", term.get("value")))
            for term in row.terms
        ],
        "roc": _curve(row.roc),
        "success": _curve(row.success_rate),
    }


def _curve(points: list[list[float]]) -> CurveShown | None:
    if not points:
        return None
    drawn = " ".join(f"{x * SIDE:.1f},{(1 - y) * SIDE:.1f}" for x, y in points)
    return CurveShown(drawn, area_under([(x, y) for x, y in points]))


def _classes(row: SusceptibilityModel) -> list[ClassShown]:
    area = sum(one["km2"] for one in row.classes)
    sites = sum(one["sites"] for one in row.classes)
    return [
        ClassShown(
            name=str(CLASSES[one["class"]]),
            km2=one["km2"],
            percent=100 * one["km2"] / area if area else 0.0,
            sites=one["sites"],
            sites_percent=100 * one["sites"] / sites if sites else None,
        )
        for one in reversed(row.classes)
    ]
