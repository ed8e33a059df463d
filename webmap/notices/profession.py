"""消息: what people are told of, and how they want to be told."""

from django.utils.translation import gettext_lazy as _

from webmap.web.professions import Profession, Tab, Urls

PROFESSION = Profession(
    id="notices",
    title=_("消息"),
    position=90,
    urls=(Urls("webmap.notices.urls"),),
    tabs=(
        Tab("map", _("地图"), "/"),
        Tab("inbox", _("消息"), "/notices/"),
        Tab("preferences", _("接收设置"), "/notices/preferences"),
    ),
)
