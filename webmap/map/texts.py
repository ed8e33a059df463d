"""What the map's own scripts say (``t("…")`` in ``static/map``), by which they are found for translation."""

from django.utils.translation import gettext_noop as _

TEXTS = (
    _("{title}的不透明度"),
    _("增加"),
    _("变化"),
    _("图形变动"),
    _("终止"),
    _("现在"),
    _("已把当前视图放到右侧；现在可在左侧改日期、图层或筛选"),
    _("右侧只供对照，请在左侧点选要素"),
    _("{from} 至 {to} 的差异"),
    _("左右两侧的差异"),
    _("左右两侧都显示的图层，屏幕范围内"),
    _("屏幕范围内没有差异"),
    _("没有全部列出，请放大"),
    _("上移{title}"),
    _("下移{title}"),
    _("筛选"),
    _("筛选{title}"),
    _("已筛选"),
    _("用属性表里的条件"),
    _("属性表没有打开这个图层，或没有条件"),
)
