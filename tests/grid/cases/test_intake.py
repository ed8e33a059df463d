"""What other registers find becomes a case, once."""

import pytest

from grid.cases.intake import Sighting, case_from
from grid.errors import OutsideCity
from grid.models import Case
from tests.factories import spot

pytestmark = pytest.mark.django_db


def test_a_sighting_becomes_one_case_however_often_it_is_told(ground):
    found = Sighting("地灾预警", "YJ-1/DZ-7", spot(5, 5), "坡脚鼓胀，路面开裂", "0505")
    case = case_from(found)
    assert (case.source, case.reporter, case.step) == ("地灾预警", "地灾预警", "reported")
    assert case_from(found).code == case.code
    other = Sighting("地灾预警", "YJ-1/DZ-8", spot(50, 5), "掉块", "0505")
    assert case_from(other).code != case.code
    assert Case.objects.current().count() == 2
    with pytest.raises(OutsideCity):
        case_from(Sighting("地灾预警", "YJ-1/DZ-9", spot(90_000, 5), "掉块", "0505"))


def test_a_sighting_whose_words_changed_is_still_the_same(ground):
    case = case_from(Sighting("地灾预警", "YJ-1/DZ-7", spot(5, 5), "坡脚鼓胀", "0505"))
    again = case_from(Sighting("地灾预警", "YJ-1/DZ-7", spot(9, 5), "坡脚鼓胀，裂缝加宽", "0505"))
    assert again.code == case.code
    assert Case.objects.current().count() == 1
