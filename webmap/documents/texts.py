"""What templates say of themselves, in the language of the document."""

from django.utils.translation import gettext as _


def common_texts() -> dict[str, str]:
    """The labels of every template; a city's own template may name any of them."""
    return {
        "check": _("核验码"),
        "verify_at": _("扫码或访问下列网址核验真伪："),
        "made": _("生成于"),
        "personal": _("个人信息（按权限显示，已脱敏）"),
        "place": _("位置"),
        "history": _("沿革"),
        "from": _("起"),
        "until": _("止"),
        "what": _("事项"),
        "at": _("时间"),
        "action": _("环节"),
        "who": _("办理人"),
        "steps": _("办理经过"),
        "no_steps": _("没有办理步骤。"),
        "files": _("交付文件"),
        "file": _("文件"),
        "size": _("大小"),
        "findings": _("检查结果"),
        "no_findings": _("没有发现问题。"),
        "severity": _("级别"),
        "finding": _("问题"),
        "number": _("数量"),
        "details": _("问题明细"),
        "row": _("行"),
        "field": _("字段"),
        "message": _("说明"),
        "nothing": _("没有符合条件的要素。"),
        "conclusion": _("核对结论"),
        "occupied": _("占用明细"),
        "legend": _("图例"),
        "scale": _("比例尺"),
        "overview": _("接图表"),
        "sheet": _("图号"),
        "state": _("数据状态"),
        "day": _("制图日期"),
        "author": _("制图"),
        "system": _("坐标系"),
        "sources": _("数据来源"),
        "neighbours": _("相邻图幅"),
    }
