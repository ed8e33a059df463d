"""Land survey and cadastre in the field names of the national database standards.

TD/T 1057 (国土调查数据库标准): DLTB. TD/T 1066 (不动产登记数据库标准): ZDJBXX, ZRZ, H.
"""

from importers.sources.declarations import Source

SOURCES = (
    Source(
        name="survey-dltb",
        title="国土调查地类图斑",
        layer="landcover",
        table="DLTB",
        signature=("BSM", "DLBM"),
        columns={"BSM": "code", "DLBM": "class_code", "TBMJ": "area_m2"},
        constants={"scheme": "third_survey"},
    ),
    Source(
        name="cadastre-parcels",
        title="不动产登记库宗地基本信息",
        layer="parcels",
        table="ZDJBXX",
        signature=("ZDDM",),
        columns={
            "ZDDM": "code",
            "ZL": "location",
            "YT": "land_use",
            "QLLX": "right_type",
            "QLRMC": "right_holder",
            "ZDMJ": "registered_area_m2",
        },
    ),
    Source(
        name="cadastre-buildings",
        title="不动产登记库自然幢",
        layer="buildings",
        table="ZRZ",
        signature=("ZRZH", "ZDDM"),
        columns={
            "ZRZH": "code",
            "ZDDM": "parcel_code",
            "XMMC": "name",
            "JZWMC": "name",
            "FWJG": "structure",
            "GHYT": "usage",
            "DSCS": "storeys_above",
            "DXCS": "storeys_below",
            "JZWGD": "height_m",
            "SCJZMJ": "floor_area_m2",
        },
    ),
    Source(
        name="cadastre-units",
        title="不动产登记库户",
        layer="units",
        table="H",
        signature=("BDCDYH", "ZRZH"),
        columns={
            "BDCDYH": "code",
            "ZRZH": "building_code",
            "DYH": "entrance",
            "SJCS": "floor_from",
            "FJH": "room",
            "SCJZMJ": "floor_area_m2",
            "SCTNJZMJ": "inner_area_m2",
            "SCFTJZMJ": "shared_area_m2",
            "ZL": "address",
        },
    ),
)
