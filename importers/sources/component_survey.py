"""Surveys of city components, with the field names of GB/T 30428.2."""

from importers.sources.declarations import Source

SOURCES = (
    Source(
        name="component-survey",
        title="城市部件普查",
        layer="components",
        signature=("ObjID", "DeptName1"),
        columns={
            "ObjID": "code",
            "ObjName": "name",
            "DeptName1": "department",
            "DeptName2": "owner",
            "DeptName3": "maintainer",
            "BGID": "cell_code",
            "ObjState": "state",
        },
        constants={"scheme": "components_2020"},
    ),
    Source(
        name="component-table",
        title="城市部件普查表",
        layer="components",
        signature=("部件标识码", "主管部门名称"),
        columns={
            "部件标识码": "code",
            "部件名称": "name",
            "主管部门名称": "department",
            "权属单位名称": "owner",
            "养护单位名称": "maintainer",
            "所在单元网格": "cell_code",
            "部件状态": "state",
        },
        constants={"scheme": "components_2020"},
    ),
)
