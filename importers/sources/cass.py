"""Parcels that CASS has marked in a drawing, as ``importers.formats.dxf`` opens them."""

from importers.sources.declarations import Source

SOURCES = (
    Source(
        name="cass-parcels",
        title="CASS 宗地（DXF 扩展数据）",
        layer="parcels",
        table="宗地",
        signature=("实体类型", "宗地号"),
        columns={"宗地号": "code", "权利人": "right_holder", "地类": "land_use"},
    ),
)
