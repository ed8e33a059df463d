"""数字规划: plans, their control figures, the constraints on a site."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from spatial.planning.roles import PlanningRole
from webmap.web.professions import DemoUser, Entrance, FactTable, Profession, Text, Urls
from webmap.web.values import NOTHING

LIMITS = (
    ("max_floor_area_ratio", _("容积率"), "≤", ""),
    ("max_density_pct", _("建筑密度"), "≤", "%"),
    ("min_green_pct", _("绿地率"), "≥", "%"),
    ("max_height_m", _("建筑限高"), "≤", "m"),
)


def limits_of(version: Any) -> Sequence[tuple[Text, str]]:
    """The control figures of a plan zone, in words."""
    found = []
    for name, title, sign, unit in LIMITS:
        value = getattr(version, name)
        found.append((title, NOTHING if value is None else f"{sign} {value:g}{unit}"))
    return found


PROFESSION = Profession(
    id="planning",
    title=_("数字规划"),
    position=20,
    entrance=Entrance(
        id="planning",
        path="/planning",
        title=_("数字规划"),
        subtitle=_("用地、指标与控制线"),
        hint=_("点击任意位置，查看此处的规划用地、控制指标与各类约束。"),
        layers=("water", "plan-zones", "roads", "constraints", "buildings", "districts"),
        zoom=0.2,
        muted=(("plan-zones", 0.62),),
        fragment="/overview/planning",
        picks_place=True,
    ),
    urls=(Urls("webmap.planning.urls"),),
    tables=(FactTable("plan-zones", _("控制指标"), limits_of),),
    demo=(DemoUser("planner", PlanningRole.PLANNER),),
)
