import numpy as np
import pytest
import shapely

from importers.errors import Refused
from importers.phases.batch import Batch
from importers.phases.reproject import check_crs, check_plausible, reproject
from spatial.city import city
from spatial.crs import reproject as move
from tests.importers.files import boxes


def swapped(shapes):
    return shapely.transform(shapes, lambda xy: xy[:, ::-1])


@pytest.mark.parametrize(
    ("seen", "declared", "hint"),
    [
        (lambda s: swapped(s), 4546, "坐标轴颠倒"),
        (lambda s: swapped(move(s, 4546, 4490)), 4490, "坐标轴颠倒"),
        (lambda s: s, 4525, "没有带号"),
        (lambda s: move(s, 4546, 4525), 4546, "带有带号"),
        (lambda s: move(s, 4546, 4490), 4546, "像是 EPSG:4326"),
        (lambda s: s, 4490, "像是 EPSG:4546"),
        (lambda s: move(s, 4546, 3857), 4546, "像是 EPSG:3857"),
        (lambda s: shapely.transform(s, lambda xy: xy + [900_000, 0]), 4546, "属于本市"),
    ],
)
def test_coordinates_that_contradict_the_crs_are_refused_with_what_they_look_like(
    seen, declared, hint
):
    with pytest.raises(Refused, match=hint):
        check_plausible(seen(boxes(3)), declared, "f")


def test_a_few_outliers_are_left_to_the_row_checks():
    shapes = np.append(boxes(3), shapely.box(0, 0, 1, 1))
    check_plausible(shapes, city().projected, "f")


@pytest.mark.parametrize(
    ("epsg", "reason"), [(2382, "西安80"), (2434, "北京54"), (32649, "接受：EPSG")]
)
def test_other_systems_are_refused_with_a_reason(epsg, reason):
    with pytest.raises(Refused, match=reason):
        check_crs(epsg, "f")


def test_stripping_the_zone_is_exact_and_keeps_the_vertices():
    exact = shapely.polygons([[(566090.948, 3064268.062), (566100.948, 3064268.062),
                               (566100.948, 3064258.062), (566090.948, 3064258.062)]])  # fmt: skip
    zoned = shapely.transform(exact, lambda xy: xy + [37_000_000, 0])
    batch = reproject(Batch("f", np.array([1]), {}, np.asarray(zoned)), 4525)
    moved, wanted = (shapely.get_coordinates(s) for s in (batch.shapes, exact))
    assert np.abs(moved - wanted).max() < 1e-6


def test_heights_are_left_out_with_a_word():
    shapes = shapely.force_3d(boxes(2), 5.0)
    batch = reproject(Batch("f", np.array([1, 2]), {}, shapes), 4546)
    assert not shapely.has_z(batch.shapes).any()
    assert [i.code for i in batch.issues] == ["z-dropped"]
