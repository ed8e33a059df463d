"""A delivery from file to register, on the real database."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from django.db import connection

from importers.errors import DeliveryRefused
from importers.models import ImportIssue, ImportRun
from importers.reading.delivery import Reading
from importers.runs.outcome import Terms
from importers.runs.run import start, undo
from importers.values.issues import IssueLog
from spatial.base.models import Road
from spatial.city import city
from spatial.crs import reproject
from spatial.housing.models import Right
from spatial.parcels.models import Parcel
from spatial.versions.models import Ancestry, Change
from tests.factories import change, moment, open_feature, personal, square
from tests.importers.files import boxes, geojson, gpkg, origin, plots, shapefile

pytestmark = pytest.mark.django_db


def take(path, layer="parcels", *, commit=True, reading=None, **terms):
    paths = path if isinstance(path, list) else [path]
    return start(paths, layer, reading, Terms(**terms), commit=commit)


def counts(outcome):
    found = outcome.difference
    return found.added, found.changed, found.ended, found.unchanged, found.rejected


def state(model=Parcel):
    return {p.code: (p.location, p.land_use, bytes(p.geom.ewkb)) for p in model.objects.current()}


def test_a_dry_run_writes_nothing_and_is_on_record(tmp_path):
    outcome = take(gpkg(tmp_path, plots()), commit=False)
    assert counts(outcome) == (5, 0, 0, 0, 0)
    assert not Parcel.objects.exists()
    assert not Change.objects.exists()
    assert outcome.run.state == "dry"
    assert (tmp_path / "var" / "imports" / outcome.run.folder).exists()  # for the review


def test_a_commit_is_one_change_with_the_file_kept(tmp_path, var):
    path = gpkg(tmp_path, plots())
    run = take(path, who="甲", why="测试", document="文", at=moment(2024)).run
    made = Change.objects.get()
    assert (made.who, made.why, made.document, made.at) == ("甲", "测试", "文", moment(2024))
    assert made.origin == f"import-run/{run.pk}"
    assert (var / "imports" / run.folder / path.name).read_bytes() == path.read_bytes()
    assert run.files[0]["size"] == path.stat().st_size
    assert Parcel.objects.get(code="P3").location == "P3号"


def test_the_difference_is_exact(tmp_path):
    take(gpkg(tmp_path, plots(8)))
    frame = plots(8)
    frame.loc[1, "location"] = "新址"
    frame.loc[2, "geometry"] = shapely.reverse(frame.geometry[2])  # vertex order counts
    frame = frame.drop(index=[3])
    more = plots(9).iloc[[8]]
    again = gpkg(tmp_path, pd.concat([frame, more]))
    assert counts(take(again, commit=False)) == (1, 2, 1, 5, 0)
    assert counts(take(again)) == (1, 2, 1, 5, 0)
    assert counts(take(again)) == (0, 0, 0, 8, 0)
    assert Parcel.objects.current().get(code="P1").location == "新址"


def test_undo_brings_back_the_state_before(tmp_path):
    take(gpkg(tmp_path, plots()))
    before = state()
    run = take(gpkg(tmp_path, plots(3, land_use="0701"))).run
    assert state() != before
    assert undo(run.pk, "乙").state == "undone"
    assert state() == before
    with pytest.raises(DeliveryRefused, match="已经撤销过"):
        undo(run.pk, "乙")


@pytest.mark.parametrize(("which", "reason"), [("dry", "没有入库"), ("none", "没有入库批次")])
def test_what_was_not_committed_cannot_be_undone(tmp_path, which, reason):
    run = take(gpkg(tmp_path, plots()), commit=False).run
    with pytest.raises(DeliveryRefused, match=reason):
        undo(run.pk if which == "dry" else 999999, "乙")


def test_a_run_under_a_later_one_is_not_undone(tmp_path):
    first = take(gpkg(tmp_path, plots())).run
    take(gpkg(tmp_path, plots(land_use="0701")))
    with pytest.raises(DeliveryRefused, match="须先撤销它"):
        undo(first.pk, "乙")
    first.refresh_from_db()
    assert first.state == "committed"


def test_what_a_file_does_not_carry_stays(tmp_path):
    take(gpkg(tmp_path, plots(right_holder="张三")))
    frame = plots().drop(columns="location").assign(land_use="0701")
    assert counts(take(gpkg(tmp_path, frame))) == (0, 5, 0, 0, 0)
    parcel = Parcel.objects.current().get(code="P2")
    assert (parcel.location, parcel.land_use) == ("P2号", "0701")
    assert personal(parcel, "right_holder") == "张三"


def test_a_table_without_geometry_changes_attributes_only(tmp_path):
    take(gpkg(tmp_path, plots()))
    table = pd.DataFrame({"code": ["P1", "P2"], "land_use": ["0701", "0701"]})
    path = tmp_path / "table.gpkg"
    pyogrio.write_dataframe(table, path, layer="parcels", driver="GPKG")
    assert counts(take(path)) == (0, 2, 0, 0, 0)
    assert Parcel.objects.current().get(code="P1").geom.area == 100


def test_new_features_without_geometry_are_rejected(tmp_path):
    path = tmp_path / "table.gpkg"
    pyogrio.write_dataframe(pd.DataFrame({"code": ["N"]}), path, layer="parcels", driver="GPKG")
    outcome = take(path)
    assert counts(outcome) == (0, 0, 0, 0, 1)
    assert outcome.run.state == "refused"


def test_only_what_lies_in_the_delivered_area_ends(tmp_path):
    open_feature(code="FAR", geom=square(dx=5000))
    open_feature(code="NEAR", geom=square(dx=60, side=8))
    frame = plots(6).drop(index=[3])
    assert counts(take(gpkg(tmp_path, frame), allow_ending=True)) == (5, 0, 1, 0, 0)
    assert set(state()) == {"P0", "P1", "P2", "P4", "P5", "FAR"}


def test_a_partial_delivery_ends_nothing(tmp_path):
    take(gpkg(tmp_path, plots()))
    assert counts(take(gpkg(tmp_path, plots().iloc[[0, 4]]), partial=True)) == (0, 0, 0, 2, 0)


def test_ending_more_than_a_third_needs_a_word(tmp_path):
    take(gpkg(tmp_path, plots(30)))
    part = gpkg(tmp_path, plots(30).iloc[[0, 10, 20, 29]])
    before = state()
    dry = take(part, commit=False)
    assert "提交时会被拒绝" in dry.caution
    refused = take(part)
    assert "--allow-ending" in refused.refusal
    assert refused.run.state == "refused"
    assert state() == before
    assert counts(take(part, allow_ending=True)) == (0, 0, 26, 4, 0)


def test_a_bad_row_never_ends_its_feature_nor_stops_the_rest(tmp_path):
    take(gpkg(tmp_path, plots(6)))
    frame = plots(6)
    frame.loc[1, "location"] = "长" * 201
    frame.loc[2, "code"] = None  # its place still says that something stands there
    frame.loc[3, "code"] = frame.loc[4, "code"]
    frame.loc[5, "location"] = "新址"
    outcome = take(gpkg(tmp_path, frame))
    assert counts(outcome) == (0, 1, 0, 1, 4)
    codes = sorted(ImportIssue.objects.values_list("code", flat=True))
    held = ["end-held", "end-held"]  # P2 and P3, by their places
    assert codes == ["duplicate-code", "duplicate-code", *held, "missing-code", "too-long"]
    assert len(state()) == 6
    issue = ImportIssue.objects.get(code="missing-code")
    assert (issue.row, issue.position.coords) == (3, tuple(frame.geometry[2].exterior.coords[0]))


def test_unknown_codes_warn_but_pass(tmp_path):
    outcome = take(gpkg(tmp_path, plots(2, land_use=["0701", "zz"])))
    assert counts(outcome) == (2, 0, 0, 0, 0)
    assert outcome.log.by_kind() == {"warning": {"unknown-code": 1}}


@pytest.mark.parametrize("epsg", [4525, 4490, 4546, 3857])
def test_a_round_trip_keeps_every_vertex_to_a_tenth_of_a_millimetre(tmp_path, epsg):
    odd = shapely.transform(boxes(40), lambda xy: np.round(xy * 1.0000137, 3))
    shapes = np.array(odd)
    frame = plots(40).set_geometry(reproject(shapes, 4546, epsg), crs=epsg)
    take(gpkg(tmp_path, frame))
    stored = Parcel.objects.current().order_by("id").values_list("geom", flat=True)
    got = np.array([shapely.from_wkb(bytes(geom.wkb)) for geom in stored])
    assert (shapely.get_num_coordinates(got) == shapely.get_num_coordinates(shapes)).all()
    assert np.abs(shapely.get_coordinates(got) - shapely.get_coordinates(shapes)).max() < 1e-4


def test_the_same_format_twice_changes_nothing(tmp_path):
    for write in (shapefile, geojson):
        path = write(tmp_path, plots())
        take(path)
        assert counts(take(path)) == (0, 0, 0, 5, 0)


def test_several_files_are_one_delivery(tmp_path):
    frame = plots(6)
    paths = [gpkg(tmp_path, frame.iloc[:3], "a"), gpkg(tmp_path, frame.iloc[3:], "b")]
    outcome = take(paths)
    assert counts(outcome) == (6, 0, 0, 0, 0)
    assert Change.objects.count() == 1
    assert counts(take(paths)) == (0, 0, 0, 6, 0)


def test_a_code_in_two_files_is_a_duplicate(tmp_path):
    paths = [gpkg(tmp_path, plots(3), "a"), gpkg(tmp_path, plots(1), "b")]
    outcome = take(paths)
    assert counts(outcome) == (2, 0, 0, 0, 2)
    assert {i.file for i in outcome.log.kept} == {"a.gpkg", "b.gpkg"}


def test_a_register_without_geometry_takes_a_table(tmp_path):
    path = tmp_path / "rights.gpkg"
    table = pd.DataFrame({"code": ["R1", "R2"], "unit_code": ["U1", "U1"], "kind": "ownership"})
    pyogrio.write_dataframe(table, path, layer="rights", driver="GPKG")
    assert counts(take(path, "rights", commit=False)) == (2, 0, 0, 0, 0)
    assert counts(take(path, "rights", commit=False, ended=[])) == (2, 0, 0, 0, 0)
    assert counts(take(path, "rights")) == (2, 0, 0, 0, 0)
    assert counts(take(path, "rights")) == (0, 0, 0, 2, 0)
    assert Right.objects.current().count() == 2


def test_named_endings_and_ancestry_are_recorded(tmp_path):
    take(gpkg(tmp_path, plots(2)), at=moment(2020))
    halves = plots(2).assign(code=["A", "B"])
    x, y = origin()
    halves["geometry"] = [shapely.box(x, y, x + 4, y + 10), shapely.box(x + 4, y, x + 10, y + 10)]
    links = [("P0", "A"), ("P0", "B")]
    outcome = take(gpkg(tmp_path, halves), at=moment(2021), ended=["P0"], ancestry=links)
    assert counts(outcome) == (2, 0, 1, 0, 0)
    assert set(state()) == {"A", "B", "P1"}
    assert list(
        Ancestry.objects.order_by("child_code").values_list("shared_area_m2", flat=True)
    ) == [40, 60]


def test_a_named_ending_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DeliveryRefused, match="不存在或已经终止"):
        take(gpkg(tmp_path, plots(2)), ended=["NO"])
    assert not Parcel.objects.exists()


def test_required_columns_that_the_file_lacks_can_be_set(tmp_path):
    x, y = origin()
    lines = [shapely.LineString([(x, y), (x + 50, y)])]
    roads = gpd.GeoDataFrame({"编码": ["R1"], "名称": ["人民路"]}, geometry=lines, crs=4546)
    path = gpkg(tmp_path, roads, layer="道路")
    refused = take(path, "roads")
    assert "必需的“等级”" in refused.log.kept[0].message
    take(path, "roads", reading=Reading(constants={"kind": "支路"}))
    assert Road.objects.get().kind == "local"


def test_an_earlier_effect_than_what_stands_is_a_conflict(tmp_path):
    take(gpkg(tmp_path, plots()), at=moment(2024))
    later = gpkg(tmp_path, plots(land_use="0701"))
    assert "晚于本次变更" in take(later, commit=False, at=moment(2023)).caution
    with pytest.raises(DeliveryRefused, match="晚于本次变更"):
        take(later, at=moment(2023))
    assert ImportRun.objects.latest("id").state == "refused"
    assert Parcel.objects.filter(land_use="0701").count() == 0


def test_a_change_between_looking_and_writing_is_a_conflict(tmp_path, monkeypatch):
    from importers.runs import commit as module
    from spatial.versions.actions import apply
    from spatial.versions.edits import Action, Edit

    take(gpkg(tmp_path, plots()), at=moment(2020))
    real = module.record_change

    def meanwhile(**given):
        rival = change(moment(2021))
        edit = Edit(Action.REPLACE, "P1", {"location": "抢先", "geom": square()})
        apply(rival, Parcel, [edit])
        return real(**given)

    monkeypatch.setattr(module, "record_change", meanwhile)
    with pytest.raises(DeliveryRefused, match="已被变更"):
        take(gpkg(tmp_path, plots(land_use="0701")))
    assert not Parcel.objects.filter(land_use="0701").exists()


def test_many_issues_are_bounded_but_counted(tmp_path, monkeypatch):
    monkeypatch.setattr("importers.runs.run.IssueLog", lambda: IssueLog(limit=10))
    outcome = take(gpkg(tmp_path, plots(60, land_use="zz")))
    assert outcome.run.counts["issues"] == {"warning": {"unknown-code": 60}}
    assert ImportIssue.objects.count() == 10


def test_a_geojson_may_be_told_its_crs(tmp_path):
    path = tmp_path / "a.geojson"
    frame = plots()
    frame.crs = None
    frame.to_file(path, driver="GeoJSON")
    with pytest.raises(DeliveryRefused, match="--crs EPSG:4546"):
        take(path)
    outcome = take(path, reading=Reading(epsg=4546))
    assert counts(outcome)[0] == 5
    assert outcome.log.by_kind() == {"warning": {"crs-override": 1}}


def test_texts_survive_exactly(tmp_path):
    nasty = ["tab\there", "line\nbreak", "back\\slash", "引“号'\"", "𠮷\\N"]
    take(gpkg(tmp_path, plots().assign(location=nasty)))
    found = Parcel.objects.order_by("code").values_list("location", flat=True)
    assert list(found) == nasty


def test_geometry_equality_in_the_database_is_exact():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 'LINESTRING(0 0,1 1)'::geometry IS DISTINCT FROM 'LINESTRING(1 1,0 0)'::geometry,"
            " 'POINT(0 0)'::geometry IS DISTINCT FROM 'POINT(0 1e-12)'::geometry,"
            " 'POINT(1 2)'::geometry IS DISTINCT FROM 'POINT(1 2)'::geometry"
        )
        assert cursor.fetchone() == (True, True, False)


def test_real_counties_in_gbk_without_cpg(request):
    path = request.path.parents[2] / "data" / "loudi_counties_gbk_nocpg_epsg4525.zip"
    outcome = take(path, "districts")
    from spatial.base.models import District

    county = District.objects.get()
    assert (county.code, county.name, county.level) == ("431382", "涟源市", "county")
    assert outcome.log.by_kind() == {"error": {"outside": 4}}
    assert county.geom.srid == city().projected
    assert abs(county.geom.area / 1e6 - 1830) < 5
