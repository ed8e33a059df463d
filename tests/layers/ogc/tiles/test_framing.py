"""The plane stretched and turned, beside the projection."""

import numpy as np
import pytest

from layers.ogc.tiles.framing import STRAIGHT_FROM, framing_of
from layers.ogc.tiles.matrices import UNITS, place_of, side_m
from spatial.city import city
from spatial.crs import transformer


@pytest.mark.parametrize("corner", ["west south", "west north", "east south", "east north"])
@pytest.mark.parametrize("zoom", [STRAIGHT_FROM, 15, 16])
def test_from_this_zoom_on_it_is_off_by_less_than_a_third_of_a_unit(zoom, corner):
    extent = city().extent
    longitude, latitude = (getattr(extent, side) for side in corner.split())
    west, south, east, north = (place := place_of(zoom, longitude, latitude)).bounds
    across, up = map(
        np.ravel, np.meshgrid(np.linspace(west, east, 33), np.linspace(south, north, 33))
    )
    x, y = transformer(3857, city().projected).transform(across, up)
    window, (xx, xy, yx, yy, dx, dy) = framing_of(place)
    off = np.hypot(xx * x + xy * y + dx - across, yx * x + yy * y + dy - up)
    assert off.max() * UNITS / side_m(zoom) < 0.33
    assert window[0] < x.min()
    assert window[1] < y.min()
    assert window[2] > x.max()
    assert window[3] > y.max()
