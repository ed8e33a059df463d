import numpy as np
import pytest
import shapely

from importers.errors import DeliveryRefused
from importers.phases.reproject import check_crs, check_plausible
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
    with pytest.raises(DeliveryRefused, match=hint):
        check_plausible(seen(boxes(3)), declared, "f")


def test_a_few_outliers_are_left_to_the_row_checks():
    shapes = np.append(boxes(3), shapely.box(0, 0, 1, 1))
    check_plausible(shapes, city().projected, "f")


def test_other_systems_are_refused_with_a_reason():
    with pytest.raises(DeliveryRefused, match="接受：EPSG"):
        check_crs(32649, "f")
