"""A file's ordinates settled when it is opened: read, refused, or asked about."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from importers.errors import DeliveryRefused
from importers.models import DatumParameters, ImportIssue
from importers.reading.delivery import Reading
from importers.runs.outcome import Terms
from importers.runs.run import start
from spatial.base.models import Road
from spatial.city import city
from spatial.crs import reproject
from spatial.offsets import gcj02_from_wgs84
from spatial.parcels.models import Parcel
from tests.importers.files import boxes, gpkg, plots

pytestmark = pytest.mark.django_db
TXT = "[属性描述]\n坐标系={}\n带号={}\n[地块坐标]\n5,0.0100,P1,一,面,H,住宅,0701,@\n"


def bare(tmp_path, frame, change=None):
    """A shapefile that does not say in which system it is."""
    if change:
        frame = frame.set_geometry(shapely.transform(frame.geometry.to_numpy(), change))
    path = tmp_path / "bare.shp"
    frame.set_crs(None, allow_override=True).to_file(path, encoding="utf-8")
    return path


def take(path, layer="parcels", commit=True, terms=None, **reading):
    return start([path], layer, Reading(**reading), Terms(**(terms or {})), commit=commit)


def issues(outcome):
    return {issue.code: issue.message for issue in ImportIssue.objects.filter(run=outcome.run)}


@pytest.mark.parametrize(
    "change, words",
    [
        (lambda xy: xy[:, ::-1], "先北后东"),
        (lambda xy: xy + [37e6, 0], "带号 37"),
        (lambda xy: (xy + [19e6, 0])[:, ::-1], "先北后东、横坐标带带号 19"),
    ],
)
def test_a_file_that_declares_nothing_is_read_as_its_ordinates_say(tmp_path, change, words):
    frame = plots(5)
    found = take(bare(tmp_path, frame, change), epsg=4546)
    assert words in issues(found)["crs-read-as"]
    assert words in found.run.crs
    taken = Parcel.objects.get(code="P3").geom
    found_shape, shape = shapely.from_wkb(bytes(taken.wkb)), frame.geometry[3]
    assert found_shape.normalize().equals_exact(shape.normalize(), 1e-3)


def test_a_file_that_declares_nothing_needs_a_word(tmp_path):
    with pytest.raises(DeliveryRefused, match="没有声明坐标系"):
        take(bare(tmp_path, plots(3)))


def test_a_row_in_another_reading_is_quarantined_with_what_it_looks_like(tmp_path):
    shapes = boxes(40)
    shapes[7] = shapely.transform(shapes[7], lambda xy: xy[:, ::-1])
    shapes[9] = shapely.transform(shapes[9], lambda xy: xy + [37e6, 0])
    found = take(bare(tmp_path, plots(40).set_geometry(shapes)), epsg=4546)
    assert found.difference.rejected == 2
    hints = dict(ImportIssue.objects.filter(code="outside").values_list("row", "hint"))
    assert "先北后东" in hints[8]
    assert "带号 37" in hints[10]
    assert Parcel.objects.count() == 38


@pytest.mark.parametrize(
    "zone, prefix, said",
    [("37", 37, None), ("", None, None), ("38", 37, "zone-header"), ("37", 19, "zone-header")],
)
def test_survey_texts_are_read_by_their_ordinates(tmp_path, zone, prefix, said):
    path = tmp_path / "a.txt"
    x, y = boxes(1)[0].bounds[:2]
    x += (prefix or 0) * 1e6
    ring = [(x, y), (x + 10, y), (x + 10, y + 10), (x, y + 10), (x, y)]
    points = "".join(f"J{i % 4 + 1},1,{b:.3f},{a:.3f}\n" for i, (a, b) in enumerate(ring))
    path.write_text(TXT.format("2000国家大地坐标系", zone) + points, encoding="gb18030")
    found = take(path, code_field="编号")
    assert Parcel.objects.get().geom.area == pytest.approx(100)
    assert ("zone-header" in issues(found)) == (said == "zone-header")


@pytest.mark.parametrize("system", ["1980西安坐标系", "1954北京坐标系", "地方独立坐标系"])
def test_old_and_local_datums_are_refused_without_parameters(tmp_path, system):
    path = tmp_path / "a.txt"
    x, y = boxes(1)[0].bounds[:2]
    ring = [(x, y), (x + 10, y), (x + 10, y + 10), (x, y)]
    points = "".join(f"J{i % 3 + 1},1,{b:.3f},{a:.3f}\n" for i, (a, b) in enumerate(ring))
    path.write_text(TXT.format(system, "") + points, encoding="gb18030")
    with pytest.raises(DeliveryRefused, match="没有本地转换参数"):
        take(path, code_field="编号")
    names = {"1980西安坐标系": "xian80", "1954北京坐标系": "beijing54", "地方独立坐标系": "local"}
    DatumParameters.objects.create(
        name="甲", datum=names[system], method="four", document="测绘成果",
        parameters={"dx": 3.0, "dy": -2.0, "rotation": 0.0, "scale": 1.0},
    )  # fmt: skip
    found = take(path, code_field="编号")
    assert "参数 甲" in found.run.crs
    assert "参数“甲”" in issues(found)["datum-converted"]
    assert Parcel.objects.get().geom.extent[:2] == pytest.approx((x + 3, y - 2))


def shifted(frame):
    lonlat = reproject(frame.geometry.to_numpy(), city().projected, 4326)
    moved = shapely.transform(lonlat, lambda xy: np.column_stack(gcj02_from_wgs84(*xy.T)))
    return gpd.GeoDataFrame(frame.drop(columns="geometry"), geometry=moved, crs=4326)


def roads(number=20):
    lines = [
        shapely.LineString([(b.bounds[0], b.bounds[1]), (b.bounds[2], b.bounds[3])])
        for b in boxes(number)
    ]
    data = {"code": [f"R{i}" for i in range(number)], "kind": "local"}
    return gpd.GeoDataFrame(data, geometry=lines, crs=city().projected)


def test_an_offset_is_recognised_and_undone_only_when_confirmed(tmp_path):
    frame = roads()
    take(gpkg(tmp_path, frame, layer="roads"), "roads")
    path = gpkg(tmp_path, shifted(frame), "gcj", "roads")
    with pytest.raises(DeliveryRefused, match="像是 GCJ-02"):
        take(path, "roads", shift="")
    found = take(path, "roads", shift="gcj02", commit=False)
    assert "GCJ-02" in found.run.crs
    take(path, "roads", shift="gcj02")
    now = shapely.from_wkb(bytes(Road.objects.current().get(code="R4").geom.wkb))
    assert shapely.hausdorff_distance(now, frame.geometry[4]) < 0.02


def test_cadastre_is_never_made_from_offset_coordinates(tmp_path):
    take(gpkg(tmp_path, plots(20)))
    path = gpkg(tmp_path, shifted(plots(20)), "gcj")
    with pytest.raises(DeliveryRefused, match="地籍图形不得由偏移坐标换算"):
        take(path)
    with pytest.raises(DeliveryRefused, match="地籍图形不得由偏移坐标换算"):
        take(path, shift="gcj02")
