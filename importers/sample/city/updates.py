"""Smaller changes over the years: raised houses, renewed mains, a revised plan, warnings."""

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import pandas as pd
import shapely

from importers.sample.city.cases import case_batches
from importers.sample.city.delivery import Delivery
from importers.sample.city.drawing import Drawing
from importers.sample.city.estate_register import delivered
from importers.sample.city.frames import moment, on_millimetre
from importers.sample.city.hazards import warning_frame
from spatial.city import city

STEP_NAMES = {
    "reported": "上报",
    "dispatching": "立案",
    "handling": "派遣",
    "feedback": "处置",
    "closing": "核查",
    "closed": "结案",
}


def raised_buildings(drawing: Drawing, gone: set[str]) -> Delivery:
    """A few self-built houses get another floor in 2022."""
    houses = drawing.buildings[
        drawing.buildings["kind"].isin(["house", "farmhouse"])
        & (drawing.buildings["storeys_above"] < 5)
        & (drawing.buildings["completed_year"] < 2015)
        & ~drawing.buildings["code"].isin(gone)
    ].iloc[::97]
    at = moment(2022, 3, 15, 9)
    area = houses.geometry.area
    raised = houses.assign(
        storeys_above=houses["storeys_above"] + 1,
        height_m=np.round(houses["height_m"] + 3.0, 1),
        floor_area_m2=np.round(area * (houses["storeys_above"] + 1 + houses["storeys_below"]), 2),
    )
    return Delivery(
        "buildings",
        at,
        "2022年房屋变更测绘：自建房加层（示意）",
        "",
        delivered(raised).reset_index(drop=True),
    )


def renewed_main(drawing: Drawing) -> Delivery:
    """One road's grey-iron water main is replaced in 2022."""
    lines = drawing.pipe_lines
    old = lines[
        (lines["network"] == "JS") & (lines["material"] == "灰口铸铁") & (lines["road_name"] != "")
    ]
    pool = old if len(old) else lines[(lines["network"] == "JS") & (lines["road_name"] != "")]
    road = pool["road_name"].value_counts().sort_index().idxmax()
    at = moment(2022, 8, 5, 6)
    chosen = pool[pool["road_name"] == road]
    wider = {"100": "150", "150": "200", "300": "400", "500": "600"}
    renewed = chosen.assign(
        material="球墨铸铁", laid_year=2022, section=[wider.get(s, s) for s in chosen["section"]]
    )
    return Delivery(
        "pipe-lines",
        at,
        f"2022年老旧管网改造：{road}供水管更换（示意）",
        "",
        renewed.reset_index(drop=True),
    )


def revised_plan(zones: pd.DataFrame) -> Delivery:
    """The 2023 revision turns industry and idle land in town into homes, shops and green."""
    at = moment(2023, 7, 1)
    stale = zones[zones["land_use"].isin(["100101", "0902", "070103"])].iloc[::3]
    turn = np.arange(len(stale)) % 3
    revised = stale.assign(
        plan_name="涟源市中心城区控制性详细规划（2023年修订，示意）",
        land_use=np.select([turn == 0, turn == 1], ["070102", "0901"], "1401"),
        max_floor_area_ratio=np.select([turn == 0, turn == 1], [2.2, 2.8], 0.1),
        max_density_pct=np.select([turn == 0, turn == 1], [25.0, 45.0], 3.0),
        min_green_pct=np.select([turn == 0, turn == 1], [35.0, 20.0], 70.0),
        max_height_m=np.select([turn == 0, turn == 1], [54.0, 45.0], 10.0),
        approved_on=at.date(),
    )
    return Delivery(
        "plan-zones", at, "2023年控规修订批复（示意）", "", revised.reset_index(drop=True)
    )


def revised_boundary(constraints: pd.DataFrame, county) -> Delivery:
    """Growth boundaries are drawn anew in 2022, a little wider; some farmland is given up."""
    at = moment(2022, 11, 1)
    growth = constraints[constraints["kind"] == "growth"]
    wider = shapely.intersection(
        shapely.simplify(shapely.buffer(growth.geometry.to_numpy(), 110), 6), county
    )
    table = growth.set_geometry(on_millimetre(wider), crs=growth.crs)
    farmland = constraints[constraints["kind"] == "farmland"]
    union = shapely.union_all(wider)
    lost = farmland[shapely.intersects(farmland.geometry.to_numpy(), union)]
    return Delivery(
        "constraints",
        at,
        "2022年“三区三线”划定成果启用（示意）",
        "",
        table.reset_index(drop=True),
        tuple(lost["code"]),
    )


def updated_landcover(drawing: Drawing, cover: pd.DataFrame, parcels: list[Delivery]) -> Delivery:
    """The yearly land survey of 2021 sees the rebuilt block as urban housing."""
    at = moment(2021, 12, 31)
    rebuilt = shapely.union_all(
        [shape for d in parcels if "棚改" in d.why for shape in d.frame.geometry]
    )
    spots = shapely.point_on_surface(cover.geometry.to_numpy())
    changed = cover[shapely.intersects(rebuilt, spots)].assign(class_code="0701")
    return Delivery(
        "landcover",
        at,
        "2021年度国土变更调查（示意）",
        "示意〔2021〕变更调查",
        changed.reset_index(drop=True),
    )


def hazard_changes(sites: pd.DataFrame) -> Iterator[Delivery]:
    """Yearly patrols: people moved out in 2021, sites struck off after works in 2023."""
    own = sites[sites["source"] == "示意数据"]
    at = moment(2021, 4, 1)
    moved = own.iloc[3::9]
    people = (moved["threatened_people"].astype(int) // 2).clip(lower=3)
    households = (moved["threatened_households"].astype(int) // 2).clip(lower=1)
    yield Delivery(
        "hazard-sites",
        at,
        "2021年汛前排查：部分农户避险搬迁（示意）",
        "",
        moved.assign(
            threatened_people=people, threatened_households=households, threat="小型"
        ).reset_index(drop=True),
    )
    at = moment(2023, 3, 20)
    yield Delivery(
        "hazard-sites",
        at,
        "2023年治理工程验收：隐患点销号（示意）",
        "",
        own.iloc[:0],
        tuple(own["code"].iloc[5::14]),
    )


def released_mortgages(rights: pd.DataFrame) -> Iterator[Delivery]:
    """Some mortgages are paid off in 2024, some homes are seized in 2025."""
    paid = rights[rights["kind"] == "mortgage"]["code"].iloc[::11]
    at = moment(2024, 6, 18, 15)
    yield Delivery(
        "rights", at, "2024年不动产登记：抵押权注销（示意）", "", rights.iloc[:0], tuple(paid)
    )
    seized = set(rights[rights["kind"] == "seizure"]["unit_code"])
    owned = rights[(rights["kind"] == "ownership") & ~rights["unit_code"].isin(seized)].iloc[7::260]
    at = moment(2025, 2, 25, 10)
    yield Delivery(
        "rights",
        at,
        "2025年不动产登记：协助查封（示意）",
        "",
        owned.assign(
            code=owned["unit_code"] + "-CF",
            kind="seizure",
            holder="某人民法院（示意）",
            certificate=[
                f"湘（2025）涟源市不动产证明第9{n:06d}号" for n in range(1, len(owned) + 1)
            ],
        ).reset_index(drop=True),
    )


def warnings(districts: pd.DataFrame) -> Iterator[Delivery]:
    """Three rain seasons' warnings; each ends when it expires."""
    adcode = city().adcode
    for number, level, towns, start, hours in (
        (1, "III", ("103", "104", "202"), moment(2020, 7, 8, 20), 24),
        (1, "II", ("109", "105", "116"), moment(2024, 6, 22, 20), 36),
        (1, "III", ("001", "002", "003", "102"), moment(2026, 6, 18, 20), 24),
    ):
        end = start + timedelta(hours=hours)
        table = warning_frame(number, level, [adcode + t for t in towns], start, end, districts)
        document = ""
        yield Delivery("warnings", start, "发布地质灾害气象风险预警（示意）", document, table)
        yield Delivery(
            "warnings", end, "预警到期解除（示意）", document, table.iloc[:0], tuple(table["code"])
        )


def case_steps(drawing: Drawing) -> Iterator[Delivery]:
    """Every step of every batch of cases."""
    start = moment(2025, 7, 7, 9)
    days = 336 // max(1, drawing.size.case_batches)
    for at, step, table in case_batches(
        drawing.size, drawing.seed, drawing.components, start, days
    ):
        if len(table):
            yield Delivery(
                "cases",
                at,
                f"案件{STEP_NAMES[step]}（示意）",
                f"示意〔{at.year}〕城管{at:%m%d}",
                table,
            )
