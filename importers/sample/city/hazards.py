"""Hazard sites, rain stations and warnings.

Registered sites, stations and warnings are invented. The catalogued events are real
entries of the NASA Global Landslide Catalog, with the position accuracy it gives.
"""

import csv
import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from importers.sample.city.districts import Villages, seats, town_names
from importers.sample.city.estate_register import invented_people
from importers.sample.city.frames import frame
from importers.sample.city.noise import generator
from importers.sample.city.sizes import Size
from importers.sample.city.terrain import elevation_m, slope_degrees
from spatial.city import city
from spatial.crs import transformer

CATALOGUE = Path(__file__).resolve().parents[3] / "data" / "hazards" / "nasa_glc_near.csv"
CITATION = "NASA Global Landslide Catalog（Kirschbaum 等，2010、2015），事件 {}"
KINDS = {
    "landslide": "滑坡",
    "rockfall": "崩塌",
    "debris_flow": "泥石流",
    "ground_collapse": "地面塌陷",
    "ground_fissure": "地裂缝",
    "subsidence": "地面沉降",
}
MINES = "431382109"


def hazard_sites(size: Size, seed: int, villages: Villages) -> pd.DataFrame:
    """Invented sites where the ground suggests them."""
    random = generator(seed, "hazards")
    west, south, east, north = villages.county.bounds
    x, y = random.uniform(west, east, 9000), random.uniform(south, north, 9000)
    village = villages.of_points(shapely.points(x, y))
    x, y, village = x[village >= 0], y[village >= 0], village[village >= 0]
    steep = slope_degrees(x, y)
    mine = np.hypot(x - seats()[MINES][0], y - seats()[MINES][1]) < 4500
    draw = random.random(len(x))
    kind = np.select(
        [
            mine & (draw < 0.75),
            mine & (draw < 0.85),
            steep > 24,
            (steep > 17) & (draw < 0.14),
            steep > 15,
            draw < 0.0025,
        ],
        ["ground_collapse", "ground_fissure", "rockfall", "debris_flow", "landslide", "subsidence"],
        "",
    )
    chosen = _spread(kind, size.hazard_sites, random)
    x, y, kind, village = x[chosen], y[chosen], kind[chosen], village[chosen]
    return _site_frame(random, x, y, kind, villages, village)


def _spread(kind: np.ndarray, number: int, random) -> np.ndarray:
    """A mix of kinds: mostly landslides, a good part collapses."""
    shares = {
        "landslide": 0.52,
        "rockfall": 0.16,
        "ground_collapse": 0.18,
        "debris_flow": 0.07,
        "ground_fissure": 0.04,
        "subsidence": 0.03,
    }
    found = []
    for name, share in shares.items():
        here = np.flatnonzero(kind == name)
        found.append(random.permutation(here)[: max(1, round(share * number))])
    return np.sort(np.concatenate(found))


def _site_frame(random, x, y, kind, villages: Villages, village) -> pd.DataFrame:
    n = len(x)
    households = np.round(random.lognormal(1.6, 0.9, n)).astype(int) + 1
    people = households * random.integers(3, 6, n)
    scale = random.choice(["小型", "小型", "小型", "中型", "中型", "大型"], n)
    threat = np.select(
        [people >= 500, people >= 100, people >= 30], ["特大型", "大型", "中型"], "小型"
    )
    names = [f"{v}{KINDS[k]}" for v, k in zip(villages.names[village], kind, strict=True)]
    order = pd.Series(names).groupby(names).cumcount()
    names = [f"{name}{i + 1}号" if i else name for name, i in zip(names, order, strict=True)]
    return frame(
        shapely.points(x, y),
        code=[f"{city().adcode}DZ{i:05d}" for i in range(1, n + 1)],
        name=names,
        kind=kind,
        scale=scale,
        threat=threat,
        threatened_households=households,
        threatened_people=people,
        occurred_on=None,
        position_accuracy="",
        source="示意数据",
        monitor=invented_people(n, random),
        monitor_phone=[f"000-{i:08d}" for i in range(1, n + 1)],
    )


def catalogued_events() -> pd.DataFrame:
    """The catalogue's entries in the city's window, as they stand there."""
    with CATALOGUE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    x, y = transformer(4326, city().projected).transform(
        [float(r["longitude"]) for r in rows], [float(r["latitude"]) for r in rows]
    )
    days = [
        datetime.datetime.strptime(r["event_date"], "%m/%d/%Y %H:%M").date()  # noqa: DTZ007
        for r in rows
    ]
    people = pd.array([None] * len(rows), dtype="Int64")
    return frame(
        shapely.points(x, y),
        schematic=False,
        code=[f"NASA-GLC-{r['event_id']}" for r in rows],
        name=[r["location_description"] for r in rows],
        kind="landslide",
        scale="",
        threat="",
        threatened_households=people,
        threatened_people=people,
        occurred_on=days,
        position_accuracy=[r["location_accuracy"] for r in rows],
        source=[CITATION.format(r["event_id"]) for r in rows],
        monitor="",
        monitor_phone="",
    )


def rain_stations(size: Size, seed: int, villages: Villages) -> pd.DataFrame:
    """One gauge near each seat, the rest spread over the county."""
    random = generator(seed, "rain")
    names, towns = town_names(), seats()
    codes = list(towns)[: size.rain_stations]
    spots = [towns[c] for c in codes]
    labels = [f"{names[c].rstrip('镇乡')}站".replace("街道站", "站") for c in codes]
    extra = random.choice(
        len(villages.codes), max(0, size.rain_stations - len(codes)), replace=False
    )
    spots += [tuple(villages.centres[v]) for v in extra]
    labels += [f"{villages.names[v].rstrip('村社区')}站" for v in extra]
    x, y = np.array(spots).T
    x, y = x + random.uniform(-150, 150, len(x)), y + random.uniform(-150, 150, len(y))
    return frame(
        shapely.points(x, y),
        code=[f"{city().adcode}YL{n:04d}" for n in range(1, len(x) + 1)],
        name=labels,
        kind=np.where(np.arange(len(x)) % 4, "自动雨量站", "水文站"),
        elevation_m=np.round(elevation_m(x, y), 1),
        operator=np.where(np.arange(len(x)) % 3, "涟源市水利局（示意）", "涟源市气象局（示意）"),
    )


def warning_frame(
    number: int,
    level: str,
    towns: list[str],
    effective,
    expires,
    districts: pd.DataFrame,
    status: str = "Actual",
) -> pd.DataFrame:
    """One warning for a list of towns (9-digit codes)."""
    chosen = districts[districts["code"].isin(towns)]
    area = shapely.simplify(shapely.union_all(chosen.geometry.to_numpy()), 20)
    colour = {"I": "红色", "II": "橙色", "III": "黄色", "IV": "蓝色"}[level]
    names = "、".join(chosen["name"])
    return frame(
        np.array([area]),
        code=[f"{city().adcode}YJ{effective:%Y%m%d}{number:02d}"],
        title=[f"地质灾害气象风险{colour}预警（示意）"],
        level=[level],
        text=[
            f"（示意）预计{effective:%m月%d日%H时}至{expires:%m月%d日%H时}，{names}发生地质灾害的风险"
            f"{'很高' if level == 'I' else '高' if level == 'II' else '较高' if level == 'III' else '存在'}，"
            "请注意防范。"
        ],
        status=[status],
        effective=[effective],
        expires=[expires],
    )
