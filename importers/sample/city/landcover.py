"""Land cover of the town and the country around it, without gaps."""

import numpy as np
import pandas as pd
import shapely

from importers.sample.city.blocks import Block
from importers.sample.city.country_roads import CountryRoads
from importers.sample.city.estate_register import USES
from importers.sample.city.frames import frame, has_needle, on_millimetre
from importers.sample.city.homesteads import Homesteads
from importers.sample.city.noise import fractal_noise, generator
from importers.sample.city.terrain import elevation_m, slope_degrees
from importers.sample.city.town import Town
from importers.sample.city.waters import Waters
from spatial.city import city

SCHEME = "gbt21010_2017"
PATCH_M2 = 9500.0
TILE_M = 500.0
SCRAP_M2 = 0.5
KERB_M = 0.4
SCRAP_M = 0.1  # mean width


def landcover(
    town: Town,
    waters: Waters,
    country: CountryRoads,
    homes: Homesteads,
    county: shapely.Polygon,
    seed: int,
    margin_m: float,
) -> pd.DataFrame:
    """Pieces of one class each; together exactly the window ``margin_m`` around the main town."""
    faces = shapely.coverage_union_all(town.graph.faces)
    window = shapely.box(*faces.envelope.buffer(margin_m, join_style="mitre").bounds)
    window = window.intersection(county)
    shapes, classes = _town_land(town)
    fields = _field_blocks(town)
    outer = shapely.union_all([window.difference(faces), *fields])
    bank = faces.buffer(60).buffer(-60).difference(faces)
    fixed, kinds = _fixed(outer, waters, country, homes)
    rest = outer.difference(shapely.union_all(fixed))
    green, green_kinds = _parts([rest.intersection(bank)], ["0810"])
    rest = shapely.MultiPolygon(_parts([rest.difference(bank)], [""])[0])
    patches, sorts = _patches(rest, seed)
    shapes, classes = [*shapes, *fixed, *green, *patches], [*classes, *kinds, *green_kinds, *sorts]
    whole, kinds_of = _fitted(np.array(shapes), np.array(classes))
    return frame(
        whole,
        code=[f"{city().adcode}DL{n:06d}" for n in range(1, len(whole) + 1)],
        scheme=SCHEME,
        class_code=kinds_of,
        area_m2=np.round(shapely.area(whole), 2),
    )


def _fitted(shapes: np.ndarray, classes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pieces that fit edge to edge; scraps go, and what they leave falls to the neighbours."""
    width = 2 * shapely.area(shapes) / np.maximum(shapely.length(shapes), 1e-9)
    good = (width > SCRAP_M) & (shapely.area(shapes) > SCRAP_M2)
    whole = shapely.coverage_clean(
        shapes[good], snapping_distance=3 * SCRAP_M, gap_width=6 * SCRAP_M
    )
    parts, index = shapely.get_parts(whole, return_index=True)
    parts = _without_needles(parts)
    kept = shapely.area(parts) > 0
    return parts[kept], classes[good][index[kept]]


def _without_needles(shapes: np.ndarray) -> np.ndarray:
    """A piece with a needle for a corner falls to the neighbour along its longest border."""
    shapes = shapes.copy()
    for i in np.flatnonzero(has_needle(on_millimetre(shapes))).tolist():
        near = shapely.STRtree(shapes).query(shapes[i], predicate="touches")
        border = shapely.length(shapely.intersection(shapes[near], shapes[i]))
        j = near[np.argmax(border)]
        shapes[j] = shapely.union(shapes[j], shapes[i])
        shapes[i] = shapely.Polygon()
    return shapes


def _town_land(town: Town) -> tuple[list, list[str]]:
    """Blocks by their use; what faces have beyond their block is street."""
    by_face = {b.face: b for b in town.blocks}
    shapes, classes = [], []
    for number, face in enumerate(town.graph.faces):
        block = by_face.get(number)
        if block is None:
            shapes.append(face)
            classes.append("1004")
            continue
        street, inner = _street_and_inner(face, block)
        shapes.append(street)
        classes.append("1004")
        if block.use != "field":
            shapes.append(inner)
            classes.append("0301" if block.use == "park" else USES[block.use][0])
    return _parts(shapes, classes)


def _street_and_inner(face: shapely.Polygon, block: Block) -> tuple[shapely.Geometry, ...]:
    """What a face has beside its block is street, as far as it is as wide as a kerb."""
    street = face.difference(shapely.Polygon(block.ring))
    wide = street.buffer(-KERB_M, join_style="mitre").buffer(KERB_M, join_style="mitre")
    wide = wide.intersection(face)
    return wide, face.difference(wide)


def _field_blocks(town: Town) -> list[shapely.Geometry]:
    """Unbuilt blocks within the street plan, as open country."""
    return [
        _street_and_inner(town.graph.faces[b.face], b)[1] for b in town.blocks if b.use == "field"
    ]


def _parts(shapes, classes) -> tuple[list, list[str]]:
    pieces, index = shapely.get_parts(np.array(shapes, object), return_index=True)
    areal = (shapely.get_type_id(pieces) == 3) & (shapely.area(pieces) > 0.01)
    return list(pieces[areal]), list(np.array(classes)[index[areal]])


def _fixed(outer, waters: Waters, country: CountryRoads, homes: Homesteads):
    """Water, country roads and homesteads outside the street plan."""
    water_class = {"river": "1101", "reservoir": "1103", "pond": "1104", "canal": "1107"}
    shapely.prepare(outer)
    near = shapely.intersects(outer, waters.polygons)
    water, kinds = _parts(
        shapely.intersection(waters.polygons[near], outer),
        [water_class[k] for k in np.array(waters.kinds)[near]],
    )
    wet = shapely.union_all(water)
    lines = country.lines[shapely.intersects(outer, country.lines)]
    width = country.widths_m[shapely.intersects(outer, country.lines)]
    bands = shapely.union_all(shapely.buffer(lines, width / 2, cap_style="flat"))
    roads, road_kinds = _parts([bands.intersection(outer).difference(wet)], ["1006"])
    yards = homes.parcels[shapely.contains_properly(outer, homes.parcels)]
    taken = shapely.union_all([bands, wet])
    shapely.prepare(taken)
    yards = yards[~shapely.intersects(taken, yards)]
    return [*water, *roads, *yards], [*kinds, *road_kinds, *["0702"] * len(yards)]


def _patches(rest: shapely.Geometry, seed: int) -> tuple[list, list[str]]:
    """Fields and woods by the lie of the land: relaxed cells of about a hectare."""
    random = generator(seed, "patches")
    west, south, east, north = rest.bounds
    step = PATCH_M2**0.5
    x, y = np.meshgrid(np.arange(west, east + step, step), np.arange(south, north + step, step))
    x = (x + random.uniform(-0.46, 0.46, x.shape) * step).ravel()
    y = (y + random.uniform(-0.46, 0.46, y.shape) * step).ravel()
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(np.column_stack([x, y])), extend_to=rest)
    )
    east, north = shapely.get_coordinates(shapely.centroid(cells)).T
    steep, high = slope_degrees(east, north), elevation_m(east, north)
    wet = fractal_noise(east, north, 700, 51, 3)
    classes = np.select(
        [steep > 11, (steep > 6) & (wet > 0.2), steep > 7, high > 230, wet > 0.42, wet < -0.38],
        ["0301", "0305", "0201", "0307", "0103", "0404"],
        "0101",
    )
    return _parts(_clipped(cells, np.stack([east, north]), rest), classes)


def _clipped(cells: np.ndarray, middle: np.ndarray, rest: shapely.Geometry) -> np.ndarray:
    """The cells cut to the land that is left, tile by tile: one big polygon would be slow."""
    tile = np.floor(middle / TILE_M).astype(int)
    clipped = np.empty(len(cells), object)
    for column, row in np.unique(tile, axis=1).T:
        mine = np.flatnonzero((tile[0] == column) & (tile[1] == row))
        window = shapely.box(*shapely.total_bounds(cells[mine]))
        land = _parts([rest.intersection(window)], [""])[0]
        clipped[mine] = shapely.intersection(cells[mine], shapely.MultiPolygon(land))
    return clipped
