"""Shapes brought into the city's CRS as it was settled, vertex for vertex."""

import numpy as np
import pytest
import shapely

from importers.phases.placing import Placement, place
from importers.values.batch import Batch
from spatial.datums import Four
from spatial.offsets import bd09_from_gcj02, gcj02_from_wgs84
from spatial.readings import Meaning
from tests.importers.files import boxes


def placed(x, y, placement):
    batch = Batch("f", np.array([1]), {}, np.array([shapely.Point(x, y)]))
    return shapely.get_coordinates(place(batch, placement).shapes)[0]


@pytest.mark.parametrize(
    "x, y, meaning",
    [
        (566090.948, 3064268.062, Meaning(4546)),
        (3064268.062, 566090.948, Meaning(4546, True)),
        (3064268.062, 19566090.948, Meaning(4546, True, 19)),
        (111.67, 27.69, Meaning(4490)),
        (27.69, 111.67, Meaning(4490, True)),
    ],
)
def test_every_reading_of_the_reference_point(x, y, meaning):
    found = placed(x, y, Placement(meaning))
    assert np.abs(found - (566090.948, 3064268.062)).max() < 1e-3


def test_confirmed_offsets_are_taken_off():
    lon, lat = bd09_from_gcj02(*gcj02_from_wgs84(111.67, 27.69))
    found = placed(lon, lat, Placement(Meaning(4490), shift="bd09"))
    assert np.abs(found - (566090.948, 3064268.062)).max() < 0.011


def test_parameters_are_applied_before_the_change_of_zone():
    four = Four("local", 100, -50, 0.0, 1.0)
    found = placed(37566090.948, 3064268.062, Placement(Meaning(4546, zone=37), four, "本地"))
    assert np.abs(found - (566190.948, 3064218.062)).max() < 1e-6


@pytest.mark.parametrize("epsg, zone", [(4525, 0), (4546, 37)])
def test_stripping_the_zone_is_exact_and_keeps_the_vertices(epsg, zone):
    exact = shapely.polygons([[(566090.948, 3064268.062), (566100.948, 3064268.062),
                               (566100.948, 3064258.062), (566090.948, 3064258.062)]])  # fmt: skip
    zoned = shapely.transform(exact, lambda xy: xy + [37_000_000, 0])
    batch = place(
        Batch("f", np.array([1]), {}, np.asarray(zoned)), Placement(Meaning(epsg, zone=zone))
    )
    moved, wanted = (shapely.get_coordinates(s) for s in (batch.shapes, exact))
    assert np.abs(moved - wanted).max() < 1e-6


def test_heights_are_left_out_with_a_word():
    shapes = shapely.force_3d(boxes(2), 5.0)
    batch = place(Batch("f", np.array([1, 2]), {}, shapes), Placement(Meaning(4546)))
    assert not shapely.has_z(batch.shapes).any()
    assert [i.code for i in batch.issues] == ["z-dropped"]
