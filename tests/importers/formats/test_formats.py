"""Formats all the way into their registers, found by content, mapped by their sources."""

import pytest
import shapely

from importers.formats.vct.writer import VctTable, write_vct
from importers.models import ImportIssue
from importers.reading.delivery import Reading
from importers.runs.run import start
from spatial.base.models import LandCover
from tests.importers.files import boxes

pytestmark = pytest.mark.django_db


def test_a_land_survey_in_vct_goes_into_the_land_cover(tmp_path):
    fields = (("BSM", "Char,18"), ("DLBM", "Char,5"), ("TBMJ", "Float,15,2"))
    shapes = [
        shapely.transform(box, lambda xy: xy + [37e6, 0]) for box in boxes(3, side=20, step=20)
    ]
    rows = [(f"43138200000000{i}", "0101", 400.0) for i in range(3)]
    table = VctTable("2001010100", "地类图斑", "polygon", "DLTB", fields, rows, shapes)
    head = {"CoordinateSystemType": "P", "Spheroid": "CGCS2000,6378137,298.257222101"}
    write_vct(tmp_path / "a.vct", [table], "3.0", head)
    found = start([tmp_path / "a.vct"], "landcover", Reading(), commit=True)
    assert found.difference.added == 3
    assert "带号 37" in found.run.crs
    assert not ImportIssue.objects.filter(run=found.run, severity="error").exists()
    taken = LandCover.objects.current().get(code="431382000000001")
    assert (taken.class_code, taken.scheme, taken.area_m2) == ("0101", "third_survey", 400)
    assert shapely.from_wkb(bytes(taken.geom.wkb)).equals(boxes(3, side=20, step=20)[1])
