"""What cannot be taken in is refused in one line, and no register is touched."""

import subprocess
import zipfile

import geopandas as gpd
import pytest
import shapely
from django.core.management import call_command
from django.core.management.base import CommandError

from importers.models import ImportIssue
from importers.runs.run import start
from spatial.city import city
from spatial.parcels.models import Parcel
from spatial.versions.models import Change
from tests.importers.files import boxes, geojson, gpkg, origin, plots, shapefile

pytestmark = pytest.mark.django_db


def missing(tmp):
    return tmp / "none.gpkg"


def directory(tmp):
    return tmp


def geodatabase(tmp):
    (tmp / "a.gdb").mkdir()
    return tmp / "a.gdb"


def empty(tmp):
    (tmp / "a.gpkg").touch()
    return tmp / "a.gpkg"


def text_as_gpkg(tmp):
    (tmp / "a.gpkg").write_text("not a package")
    return tmp / "a.gpkg"


def cut(path, share=0.5):
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    return path


def cut_gpkg(tmp):
    return cut(gpkg(tmp, plots(200)))


def cut_geojson(tmp):
    return cut(geojson(tmp, plots()))


def gbk_geojson(tmp):
    path = geojson(tmp, plots())
    path.write_bytes(path.read_text(encoding="utf-8").encode("gbk"))
    return path


def cut_shp(tmp):
    return cut(shapefile(tmp, plots()))


def cut_dbf(tmp):
    path = shapefile(tmp, plots())
    cut(path.with_suffix(".dbf"))
    return path


def without(suffix):
    def make(tmp):
        path = shapefile(tmp, plots())
        path.with_suffix(suffix).unlink()
        return path

    return make


def wrong_cpg(tmp):
    path = shapefile(tmp, plots(), encoding="gbk")
    path.with_suffix(".cpg").write_text("UTF-8")
    return path


def no_crs(tmp):
    frame = plots()
    frame.crs = None
    return gpkg(tmp, frame)


def xian80(tmp):
    return gpkg(tmp, plots().set_crs(2382, allow_override=True))


def utm(tmp):
    return gpkg(tmp, plots().to_crs(32649))


def swapped(tmp):
    frame = plots()
    flipped = shapely.transform(frame.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    return gpkg(tmp, frame.set_geometry(flipped, crs=city().projected))


def zone_missing(tmp):
    return gpkg(tmp, plots().set_crs(4525, allow_override=True))


def far_away(tmp):
    return gpkg(tmp, plots().translate(2_000_000, 0).to_frame("geometry").assign(code="x"))


def suffixed(suffix):
    def make(tmp):
        (tmp / f"a{suffix}").write_bytes(b"data")
        return tmp / f"a{suffix}"

    return make


def zipped(tmp, *members):
    path = tmp / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def zip_bomb(tmp):
    return zipped(tmp, ("a.shp", b"\0" * 50_000_000))


def zip_escape(tmp):
    return zipped(tmp, ("../../a.shp", b"x"))


def zip_password(tmp):
    path = zipped(tmp, ("a.gpkg", b"x" * 100))
    raw = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.find(mark) + at] |= 1
    path.write_bytes(raw)
    return path


def zip_cut(tmp):
    return cut(zipped(tmp, ("a.gpkg", bytes(range(256)) * 100)))


def zip_of_nothing(tmp):
    return zipped(tmp, ("readme.txt", b"x"))


def wrong_kind(tmp):
    points = gpd.GeoDataFrame({"code": ["A"]}, geometry=[shapely.Point(origin())], crs=4546)
    return gpkg(tmp, points)


def no_code(tmp):
    return gpkg(tmp, plots().drop(columns="code"))


def no_column(tmp):
    return gpkg(tmp, gpd.GeoDataFrame({"foo": ["x"]}, geometry=boxes(1), crs=4546))


def several_layers(tmp):
    path = gpkg(tmp, plots(), layer="one")
    plots().to_file(path, layer="two", driver="GPKG")
    return path


def no_features(tmp):
    return gpkg(tmp, plots().iloc[:0])


def disguised(tmp):
    (tmp / "a.geojson").write_text("<OGRVRTDataSource/>{}")
    return tmp / "a.geojson"


def pipeline(tmp):
    (tmp / "a.geojson").write_text('{"type": "gdal_streamed_alg", "command_line": "gdal vector"}')
    return tmp / "a.geojson"


BAD = [
    (missing, "找不到文件"),
    (directory, "是文件夹"),
    (geodatabase, "是空文件夹"),
    (empty, "空文件"),
    (text_as_gpkg, "不是 GeoPackage"),
    (cut_gpkg, "不完整|打不开"),
    (cut_geojson, "不完整"),
    (gbk_geojson, "不是 UTF-8"),
    (disguised, "不是 GeoJSON"),
    (pipeline, "不是 GeoJSON"),
    (cut_shp, "不完整"),
    (cut_dbf, "不完整"),
    (without(".dbf"), "缺少同名的 .dbf"),
    (without(".shx"), "缺少同名的 .shx"),
    (without(".prj"), "没有声明坐标系"),
    (wrong_cpg, "--encoding gb18030"),
    (no_crs, "没有声明坐标系|对不上"),
    (xian80, "西安80"),
    (utm, "不接受"),
    (swapped, "坐标轴颠倒"),
    (zone_missing, "没有带号"),
    (far_away, "范围之外"),
    (suffixed(".dwg"), "另存为 DXF"),
    (suffixed(".mdb"), "ArcGIS"),
    (suffixed(".xyz"), "不支持"),
    (zip_bomb, "不予解压"),
    (zip_escape, "指向外部"),
    (zip_password, "密码"),
    (zip_cut, "已损坏"),
    (zip_of_nothing, "没有可用的数据"),
    (wrong_kind, "全部 1 条都被拒收"),
    (no_code, "没有编码列"),
    (no_column, "没有一列能对应"),
    (several_layers, "多个图层：one、two"),
    (no_features, "没有任何要素"),
]


@pytest.mark.parametrize(("make", "reason"), BAD, ids=lambda v: getattr(v, "__name__", None))
def test_bad_input_is_refused_in_one_line(tmp_path, make, reason):
    with pytest.raises(CommandError, match=reason) as refused:
        call_command("import_survey", str(make(tmp_path)), layer="parcels", commit=True)
    assert "\n" not in str(refused.value)
    assert not Parcel.objects.exists()
    assert not Change.objects.exists()


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"layer": "nowhere"}, "没有名为 nowhere 的图层"),
        ({"crs": "北京54"}, "应写成 EPSG"),
        ({"crs": "EPSG:2382"}, "西安80"),
        ({"at": "昨天"}, "应写成"),
        ({"at": "2999-01-01"}, "晚于现在"),
        ({"encoding": "火星文"}, "不认识的编码"),
        ({"code_field": "none"}, "没有列 none"),
        ({"source": "none"}, "没有名为 none 的来源"),
        ({"set": ["oops"]}, "字段=值"),
        ({"set": ["nofield=1"]}, "没有字段 nofield"),
    ],
)
def test_bad_options_are_refused_in_one_line(tmp_path, given, reason):
    options = {"layer": "parcels", "commit": True, **given}
    with pytest.raises(CommandError, match=reason):
        call_command("import_survey", str(shapefile(tmp_path, plots())), **options)
    assert not Change.objects.exists()


def test_mixed_kinds_reject_only_the_rows_that_do_not_fit(tmp_path, capsys):
    frame = plots(3)
    frame.loc[1, "geometry"] = shapely.Point(origin())
    call_command("import_survey", str(geojson(tmp_path, frame)), layer="parcels", commit=True)
    out = capsys.readouterr().out
    assert "新增 added: 2" in out
    assert "拒收 rejected: 1" in out
    assert "geometry-type" in out


@pytest.mark.slow(reason="starts a process")
def test_the_shell_sees_a_plain_line_and_status_1(tmp_path):
    import sys

    from django.conf import settings

    done = subprocess.run(
        [
            sys.executable,
            "manage.py",
            "import_survey",
            str(tmp_path / "no.gpkg"),
            "--layer",
            "parcels",
        ],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "找不到文件" in done.stderr


@pytest.mark.long
def test_a_delivery_of_nothing_but_findings_is_bounded(tmp_path):
    """All are counted, the first ten thousand kept, nothing written."""
    frame = plots(12_000, registered_area_m2="abc", land_use="没有的用途")
    found = start([gpkg(tmp_path, frame)], "parcels", commit=True)
    counted = found.run.counts["issues"]["error"]
    assert counted["number"] == 12_000
    assert sum(counted.values()) >= 12_000
    assert ImportIssue.objects.filter(run=found.run).count() == 10_000
    assert "全部 12000 条都被拒收" in found.refusal
    assert not Parcel.objects.exists()
