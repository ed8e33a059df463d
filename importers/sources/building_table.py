"""Tables of buildings as townships and housing offices keep them, without geometry or with.

Areas are square metres, heights metres. The codes are those of the sender.
"""

from importers.sources.declarations import Source

COLUMNS = {
    "宗地代码": "parcel_code",
    "宗地编码": "parcel_code",
    "宗地号": "parcel_code",
    "建筑名称": "name",
    "建筑物名称": "name",
    "楼栋名称": "name",
    "坐落": "address",
    "房屋坐落": "address",
    "地址": "address",
    "结构": "structure",
    "房屋结构": "structure",
    "建筑结构": "structure",
    "用途": "usage",
    "房屋用途": "usage",
    "规划用途": "usage",
    "层数": "storeys_above",
    "总层数": "storeys_above",
    "地上层数": "storeys_above",
    "地下层数": "storeys_below",
    "建筑高度": "height_m",
    "房屋高度": "height_m",
    "建筑面积": "floor_area_m2",
    "总建筑面积": "floor_area_m2",
    "竣工年份": "completed_year",
    "建成年份": "completed_year",
    "建成年代": "completed_year",
    "产权人": "owner",
    "权利人": "owner",
    "房屋所有权人": "owner",
}


def _table(name: str, code: str) -> Source:
    return Source(
        name=name,
        title=f"建筑表（{code}）",
        layer="buildings",
        signature=(code,),
        columns={code: "code", **COLUMNS},
    )


SOURCES = (
    _table("building-table", "建筑编码"),
    _table("building-table-natural", "自然幢号"),
    _table("building-table-house", "房屋编码"),
    _table("building-table-number", "幢号"),
)
