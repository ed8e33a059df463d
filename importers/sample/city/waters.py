"""Rivers, reservoirs and ponds. Courses are schematic."""

from dataclasses import dataclass

import numpy as np
import shapely

from importers.sample.city import valley
from importers.sample.city.noise import generator
from importers.sample.city.sizes import Size
from importers.sample.city.terrain import slope_degrees

RESERVOIRS = (
    "白马",
    "大江口",
    "柳溪",
    "石坝",
    "龙塘",
    "枫树坪",
    "金盆",
    "罗盛",
    "长冲",
    "响水",
    "三甲",
    "荷叶塘",
    "湖泉",
    "茅塘",
)


@dataclass
class Waters:
    """Water surfaces: polygons in the projected CRS, names and kinds."""

    polygons: np.ndarray
    names: list[str]
    kinds: list[str]

    def land(self, kind: str) -> shapely.Geometry:
        """The union of the surfaces of one kind."""
        return shapely.union_all(self.polygons[np.array(self.kinds) == kind])


def ribbon(x: np.ndarray, y: np.ndarray, half_width: np.ndarray) -> shapely.Polygon:
    """A band along a course, half_width metres to both sides of each point."""
    dx, dy = np.gradient(x), np.gradient(y)
    length = np.hypot(dx, dy)
    nx, ny = -dy / length * half_width, dx / length * half_width
    left, right = np.column_stack([x + nx, y + ny]), np.column_stack([x - nx, y - ny])
    return shapely.make_valid(shapely.Polygon(np.vstack([left, right[::-1]])))


def _river() -> shapely.Polygon:
    along = np.arange(-42000, 42000, 22.0)
    width = valley.RIVER_HALF_WIDTH_M + 3.5 * np.sin(along / 410) + 2 * np.sin(along / 173)
    width += 8 * np.clip(along / 20000, -1, 1)
    return ribbon(*valley.to_world(along, valley.river(along)), width)


def _streams() -> list[tuple[str, shapely.Polygon]]:
    done = []
    for stream in valley.TRIBUTARIES:
        away = np.arange(0, stream.length_m, 25.0)
        course = stream.course(away)
        across = valley.river(np.full_like(away, stream.along_m)) + stream.side * away
        width = stream.half_width_m * (1 - 0.75 * away / stream.length_m)
        done.append((stream.name, ribbon(*valley.to_world(course, across), width)))
    return done


def blobs(x: np.ndarray, y: np.ndarray, radius: np.ndarray, random) -> np.ndarray:
    """Irregular rounded polygons, one per centre; x, y and radius in metres."""
    turn = np.linspace(0, 2 * np.pi, 25)[:-1]
    shape = np.ones((len(x), 24))
    for harmonic, strength in ((2, 0.28), (3, 0.16), (5, 0.07)):
        phase = random.uniform(0, 2 * np.pi, (len(x), 1))
        shape += strength * random.uniform(0.4, 1, (len(x), 1)) * np.sin(harmonic * turn + phase)
    ring = np.stack(
        [
            x[:, None] + radius[:, None] * shape * np.cos(turn),
            y[:, None] + radius[:, None] * shape * np.sin(turn),
        ],
        axis=2,
    )
    return shapely.polygons(ring)


def waters(
    size: Size, seed: int, county: shapely.Polygon, taken: shapely.Geometry, roads: np.ndarray
) -> Waters:
    """All water surfaces; ``taken`` is town land where no pond may lie."""
    random = generator(seed, "waters")
    river = shapely.intersection(_river(), county)
    polygons, names, kinds = [river], ["涟水"], ["river"]
    for name, band in _streams():
        polygons.append(band.intersection(county).difference(shapely.union_all(polygons)))
        names.append(name)
        kinds.append("river")
    still, labels, sorts = _still_waters(size, random, county)
    free = ~shapely.intersects(still, shapely.union_all([*polygons, taken]).buffer(8))
    free &= shapely.contains(county, still)
    hit = shapely.STRtree(roads).query(still, predicate="dwithin", distance=9)[0]
    free[hit] = False
    free &= _apart(still)
    keep = np.flatnonzero(free)
    return Waters(
        np.array([*polygons, *still[keep]]),
        names + [labels[i] for i in keep],
        kinds + [sorts[i] for i in keep],
    )


def _still_waters(size: Size, random, county: shapely.Polygon):
    west, south, east, north = county.bounds
    x, y = random.uniform(west, east, 400), random.uniform(south, north, 400)
    inside = shapely.contains_xy(shapely.buffer(county, -900), x, y)
    hilly = np.flatnonzero(inside & (slope_degrees(x, y) > 4))[: len(RESERVOIRS)]
    number = 420 if size.satellites == 0 else 5000
    reach = min(size.rural_radius_m + 600, 40000)
    px = valley.centre()[0] + random.uniform(-reach, reach, number)
    py = valley.centre()[1] + random.uniform(-reach, reach, number)
    radius = np.concatenate([random.uniform(130, 430, len(hilly)), random.uniform(9, 34, number)])
    x, y = np.concatenate([x[hilly], px]), np.concatenate([y[hilly], py])
    shapes = blobs(x, y, radius, random)
    labels = [f"{name}水库" for name in RESERVOIRS[: len(hilly)]] + [""] * number
    return shapes, labels, ["reservoir"] * len(hilly) + ["pond"] * number


def _apart(shapes: np.ndarray) -> np.ndarray:
    """True for shapes that touch no earlier one."""
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    apart = np.ones(len(shapes), bool)
    apart[a[b < a]] = False
    return apart
