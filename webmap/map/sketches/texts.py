"""What the sketch's scripts say, in the language of the page; and what its card offers.

The scripts say their texts in Chinese (``t("…")`` in ``static/sketch``); this is the list of
them, by which they are found for translation.
"""

from typing import Any

from django.utils.translation import gettext, gettext_noop

from spatial.city import city
from webmap.web.script_texts import translated

_ = gettext_noop
FORMS = (
    ("geojson", "GeoJSON"),
    ("dxf", _("DXF（CAD）")),
    ("gpkg", "GeoPackage"),
    ("txt", _("TXT（界址点）")),
)
TEXTS = (
    _("{name}的颜色"),
    _("{number} 个图形 · {changed}"),
    _("{shown} 个图形，坐标按“{reading}”读取"),
    _("{title}（副本）"),
    _("“{title}”共享给谁"),
    _("不共享"),
    _("图形或日期已变，这是改动前的结果，请重新核对"),
    _("亩"),
    _("任何人凭链接查看"),
    _("修正：按自交点拆开"),
    _("公顷"),
    _("删除"),
    _("删除{name}"),
    _("删除草图“{title}”？"),
    _("别人共享的草图，只能查看；要修改请复制一份"),
    _("单击一角，再单击对角"),
    _("单击加点，双击或按回车结束，Esc 放弃；键盘：空格在十字处加点"),
    _("单击加点；键盘：空格在十字处加点"),
    _("单击图形后拖动顶点或整个图形；单击中点加点，右键删点；Delete 删除图形"),
    _("单击圆心，再单击圆周"),
    _("取消"),
    _("另存为副本"),
    _("只读"),
    _("名称"),
    _("周长"),
    _("圆"),
    _("坐标不在本市范围内，按“{reading}”读取，请核对"),
    _("复制为我的草图"),
    _("复制链接"),
    _("已保存"),
    _("已加入 {n} 个点，按“{reading}”读取"),
    _("已恢复上次没有保存的修改"),
    _("已恢复上次没有保存的草图"),
    _("带洞，不能改形状"),
    _("平方米"),
    _("当前草图还没有保存，放弃修改吗？"),
    _("改名"),
    _("放进草图"),
    _("文件共 {total} 个，只显示前 {shown} 个；全部数据请走数据入库"),
    _("文件太大，只显示前 {shown} 个"),
    _("方位角"),
    _("方位角应为 0 至 360 度，如 45.5 或 45°30′15″"),
    _("未保存"),
    _("椭球长度"),
    _("椭球面积"),
    _("正在核对…{seconds} 秒"),
    _("正在读取文件…{seconds} 秒"),
    _("没有成功，请稍后重试"),
    _("点"),
    _("留作草图"),
    _("登录用户凭链接查看"),
    _("看交点"),
    _("知道了"),
    _("矩形"),
    _("移去"),
    _("米"),
    _("线"),
    _("缩放到图形"),
    _("草图 {when}"),
    _("草图名称"),
    _("草图已保存"),
    _("草图是空的"),
    _("说明"),
    _("请先画出或输入起点"),
    _("请先画出或选出图形"),
    _("请给出大于 0 的距离"),
    _("读取说明 {n} 条"),
    _("超过 {n} 个图形，不能编辑"),
    _("载入那一份"),
    _("还没有保存的草图"),
    _("还没有图形：选一个工具画，或打开文件、输入坐标"),
    _("这些图形不在本市，距本市约 {km} 公里；若不对，请另选坐标系"),
    _("链接"),
    _("长度"),
    _("面"),
    _("面积"),
    _("飞到那里"),
)


def sketch_context() -> dict[str, Any]:
    """What the card's template needs."""
    own = {city().projected, city().geographic}
    return {
        "sketch_crs": [*sorted(own, reverse=True), *sorted(city().accepted - own)],
        "sketch_forms": [(form, gettext(title)) for form, title in FORMS],
        "sketch_texts": translated(TEXTS),
    }
