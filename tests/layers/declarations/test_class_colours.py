"""Classes of one list can be told apart, by the colour-blind too (CIEDE2000; below 2 nobody sees a difference).

The classes of a short list all have each other as neighbours on the map. Of land use, whose hundred
colours are a standard's, that holds of the kinds of one class; among classes the code on the map tells.
"""

from itertools import combinations

import pytest

from layers.declarations.registry import layer_of
from spatial.codes import scheme
from tests.colours import VISIONS, ciede2000, difference

LEAST = 9.0


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("name", ["hazard_kinds", "constraint_kinds", "warning_levels"])
def test_classes_of_a_list_differ(name, vision):
    codes = scheme(name)
    for one, other in combinations(codes.codes, 2):
        apart = difference(codes.colour(one), codes.colour(other), vision)
        assert apart >= LEAST, (one, other)


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("parent", ["0701", "0901", "09", "1001"])
def test_kinds_of_one_use_differ(parent, vision):
    codes = scheme("land_sea_use_2023")
    kinds = [code for code in codes.codes if code.startswith(parent) and len(code) > len(parent)]
    kinds = [code for code in kinds if code != "0901"]  # drawn as its own kinds
    assert len(kinds) >= 3
    for one, other in combinations(kinds, 2):
        apart = difference(codes.colour(one), codes.colour(other), vision)
        assert apart >= LEAST, (one, other)


def test_land_use_has_its_code_on_the_map_as_a_second_channel():
    paint = layer_of("plan-zones").paint
    assert (paint.label, paint.label_more) == ("land_use", "max_floor_area_ratio")


def test_the_measure_is_that_of_its_authors():
    # Sharma, Wu, Dalal 2005, pairs 1 and 17.
    assert ciede2000((50, 2.6772, -79.7751), (50, 0, -82.7485)) == pytest.approx(2.0425, abs=1e-4)
    assert ciede2000((50, 2.5, 0), (73, 25, -18)) == pytest.approx(27.1492, abs=1e-4)
