import pytest
import shapely

from importers.errors import DeliveryRefused
from importers.formats.opening import open_table
from importers.values.table import Ask

HEAD = (
    '<?xml version="1.0"?><gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">'
)
POINT = '<wpt lat="27.69" lon="111.67"><ele>120.5</ele><name>隐患点1</name></wpt>'
TRACK = '<trk><name>巡查</name><trkseg><trkpt lat="27.69" lon="111.67"/><trkpt lat="27.70" lon="111.68"/></trkseg></trk>'


@pytest.fixture
def written(tmp_path):
    def write(inside, end="</gpx>"):
        path = tmp_path / "a.gpx"
        path.write_text(f"{HEAD}{inside}{end}", encoding="utf-8")
        return path

    return write


def test_the_table_that_is_there_is_taken(written, tmp_path):
    table = open_table(written(POINT), Ask(tmp_path, ("hazard-sites",)))
    rows = next(table.batches(["name", "ele"]))
    assert (table.layer, rows.columns["name"].tolist()) == ("waypoints", ["隐患点1"])
    assert rows.columns["ele"].tolist() == [120.5]
    assert shapely.get_coordinates(shapely.from_wkb(rows.wkb)).tolist() == [[111.67, 27.69]]


def test_of_points_and_tracks_one_must_be_named(written, tmp_path):
    path = written(POINT + TRACK)
    with pytest.raises(DeliveryRefused, match="waypoints、tracks"):
        open_table(path, Ask(tmp_path))
    assert open_table(path, Ask(tmp_path, ("tracks",))).features == 1
    assert open_table(path, Ask(tmp_path, ("track_points",))).features == 2


@pytest.mark.parametrize(
    ("inside", "end", "reason"),
    [
        ("", "</gpx>", "没有航点"),
        (POINT, "", "不是有效的 XML"),
        (POINT + "<wpt", "</gpx>", "不是有效的 XML"),
    ],
)
def test_an_empty_or_cut_file_is_refused(written, tmp_path, inside, end, reason):
    with pytest.raises(DeliveryRefused, match=reason):
        open_table(written(inside, end), Ask(tmp_path))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('<!DOCTYPE gpx [<!ENTITY x SYSTEM "file:///etc/passwd">]><gpx>&x;</gpx>', "DOCTYPE"),
        ("<OGRVRTDataSource></OGRVRTDataSource>", "指向其他数据"),
        ("<kml/>", "不是 GPX"),
    ],
)
def test_what_is_no_gpx_is_refused(tmp_path, text, reason):
    (tmp_path / "a.gpx").write_text(text)
    with pytest.raises(DeliveryRefused, match=reason):
        open_table(tmp_path / "a.gpx", Ask(tmp_path))
