"""随手报: what anybody reports, follows and sees."""

from django.utils.translation import gettext_lazy as _

from webmap.web.professions import Profession, Tab, Urls

PROFESSION = Profession(
    id="public",
    title=_("城市管理随手报"),
    position=95,
    urls=(Urls("webmap.public.urls", "report/"),),
    tabs=(
        Tab("report", _("我要上报"), "/report/"),
        Tab("follow", _("查进展"), "/report/follow"),
        Tab("map", _("看地图"), "/report/map"),
    ),
)
