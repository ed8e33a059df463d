"""地灾预警: sites, gauges, warnings and what they threaten."""

from django.utils.translation import gettext_lazy as _

from spatial.hazards.roles import HazardRole
from webmap.web.professions import DemoUser, Entrance, Profession, Urls

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
    urls=(Urls("webmap.hazards.urls"),),
    demo=(DemoUser("hazard", HazardRole.HAZARD),),
)
