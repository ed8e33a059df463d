"""勘测定界 boundary texts, as ``importers.formats.survey_text`` opens them.

地块面积 is hectares there and square metres in the register, so it is held against the
shape by the reader and not taken over.
"""

from importers.sources.declarations import Source

SOURCES = (
    Source(
        name="survey-text",
        title="勘测定界界址点坐标交换文本",
        layer="parcels",
        signature=("界址点数", "编号", "图形属性"),
        columns={"编号": "code", "名称": "location", "地类编码": "land_use"},
    ),
)
