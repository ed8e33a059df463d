"""Data that every template must set: awkward on purpose.

``manage.py document_templates`` and the tests compile each kind with these: long names, missing
values, signs that are markup to typst, another script.
"""

from typing import Any

from layers.ogc.pictures.frames import Frame
from webmap.documents.cartouche import BAR_ROOM, framed, north_arrow, scale_bar
from webmap.documents.issuing import check_picture
from webmap.documents.layout import FOOT, LABELS, LEGEND, MARGIN, TITLE, Paper
from webmap.documents.texts import common_texts

MARKUP = (
    '#let x = 1 $a_b^2$ *粗* _斜_ <label> @preview/x:1 \\ // /* */ `raw` = 标题 - + ~ "引" {} [] ;'
)
LONG = "某某省某某市蓝田街道光明街社区人民路与文艺路交叉口东南侧第三排第二栋" * 6
LATIN = "https://example.org/" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" * 5
CODE = "ABCDEFGHJKMNPQRS"


def awkward(kind: str) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The data and pictures of an awkward document of a kind."""
    data = {**_common(kind), **SAMPLES[kind]()}
    return data, _pictures()


def _common(kind: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "title": MARKUP[:60],
        "lang": "zh",
        "city": "某某市",
        "number": "涟图档〔2026〕12345678号",
        "code": "ABCD-EFGH-JKMN-PQRS",
        "check_address": f"https://a-rather-long-host-name.example.gov.cn/verify/{CODE}",
        "office": LONG[:60],
        "day": "2026年11月30日",
        "made_at": "2026-11-30 20:30",
        "made_by": MARKUP[:40],
        "texts": common_texts(),
    }


def _pictures() -> dict[str, bytes]:
    frame = Frame(565_400, 3_064_700, 140, 84, 500)
    return {
        "check.svg": check_picture(CODE),
        "place.svg": framed("", frame),
        "sheet-1.svg": framed("", Frame(565_400, 3_064_700, *Paper("a4").map_mm, 500)),
        "overview.svg": framed("", frame),
        "north.svg": north_arrow(),
        "bar.svg": scale_bar(500)[0],
    }


def _rows() -> list[tuple[str, str]]:
    return [
        (MARKUP, MARKUP),
        ("名称", LONG),
        ("网址", LATIN),
        ("English", "A perfectly ordinary sentence in another script."),
        ("空", ""),
        (LATIN[:60], "٣٤٥ ελληνικά кириллица 𠮷𡚒"),
    ]


def _place() -> dict[str, Any]:
    return {"file": "place.svg", "width_mm": 140 + 2 * LABELS, "caption": MARKUP}


def _record() -> dict[str, Any]:
    eras = [
        {"from": "2018-01-01 00:00", "until": "至今", "what": what}
        for what in (MARKUP, LONG, LATIN, "")
    ]
    return {
        "heading": LONG,
        "state": "现状（2026-11-30）",
        "rows": _rows(),
        "secrets": [("权利人", "张*丰"), (MARKUP, "")],
        "map": _place(),
        "eras": eras,
        "omitted": MARKUP,
        "disclaimer": MARKUP,
    }


def _case() -> dict[str, Any]:
    return {
        "heading": MARKUP,
        "state": "",
        "rows": _rows(),
        "steps": [("11-30 20:30", MARKUP, LONG[:80], text) for text in (MARKUP, LONG, LATIN, "")],
        "map": None,
        "disclaimer": MARKUP,
    }


def _import() -> dict[str, Any]:
    return {
        "heading": MARKUP,
        "state": LONG[:20],
        "rows": _rows(),
        "files": [(LATIN, "1,234,567 B"), (MARKUP, "")],
        "kinds": [("错误", MARKUP, "10,000"), ("警告", LATIN, "1")],
        "issues": [(LATIN, "123456", LATIN[:40], MARKUP), ("", "", "", LONG)],
        "omitted": MARKUP,
        "disclaimer": MARKUP,
    }


def _statistics() -> dict[str, Any]:
    return {
        "heading": LATIN,
        "state": MARKUP,
        "columns": ["区划编码", "区划名称", MARKUP, "数量", "面积（m²）"],
        "rows": [
            ["000000001", LONG, LATIN, "218,662", "19,268,020.8"],
            ["", MARKUP, "", "0", "0.0"],
        ],
        "remark": MARKUP,
    }


def _check() -> dict[str, Any]:
    free = [LONG[:40], LATIN[:20], "", "", ""]
    piece = [LATIN[:20], LONG, "1.00 m²", "0.01%", MARKUP]
    return {
        "heading": LONG,
        "state": MARKUP,
        "rows": _rows(),
        "map": _place(),
        "limits": [[MARKUP, "占用", "1,234", "9,999,999.99 m²", "99.99%"], free],
        "summary_columns": ["图层", "结论", "处", "占用", "占比"],
        "details": [
            {"title": MARKUP, "rows": [piece] * 3, "omitted": MARKUP},
            {"title": LATIN, "rows": [], "omitted": ""},
        ],
        "detail_columns": ["编码", "名称", "占用", "占比", "备注"],
        "contents": [{"title": MARKUP, "rows": [[LONG, "1", ""], ["合计", "1", "2.00 m"]]}],
        "content_columns": ["类别", "数量", "量"],
        "disclaimer": MARKUP,
    }


def _sheets() -> dict[str, Any]:
    paper = Paper("a4")
    width, height = paper.map_mm
    entries = [
        {"title": text, "colour": "#dcc4a0", "outline": outline, "heading": heading, "shape": shape}
        for text, outline, heading, shape in (
            (MARKUP, "", MARKUP, "area"),
            (LONG, "#ffffff", "", "line"),
            (LATIN, "#a08a6a", LATIN, "spot"),
        )
    ] * 12
    sheet = {
        "file": "sheet-1.svg",
        "number": "1 / 60",
        "title": LONG,
        "legend": entries,
        "neighbours": {"n": "2", "se": "12"},
        "own": "1",
    }
    return {
        "map_title": LONG[:60],
        "paper": {
            "width_mm": paper.width_mm,
            "height_mm": paper.height_mm,
            "margin_mm": MARGIN,
            "map_width_mm": width + 2 * LABELS,
            "map_height_mm": height + 2 * LABELS,
            "legend_mm": LEGEND,
            "title_mm": TITLE,
            "foot_mm": FOOT,
            "bar_mm": scale_bar(500)[1] + BAR_ROOM,
        },
        "scale": "1∶500",
        "state": MARKUP,
        "system": "CGCS2000 / EPSG:4490",
        "sources": LONG[:120],
        "disclaimer": MARKUP,
        "sheets": [
            sheet,
            {**sheet, "neighbours": {"before": "1"}, "legend": [], "title": "", "number": ""},
        ],
        "overview": {
            "file": "overview.svg",
            "scale": "1∶5,000",
            "bar": "bar.svg",
            "bar_mm": scale_bar(500)[1] + BAR_ROOM,
        },
    }


SAMPLES = {
    "record": _record,
    "case": _case,
    "import": _import,
    "statistics": _statistics,
    "check": _check,
    "sheets": _sheets,
}
