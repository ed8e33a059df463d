"""Stored parameters: against PROJ's own Helmert step by step, and against plane trigonometry."""

from math import cos, sin

import numpy as np
import pyproj
import pytest

from spatial.datums import old_datum, parameters_of

GIVEN = {"dx": -20.5, "dy": 33.1, "dz": 12.7, "rx": 1.2, "ry": -0.8, "rz": 2.1, "scale_ppm": -3.4}


@pytest.mark.parametrize(
    "datum, ellipsoid", [("xian80", "+a=6378140 +rf=298.257"), ("beijing54", "+ellps=krass")]
)
@pytest.mark.parametrize("convention", ["position_vector", "coordinate_frame"])
def test_seven_parameters_step_by_step(datum, ellipsoid, convention):
    seven = parameters_of(datum, "seven", {**GIVEN, "convention": convention})
    x, y = np.array([566090.948]), np.array([3064268.062])
    plane = pyproj.Proj(f"+proj=tmerc +lon_0=111 +x_0=500000 {ellipsoid}")
    lon, lat = plane(x, y, inverse=True)
    to_cart = pyproj.Transformer.from_pipeline(
        f"+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=cart {ellipsoid}"
    )
    gx, gy, gz = (float(v[0]) for v in to_cart.transform(lon, lat, np.zeros(1)))
    second = np.pi / 180 / 3600
    rx, ry, rz = (
        GIVEN[k] * second * (1 if convention == "position_vector" else -1)
        for k in ("rx", "ry", "rz")
    )
    turn = np.array([[1, -rz, ry], [rz, 1, -rx], [-ry, rx, 1]])
    moved = (1 + GIVEN["scale_ppm"] * 1e-6) * turn @ [gx, gy, gz] + [
        GIVEN[k] for k in ("dx", "dy", "dz")
    ]
    back = pyproj.Transformer.from_pipeline(
        "+proj=pipeline +step +inv +proj=cart +ellps=GRS80 +step +proj=tmerc +lon_0=111 +x_0=500000 +ellps=GRS80"
    )
    wanted = back.transform(*[np.array([v]) for v in moved])
    found = seven.apply(x, y, 111)
    assert abs(found[0][0] - wanted[0][0]) < 2e-3
    assert abs(found[1][0] - wanted[1][0]) < 2e-3


def test_four_parameters():
    four = parameters_of("local", "four", {"dx": 10, "dy": 20, "rotation": 0.3, "scale": 2.0})
    x, y = four.apply(np.array([1.0]), np.array([0.0]), 111)
    assert (x[0], y[0]) == pytest.approx((10 + 2 * cos(0.3), 20 + 2 * sin(0.3)))


@pytest.mark.parametrize(
    "datum, method, given",
    [("xian80", "seven", {"dx": 1}), ("local", "seven", {**GIVEN, "convention": "position_vector"}),
     ("xian80", "seven", {**GIVEN, "convention": "x"}), ("local", "four", {"dx": "a"})],
)  # fmt: skip
def test_half_parameters_are_an_error(datum, method, given):
    with pytest.raises((KeyError, ValueError)):
        parameters_of(datum, method, given)


def test_old_datums_by_code():
    assert [old_datum(e) for e in (2382, 2361, 2434, 2413, 4546)] == [
        "xian80", "xian80", "beijing54", "beijing54", ""
    ]  # fmt: skip
