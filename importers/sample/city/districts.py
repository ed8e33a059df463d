"""County, towns and villages: names and codes are real, inner boundaries are schematic.

Village polygons are not public. They are derived: villages share out their town by
relaxed centres, and in the town they follow the streets.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from importers.sample.city.frames import frame
from importers.sample.city.noise import generator, smooth_noise
from importers.sample.city.valley import centre
from spatial.city import city
from spatial.crs import transformer

ADMIN = Path(__file__).resolve().parents[3] / "data" / "admin"

# Roughly where each town's seat lies (degrees); schematic, only to place towns sensibly.
SEATS = {
    "001": (111.6645, 27.6985),
    "002": (111.6560, 27.6860),
    "003": (111.6720, 27.6840),
    "102": (111.7350, 27.7300),
    "103": (111.7450, 27.9450),
    "104": (111.6550, 27.9150),
    "105": (111.8450, 27.8150),
    "106": (111.8750, 27.9250),
    "107": (111.8850, 27.6050),
    "108": (111.6050, 27.7700),
    "109": (111.8550, 27.7450),
    "111": (111.8250, 27.5500),
    "112": (111.7350, 27.5750),
    "113": (111.7550, 27.6350),
    "114": (111.6150, 27.6250),
    "115": (111.7950, 27.8750),
    "116": (111.7850, 27.7400),
    "117": (111.6900, 27.7900),
    "200": (111.9050, 27.8250),
    "202": (111.7100, 27.8550),
}
STREETS = ("001", "002", "003")


@dataclass
class Villages:
    """The county's villages: codes, names, towns' codes, polygons and centres (n, 2)."""

    codes: np.ndarray
    names: np.ndarray
    polygons: np.ndarray
    centres: np.ndarray
    county: shapely.Polygon

    def of_points(self, points: np.ndarray) -> np.ndarray:
        """Index of the village each point geometry lies in (-1 outside the county)."""
        found = np.full(len(points), -1)
        point, village = shapely.STRtree(self.polygons).query(points, predicate="intersects")
        found[point] = village
        return found


def county_polygon() -> shapely.Polygon:
    """The real county boundary in the projected CRS."""
    read = gpd.read_file(ADMIN / "county.geojson").set_crs(city().geographic, allow_override=True)
    return read.to_crs(city().projected).geometry.iloc[0]


def _rows(name: str) -> list[dict[str, str]]:
    with (ADMIN / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def seats() -> dict[str, tuple[float, float]]:
    """Town code (9 digits) → seat in the projected CRS."""
    move = transformer(city().geographic, city().projected).transform
    return {city().adcode + code: move(*place) for code, place in SEATS.items()}


def _town_of(points: np.ndarray, places: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Each point's town, so that towns get area in proportion to ``wanted``."""
    squared = ((points[:, None, :] - places[None, :, :]) ** 2).sum(axis=2)
    weight = np.zeros(len(places))
    goal = wanted / wanted.sum() * len(points)
    for _ in range(40):
        town = np.argmin(squared - weight, axis=1)
        got = np.bincount(town, minlength=len(places))
        weight += 6.5e6 * np.clip((goal - got) / goal, -0.6, 0.6)
    return town


def _relaxed(points: np.ndarray, number: int, pull: np.ndarray, random) -> np.ndarray:
    """Centres spread over weighted points (Lloyd's relaxation)."""
    chosen = random.choice(len(points), number, replace=False, p=pull / pull.sum())
    centres = points[chosen]
    for _ in range(12):
        squared = ((points[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
        nearest = np.argmin(squared, axis=1)
        weight = np.bincount(nearest, pull, number)
        moved = np.column_stack([np.bincount(nearest, pull * p, number) for p in points.T])
        used = weight > 0
        centres[used] = moved[used] / weight[used, None]
    return centres


def _village_centres(county: shapely.Polygon, rows: list[dict], seed: int) -> np.ndarray:
    random = generator(seed, "villages")
    west, south, east, north = county.bounds
    x, y = np.meshgrid(np.arange(west, east, 340.0), np.arange(south, north, 340.0))
    points = np.column_stack([x.ravel(), y.ravel()]) + random.uniform(-120, 120, (x.size, 2))
    points = points[shapely.contains_xy(county, points[:, 0], points[:, 1])]
    places = seats()
    towns = np.array([row["town_code9"] for row in rows])
    order = list(dict.fromkeys(towns))
    wanted = np.array(
        [(towns == t).sum() * (0.42 if t[-3:] in STREETS else 1) for t in order], float
    )
    owner = _town_of(points, np.array([places[t] for t in order]), wanted)
    centres = np.zeros((len(rows), 2))
    for i, town in enumerate(order):
        mine = points[owner == i]
        if town[-3:] in STREETS:
            mine = mine[:, None, :] + random.uniform(-170, 170, (1, 6, 2))
            mine = mine.reshape(-1, 2)
        reach = np.hypot(*(mine - centre()).T)
        pull = 1 / (350 + reach) ** 2 if town[-3:] in STREETS else np.ones(len(mine))
        found = _relaxed(mine, (towns == town).sum(), pull, random)
        closest = np.argsort(np.hypot(*(found - places[town]).T))
        centres[towns == town] = found[closest]
    return centres


def _wavy_cells(centres: np.ndarray, county: shapely.Polygon) -> np.ndarray:
    """Voronoi cells with boundaries that wander like ridges and brooks, clipped exactly."""
    x, y = np.meshgrid(
        [county.bounds[0] - 6e3, county.bounds[2] + 6e3],
        [county.bounds[1] - 6e3, county.bounds[3] + 6e3],
    )
    sites = shapely.multipoints(np.vstack([centres, np.column_stack([x.ravel(), y.ravel()])]))
    edges = shapely.get_parts(shapely.voronoi_polygons(sites, only_edges=True))
    bent = shapely.transform(shapely.segmentize(edges, 130.0), _wander)
    net = shapely.unary_union(
        [*shapely.get_parts(shapely.line_merge(shapely.unary_union(bent))), county.exterior]
    )
    cells = shapely.get_parts(shapely.polygonize(shapely.get_parts(net)))
    return cells[shapely.contains(county.buffer(0.01), cells)]


def _wander(points: np.ndarray) -> np.ndarray:
    x, y = points.T
    return points + 105 * np.column_stack(
        [
            smooth_noise(x, y, 620, 71) + 0.5 * smooth_noise(x, y, 260, 72),
            smooth_noise(x, y, 620, 73) + 0.5 * smooth_noise(x, y, 260, 74),
        ]
    )


def villages(seed: int, faces: np.ndarray) -> Villages:
    """The villages as an exact coverage of the county; town faces go whole to one village."""
    county, rows = county_polygon(), _rows("villages.csv")
    centres = _village_centres(county, rows, seed)
    cells = _wavy_cells(centres, county)
    pieces = np.concatenate([faces, _outside(cells, faces)])
    pieces = _whole(pieces[shapely.area(pieces) > 1e-3])
    inner = np.arange(len(pieces)) < len(faces)
    spots = shapely.get_coordinates(shapely.point_on_surface(pieces))
    owner = _nearest(spots, centres)
    for i in np.flatnonzero(~inner):
        piece = shapely.get_coordinates(pieces[i].representative_point())
        owner[i] = _nearest(piece, centres)[0]
    owner = _without_orphans(pieces, owner, centres)
    polygons = np.array([shapely.coverage_union_all(pieces[owner == i]) for i in range(len(rows))])
    return Villages(
        np.array([row["code12"] for row in rows]),
        np.array([_plain(row["name"]) for row in rows]),
        polygons,
        centres,
        county,
    )


def _plain(name: str) -> str:
    """社区居委会 and 村委会 name offices; the places are 社区 and 村."""
    return name.replace("居委会", "").replace("委会", "")


def _outside(cells: np.ndarray, faces: np.ndarray) -> np.ndarray:
    town = shapely.coverage_union_all(faces)
    touched = shapely.intersects(cells, town)
    rest = shapely.get_parts(shapely.difference(cells[touched], town))
    return np.concatenate([cells[~touched], rest])


def _whole(pieces: np.ndarray) -> np.ndarray:
    """Give neighbours each other's vertices, so that edges match exactly."""
    return shapely.coverage_clean(pieces, snapping_distance=1e-4)


def _nearest(spots: np.ndarray, centres: np.ndarray) -> np.ndarray:
    tree = shapely.STRtree(shapely.points(centres))
    return tree.nearest(shapely.points(spots))


def _without_orphans(pieces: np.ndarray, owner: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Hand every splinter that is cut off from its village to the neighbour around it."""
    owner = owner.copy()
    tree = shapely.STRtree(pieces)
    a, b = tree.query(pieces, predicate="touches")
    shared = shapely.length(shapely.intersection(pieces[a], pieces[b]))
    a, b, shared = a[shared > 1], b[shared > 1], shared[shared > 1]
    for _ in range(4):
        label = _components(a, b, owner)
        size = np.bincount(label, weights=shapely.area(pieces), minlength=label.max() + 1)
        biggest: dict[int, int] = {}
        for part in np.unique(label):
            village = owner[np.flatnonzero(label == part)[0]]
            if village not in biggest or size[part] > size[biggest[village]]:
                biggest[village] = part
        orphans = np.array([biggest[v] != part for v, part in zip(owner, label, strict=True)])
        if not orphans.any():
            break
        for i in np.flatnonzero(orphans):
            around = (a == i) & ~orphans[b]
            if around.any():
                owner[i] = owner[b[around][np.argmax(shared[around])]]
    return owner


def _components(a: np.ndarray, b: np.ndarray, owner: np.ndarray) -> np.ndarray:
    """Labels of connected pieces of one owner."""
    label = np.arange(len(owner))
    same = owner[a] == owner[b]
    a, b = a[same], b[same]
    while True:
        lower = label.copy()
        np.minimum.at(lower, a, label[b])
        lower = lower[lower]
        if (lower == label).all():
            return label
        label = lower


def district_frame(found: Villages) -> pd.DataFrame:
    """County, towns and villages as one table; only the county's outline is surveyed."""
    adcode = city().adcode
    towns = {row["code9"]: row["name"] for row in _rows("towns.csv")}
    prefix = np.array([code[:9] for code in found.codes])
    shapes = [shapely.coverage_union_all(found.polygons[prefix == town]) for town in towns]
    table = frame(
        np.array([found.county, *shapes, *found.polygons]),
        rounded=False,
        code=[adcode, *towns, *found.codes],
        name=[city().name, *towns.values(), *found.names],
        level=["county"] + ["town"] * len(towns) + ["village"] * len(found.codes),
        parent_code=["", *[adcode] * len(towns), *prefix],
    )
    table.loc[0, "schematic"] = False
    return table


def town_names() -> dict[str, str]:
    """Town code → name."""
    return {row["code9"]: row["name"] for row in _rows("towns.csv")}
