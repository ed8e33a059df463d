"""House numbers: odd on one side of a road, even on the other, rising along it."""

import numpy as np
import pandas as pd
import shapely

from importers.sample.city.districts import town_names
from importers.sample.city.estate_register import numbered
from importers.sample.city.frames import frame

PROVINCE = "湖南省涟源市"
REACH_M = 180.0


def _along(
    lines: np.ndarray, road: np.ndarray, points: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Where on its road each point is, m, and on which side (0 left, 1 right)."""
    at = shapely.line_locate_point(lines[road], points)
    here = shapely.get_coordinates(shapely.line_interpolate_point(lines[road], at))
    ahead = shapely.get_coordinates(
        shapely.line_interpolate_point(lines[road], np.minimum(at + 2, shapely.length(lines[road])))
    )
    back = shapely.get_coordinates(
        shapely.line_interpolate_point(lines[road], np.maximum(at - 2, 0))
    )
    place, way = shapely.get_coordinates(points) - here, ahead - back
    return at, (way[:, 0] * place[:, 1] - way[:, 1] * place[:, 0] < 0).astype(int)


def _rising(road: np.ndarray, side: np.ndarray, at: np.ndarray) -> np.ndarray:
    """House numbers that rise along each side of each road and never repeat."""
    number = np.zeros(len(at), int)
    last: dict[tuple[int, int], int] = {}
    for i in np.lexsort([at, side, road]):
        key = (int(road[i]), int(side[i]))
        wanted = 2 * int(at[i] // 9) + 1 + key[1]
        number[i] = last[key] = max(wanted, last.get(key, -1 - key[1]) + 2)
    return number


def addressed(
    buildings: pd.DataFrame, parcels: pd.DataFrame, roads: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The buildings with their address text, and the address register.

    A parcel has one house number, taken from the road its front is nearest to; further
    buildings on it are told apart by name. In the country the village numbers houses.
    """
    used = np.unique(buildings["row"])
    spots = shapely.point_on_surface(parcels.geometry.to_numpy()[used])
    simple = np.array([_longest(line) for line in roads.geometry.to_numpy()])
    urban = np.flatnonzero(roads["kind"].to_numpy() != "rural")
    nearest, distance = shapely.STRtree(simple[urban]).query_nearest(
        spots, all_matches=False, return_distance=True
    )
    road = urban[nearest[1]]
    kind = buildings.groupby("row")["kind"].first().reindex(used).to_numpy()
    on_street = (distance < REACH_M) & (kind != "farmhouse")
    at, side = _along(simple, road, spots)
    number = _rising(road, side, at)
    return _registers(
        buildings,
        parcels,
        roads,
        simple,
        pd.DataFrame({"road": road, "number": number, "street": on_street}, used),
    )


def _longest(line: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(line)
    return parts[np.argmax(shapely.length(parts))]


def _registers(buildings, parcels, roads, lines, found: pd.DataFrame):
    mine = found.loc[buildings["row"]].reset_index(drop=True)
    district = buildings["district_code"].to_numpy()
    towns = town_names()
    town = np.array([towns[d[:9]] for d in district])
    village = parcels["location"].to_numpy()[buildings["row"]]
    name = roads["name"].to_numpy()[mine["road"]]
    first = numbered(district, 1)
    street = mine["street"].to_numpy()
    label = np.where(street, mine["number"].astype(str), first)
    text = [
        f"{PROVINCE}{t}{r}{n}号" if s else f"{PROVINCE}{v.removeprefix('涟源市')}{n}号"
        for t, r, n, s, v in zip(town, name, label, street, village, strict=True)
    ]
    named = np.array([a + (b or "") for a, b in zip(text, buildings["name"], strict=True)])
    with_address = buildings.assign(address=named)
    shown = (buildings["kind"] != "annex").to_numpy()
    shapes = buildings.geometry.to_numpy()[shown]
    door = shapely.get_point(
        shapely.shortest_line(shapes, lines[mine["road"].to_numpy()[shown]]), 0
    )
    register = frame(
        door,
        code=np.char.add(
            np.char.add(district[shown].astype(str), "A"), numbered(district[shown], 5).astype(str)
        ),
        full_address=named[shown],
        road_name=np.where(street[shown], name[shown], ""),
        house_number=np.char.add(label[shown].astype(str), "号"),
        building_code=buildings["code"].to_numpy()[shown],
    )
    return with_address, register
