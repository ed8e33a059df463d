"""综合: the city at a glance, for everybody."""

from django.utils.translation import gettext_lazy as _

from webmap.web.professions import Entrance, Profession

PROFESSION = Profession(
    id="general",
    title=_("综合"),
    position=10,
    entrance=Entrance(
        id="general",
        path="/",
        title=_("综合"),
        subtitle=_("一图总览"),
        relief=True,
        hint=_("点击地图上的要素，查看它的记录与沿革。"),
        layers=("landcover", "water", "roads", "buildings", "districts", "addresses"),
        fragment="/overview/general",
    ),
)
