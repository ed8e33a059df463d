"""The lie of the land: a smooth valley between hills, the same for every layer. Schematic."""

import numpy as np

from importers.sample.city.districts import seats
from importers.sample.city.noise import fractal_noise, ramp, smooth_noise
from importers.sample.city.valley import stream_distances, to_valley, to_world
from spatial.city import city
from spatial.crs import transformer

# hill parks inside the town: valley coordinates (m), height (m), radius (m)
KNOLLS = ((-880.0, 560.0, 52.0, 210.0), (1010.0, -840.0, 46.0, 190.0), (560.0, 1330.0, 60.0, 240.0))


def river_level_m(along: np.ndarray) -> np.ndarray:
    """Height of the river's surface; falls downstream by about 2 ‰ near the town."""
    return 137.0 - 50.0 * np.tanh(np.asarray(along, float) / 25000.0)


def valley_elevation_m(along: np.ndarray, across: np.ndarray) -> np.ndarray:
    """Ground height in metres at valley coordinates."""
    along, across = np.asarray(along, float), np.asarray(across, float)
    floor, nearest = np.full(along.shape, np.inf), np.full(along.shape, np.inf)
    for distance, climb in stream_distances(along, across):
        bank = river_level_m(along) + 0.006 * climb + 0.006 * np.minimum(distance, 1800)
        floor = np.minimum(floor, bank + 0.03 * np.maximum(distance - 1800, 0) ** 0.8)
        nearest = np.minimum(nearest, distance)
    x, y = to_world(along, across)
    town = np.exp(-((np.hypot(along / 1.25, across - 200) / 2900) ** 4))
    ridges = 1 - np.abs(fractal_noise(x, y, 5200, 11, 5))
    range_ = 0.45 + 0.55 * smooth_noise(x, y, 21000, 5) + 0.35 * ramp(np.abs(across), 6e3, 2.2e4)
    mountain = 560 * ramp(nearest, 500, 5200) * ridges**2 * np.clip(range_, 0.12, 1.25)
    mounds = 46 * ramp(nearest, 180, 1100) * np.maximum(fractal_noise(x, y, 1300, 31, 4), 0)
    ground = floor + 3.5 + (mountain + mounds) * (1 - 0.985 * town) * _outside_basins(x, y)
    for u, v, height, radius in KNOLLS:
        ground = ground + height * np.exp(-(((along - u) ** 2 + (across - v) ** 2) / radius**2))
    channel = stream_distances(along, across)[0][0]
    return ground - 4.5 * (1 - ramp(channel, 24, 44))


def _outside_basins(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """0.04 at a town's seat rising to 1 in the open country: towns lie in basins."""
    open_country = np.ones_like(x)
    for east, north in seats().values():
        near = (np.abs(x - east) < 2600) & (np.abs(y - north) < 2600)
        reach = np.hypot(x[near] - east, y[near] - north) / 1150
        open_country[near] *= 1 - 0.96 * np.exp(-(reach**4))
    return open_country


def elevation_m(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Ground height in metres; x, y in the projected CRS, any equal shape."""
    return valley_elevation_m(*to_valley(x, y))


def slope_degrees(x: np.ndarray, y: np.ndarray, step_m: float = 15.0) -> np.ndarray:
    """Steepest ground slope in degrees, by central differences."""
    x, y = np.asarray(x, float), np.asarray(y, float)
    east = elevation_m(x + step_m, y) - elevation_m(x - step_m, y)
    north = elevation_m(x, y + step_m) - elevation_m(x, y - step_m)
    return np.degrees(np.arctan(np.hypot(east, north) / (2 * step_m)))


def terrain_grid(cell_m: float = 30.0) -> tuple[np.ndarray, float, float, float]:
    """Heights of the county's window: float32 rows from north, west edge, north edge, cell.

    Values are at cell centres, in metres; edges in the projected CRS.
    """
    profile, window = city(), city().extent
    corners = transformer(profile.geographic, profile.projected).transform(
        [window.west, window.west, window.east, window.east],
        [window.south, window.north, window.south, window.north],
    )
    west, north = min(corners[0]) // cell_m * cell_m, -(-max(corners[1]) // cell_m) * cell_m
    columns = int((max(corners[0]) - west) // cell_m) + 1
    rows = int((north - min(corners[1])) // cell_m) + 1
    x = west + (np.arange(columns) + 0.5) * cell_m
    grid = np.empty((rows, columns), np.float32)
    for start in range(0, rows, 256):
        y = north - (np.arange(start, min(start + 256, rows)) + 0.5) * cell_m
        grid[start : start + len(y)] = elevation_m(*np.meshgrid(x, y))
    return grid, float(west), float(north), float(cell_m)
