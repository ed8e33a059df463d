"""What the map's own scripts say (``t("…")`` in ``static/map``), by which they are found for translation."""

from django.utils.translation import gettext_noop as _

TEXTS = (
    _("{title}的不透明度"),
    _("上移{title}"),
    _("下移{title}"),
    _("筛选"),
    _("筛选{title}"),
    _("已筛选"),
    _("用属性表里的条件"),
    _("属性表没有打开这个图层，或没有条件"),
)
