"""GCJ-02 and BD-09, the offset coordinates of public maps: for what is not cadastre.

The formulas are not published by the authority; these are the ones in common use, with
a = 6 378 245 m and ee = 0.006 693 421 622 965 943 23 (reference vectors from eviltransform
0.1.1 and prcoords 1.0.2: 27.69 N 111.67 E → GCJ 27.6866025, 111.6754419 → BD 27.6923664,
111.6819802). They hold in China only. Longitudes and latitudes in degrees, arrays.
"""

import numpy as np

Pair = tuple[np.ndarray, np.ndarray]

A_M = 6378245.0
EE = 0.00669342162296594323
BD_PI = np.pi * 3000.0 / 180.0
METRES_PER_DEGREE = 111_320.0
ROUNDS = 6  # each shrinks the rest to a hundredth
CLEARLY = 1 / 3
NEAR_M = 25.0
ENOUGH = 8


def gcj02_from_wgs84(lon: np.ndarray, lat: np.ndarray) -> Pair:
    """WGS 84 (CGCS2000 is the same within decimetres) to GCJ-02."""
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    x, y = lon - 105.0, lat - 35.0
    both = (20 * np.sin(6 * x * np.pi) + 20 * np.sin(2 * x * np.pi)) * 2 / 3
    dlat = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x)) + both
    dlat += (20 * np.sin(y * np.pi) + 40 * np.sin(y / 3 * np.pi)) * 2 / 3
    dlat += (160 * np.sin(y / 12 * np.pi) + 320 * np.sin(y * np.pi / 30)) * 2 / 3
    dlon = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + both
    dlon += (20 * np.sin(x * np.pi) + 40 * np.sin(x / 3 * np.pi)) * 2 / 3
    dlon += (150 * np.sin(x / 12 * np.pi) + 300 * np.sin(x / 30 * np.pi)) * 2 / 3
    radians = np.radians(lat)
    magic = 1 - EE * np.sin(radians) ** 2
    dlat = dlat * 180 / ((A_M * (1 - EE)) / (magic * np.sqrt(magic)) * np.pi)
    dlon = dlon * 180 / (A_M / np.sqrt(magic) * np.cos(radians) * np.pi)
    return lon + dlon, lat + dlat


def bd09_from_gcj02(lon: np.ndarray, lat: np.ndarray) -> Pair:
    """GCJ-02 to BD-09."""
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    z = np.hypot(lon, lat) + 2e-5 * np.sin(lat * BD_PI)
    turn = np.arctan2(lat, lon) + 3e-6 * np.cos(lon * BD_PI)
    return z * np.cos(turn) + 0.0065, z * np.sin(turn) + 0.006


def wgs84_from_gcj02(lon: np.ndarray, lat: np.ndarray) -> Pair:
    """The inverse by iteration; the rest is below a millimetre."""
    return _inverse(gcj02_from_wgs84, lon, lat)


def wgs84_from_bd09(lon: np.ndarray, lat: np.ndarray) -> Pair:
    """BD-09 to WGS 84."""
    return wgs84_from_gcj02(*_inverse(bd09_from_gcj02, lon, lat))


BACK = {"gcj02": wgs84_from_gcj02, "bd09": wgs84_from_bd09}
NAMES = {"gcj02": "GCJ-02", "bd09": "BD-09"}


def recognise(given: Pair, known: Pair) -> str:
    """Which offset brings points to where they are known to be: gcj02, bd09, none, or ''.

    ``given`` and ``known`` are (longitudes, latitudes) of the same features in the same
    order. '' means: too few, or no reading is clearly better than the others.
    """
    if len(given[0]) < ENOUGH:
        return ""
    away = {"none": _median_m(given, known)}
    away |= {name: _median_m(back(*given), known) for name, back in BACK.items()}
    best, second = sorted(away, key=lambda name: away[name])[:2]
    return best if away[best] < min(NEAR_M, CLEARLY * away[second]) else ""


def _inverse(forward, lon: np.ndarray, lat: np.ndarray) -> Pair:
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    x, y = lon.copy(), lat.copy()
    for _ in range(ROUNDS):
        there_x, there_y = forward(x, y)
        x, y = x - (there_x - lon), y - (there_y - lat)
    return x, y


def _median_m(given: Pair, known: Pair) -> float:
    east = (given[0] - known[0]) * np.cos(np.radians(known[1]))
    return float(np.median(np.hypot(east, given[1] - known[1])) * METRES_PER_DEGREE)
