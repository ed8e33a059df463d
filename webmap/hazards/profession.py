"""地灾预警: sites, gauges, warnings and what they threaten."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from layers.access.access import Caller
from spatial.hazard_warnings.roles import WarningRole
from spatial.hazards.queries import rain_of
from spatial.hazards.roles import HazardRole
from spatial.periods import AsOf
from webmap.hazards.policies import may_judge
from webmap.hazards.warning_matters import GEO_WARNING_PAGES
from webmap.web.professions import DemoUser, Entrance, Fragment, Profession, Readings, Tab, Urls


def rain(code: str, as_of: AsOf, caller: Caller) -> Mapping[str, Any]:
    """What a gauge caught up to the moment."""
    return {"rain": rain_of(code, as_of)}


PROFESSION = Profession(
    id="hazards",
    title=_("地灾预警"),
    position=50,
    entrance=Entrance(
        id="hazards",
        path="/hazards",
        title=_("地灾预警"),
        subtitle=_("隐患点、雨量站与预警"),
        hint=_("点击隐患点，查看威胁对象；拖动日期，查看当时的预警。"),
        layers=("water", "roads", "warnings", "districts", "rain-stations", "hazard-sites"),
        whole=True,
        relief=True,
        fragment="/warnings",
    ),
    fragments=(Fragment("rain-stations", "panel/rain.html", rain),),
    readings=(Readings("rain-stations", "/hazards/rain/map"),),
    urls=(Urls("webmap.hazards.urls"),),
    tabs=(
        Tab("map", _("地图"), "/hazards"),
        Tab("rain", _("雨情"), "/hazards/rain"),
        Tab("risk", _("风险研判"), "/hazards/risk", may_judge),
        Tab("susceptibility", _("易发性"), "/hazards/susceptibility", may_judge),
        Tab("verification", _("检验"), "/hazards/verification", may_judge),
        Tab("bulletins", _("预警公告"), "/warning/"),
    ),
    procedures=(GEO_WARNING_PAGES,),
    demo=(
        DemoUser("hazard", HazardRole.HAZARD),
        DemoUser("reviewer", WarningRole.REVIEWER),
        DemoUser("signer", WarningRole.SIGNER),
    ),
)
