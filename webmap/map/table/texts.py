"""What the table's scripts say, in the language of the page; and what its drawer offers.

The scripts say their texts in Chinese (``t("…")`` in ``static/table``); this is the list of
them, by which they are found for translation.
"""

from typing import Any

from django.utils.translation import gettext, gettext_noop

from webmap.map import texts
from webmap.web.script_texts import translated

_ = gettext_noop
FORMS = (
    ("csv", _("CSV 表格")),
    ("xlsx", _("Excel 表格")),
    ("gpkg", "GeoPackage"),
    ("dxf", _("DXF（CAD）")),
)
TEXTS = (
    _("{all}，已列 {n} 条"),
    _("{owner} 共享"),
    _("不分组"),
    _("不列此值"),
    _("不大于"),
    _("不小于"),
    _("不早于"),
    _("不等于"),
    _("与所有登录用户共享"),
    _("介于"),
    _("保存当前视图"),
    _("值"),
    _("全部去掉"),
    _("公里"),
    _("公顷"),
    _("共 {n} 条"),
    _("分组"),
    _("删除视图“{title}”"),
    _("删除视图“{title}”？"),
    _("单击加点，双击或按回车结束，Esc 取消；一个点、一条线须给出距离"),
    _("单击地图上的要素，选入或去掉"),
    _("去掉"),
    _("去掉这个条件"),
    _("只列此值"),
    _("各条件须同时满足"),
    _("合计 {sum}，平均 {mean}（{min}–{max}）"),
    _("否"),
    _("含“{words}”"),
    _("含有"),
    _("在这一天"),
    _("大于"),
    _("字段"),
    _("导出符合条件的全部记录，不只是已列出的"),
    _("小于"),
    _("已共享"),
    _("平方米"),
    _("开头是"),
    _("所画范围内"),
    _("所选范围太复杂，链接中不含它；可存为视图"),
    _("按{title}排序"),
    _("按{title}的数量"),
    _("按住并圈出一个范围"),
    _("按住并拖出一个矩形"),
    _("数量"),
    _("早于"),
    _("是"),
    _("最多列出 {n} 条；请筛选、排序，或导出全部"),
    _("有值"),
    _("正在生成文件，完成后由浏览器保存"),
    _("正在载入…"),
    _("此处没有本图层的要素（图层须在地图上打开）"),
    _("比较"),
    _("没有值"),
    _("没有成功，请稍后重试"),
    _("没有符合条件的记录"),
    _("添加条件"),
    _("点选 {n} 个"),
    _("等于"),
    _("米"),
    _("至"),
    _("范围 {size}"),
    _("视图名称"),
    _("请先在地图上打开一条记录"),
    _("请先选出一个范围"),
    _("还没有保存的视图：选好条件、排序和列之后起个名称"),
    _("长度"),
    _("面积"),
)


def table_context() -> dict[str, Any]:
    """What the drawer's template needs."""
    return {
        "table_forms": [(form, gettext(title)) for form, title in FORMS],
        "table_texts": translated((*TEXTS, *texts.TEXTS)),
    }
