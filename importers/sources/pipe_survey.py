"""Pipe surveys as tables of points and of lines.

Three ways of naming the columns are seen in deliveries: after CJJ 61-2003 (XXPoint,
XXLine), in Chinese, and in pinyin. 管线类别 and 管线编码 are columns that the reader of
tables adds where a delivery has none (see ``importers.formats.sheets.pipes``).
Depths and levels are metres, sections millimetres.
"""

from importers.sources.declarations import Source

NETWORK = {"管线类别": "network", "管线种类": "network", "管线类型": "network", "管类": "network"}
POINT = {
    "特征": "feature",
    "特征点": "feature",
    "管点特征": "feature",
    "附属物": "fitting",
    "附属物名称": "fitting",
    "建构筑物": "fitting",
    "地面高程": "ground_level_m",
    "地面标高": "ground_level_m",
    "井底深": "bottom_depth_m",
    "井底埋深": "bottom_depth_m",
    "井深": "bottom_depth_m",
    "所在道路": "road_name",
    "道路名称": "road_name",
    "使用状态": "state",
    **NETWORK,
}
LINE = {
    "管线编码": "code",
    "管线编号": "code",
    "管段编号": "code",
    "管段编码": "code",
    "起点埋深": "start_depth_m",
    "终点埋深": "end_depth_m",
    "起点高程": "start_level_m",
    "终点高程": "end_level_m",
    "起点管线高程": "start_level_m",
    "终点管线高程": "end_level_m",
    "起点管顶高程": "start_level_m",
    "终点管顶高程": "end_level_m",
    "起点管底高程": "start_level_m",
    "终点管底高程": "end_level_m",
    "管径": "section",
    "断面尺寸": "section",
    "管径或断面": "section",
    "管径或断面尺寸": "section",
    "规格": "section",
    "材质": "material",
    "材料": "material",
    "管材": "material",
    "埋设方式": "laying",
    "埋设类型": "laying",
    "敷设方式": "laying",
    "建设年代": "laid_year",
    "建设年份": "laid_year",
    "埋设年代": "laid_year",
    "敷设年代": "laid_year",
    "权属单位": "owner",
    "权属": "owner",
    "所在道路": "road_name",
    "道路名称": "road_name",
    "使用状态": "state",
    **NETWORK,
}


def _points(name: str, title: str, code: str) -> Source:
    return Source(
        name=name,
        title=title,
        layer="pipe-points",
        signature=(code,),
        columns={code: "code", **POINT},
    )


def _lines(name: str, start: str, end: str) -> Source:
    return Source(
        name=name,
        title=f"管线表（{start}、{end}）",
        layer="pipe-lines",
        signature=(start, end),
        columns={start: "start_code", end: "end_code", **LINE},
    )


SOURCES = (
    Source(
        name="pipe-survey-points-cjj61",
        title="管点表（CJJ 61-2003 式）",
        layer="pipe-points",
        signature=("Exp_No",),
        columns={
            "Exp_No": "code",
            "Feature": "feature",
            "Subsid": "fitting",
            "High": "ground_level_m",
            "WellDeep": "bottom_depth_m",
            **NETWORK,
        },
    ),
    Source(
        name="pipe-survey-points-pinyin",
        title="管点表（拼音列名）",
        layer="pipe-points",
        signature=("wtdh",),
        columns={
            "wtdh": "code",
            "tzd": "feature",
            "fsw": "fitting",
            "dmgc": "ground_level_m",
            "jds": "bottom_depth_m",
            "gxlb": "network",
            **NETWORK,
        },
    ),
    _points("pipe-survey-points", "管点表（中文列名）", "物探点号"),
    _points("pipe-survey-points-numbered", "管点表（管点编号）", "管点编号"),
    _points("pipe-survey-points-mapped", "管点表（只有图上点号）", "图上点号"),
    Source(
        name="pipe-survey-lines-cjj61",
        title="管线表（CJJ 61-2003 式）",
        layer="pipe-lines",
        signature=("S_Exp", "E_Exp"),
        columns={
            "管线编码": "code",
            "S_Exp": "start_code",
            "E_Exp": "end_code",
            "S_Deep": "start_depth_m",
            "E_Deep": "end_depth_m",
            "Material": "material",
            "PSize": "section",
            "EmBed": "laying",
            "Belong": "owner",
            "Address": "road_name",
            **NETWORK,
        },
    ),
    _lines("pipe-survey-lines", "起点点号", "终点点号"),
    _lines("pipe-survey-lines-short", "起点号", "终点号"),
    _lines("pipe-survey-lines-numbered", "起点编号", "终点编号"),
    _lines("pipe-survey-lines-explored", "起点物探点号", "终点物探点号"),
)
