"""Nothing ends whose replacement was rejected or is left out."""

from pathlib import Path

import pytest
import shapely
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from importers.errors import DeliveryRefused
from importers.models import ImportIssue
from importers.runs import review
from importers.runs.outcome import Terms
from importers.runs.run import start
from importers.staging.staging import Stage
from spatial.base.models import LandCover, Road
from spatial.city import city
from spatial.parcels.models import Parcel
from tests.importers.files import boxes, gpkg, origin, plots

pytestmark = pytest.mark.django_db
CASES = Path(__file__).resolve().parents[2] / "data" / "imports"
GB = "431382001999GB0000"


def take(path, layer="parcels", *, commit=True, **terms):
    return start([path], layer, terms=Terms(**terms), commit=commit)


def counts(outcome):
    found = outcome.difference
    return found.added, found.changed, found.ended, found.unchanged, found.rejected


def standing(model=Parcel):
    return set(model.objects.current().values_list("code", flat=True))


def ends(run):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT code, accepted FROM {Stage(run.pk).table} WHERE action = 'end'")
        return dict(cursor.fetchall())


def box(west, east, south=0, north=10):
    x, y = origin()
    return shapely.box(x + west, y + south, x + east, y + north)


def redrawn(frame, code, *pieces):
    """The frame with the plot of a code replaced by (code, geometry) pieces."""
    rest = frame[frame.code != code]
    fresh = plots(len(pieces)).assign(code=[name for name, _ in pieces])
    fresh["geometry"] = [shape for _, shape in pieces]
    return fresh.merge(rest, how="outer").set_geometry("geometry", crs=city().projected)


@pytest.mark.parametrize("commit", [True, False])
def test_what_would_be_replaced_by_rows_that_overlap_stays(commit):
    take(CASES / "e01_base.geojson")
    outcome = take(CASES / "e02_replacement_rejected.geojson", commit=commit)
    assert counts(outcome) == (0, 0, 0, 2, 2)
    assert standing() == {f"{GB}{n}" for n in (1, 2, 3)}
    held = ImportIssue.objects.get(code="end-held")
    assert (held.severity, held.row) == ("warning", 1)
    assert f"{GB}1 不终止" in held.message
    assert outcome.difference.held == 1


def test_every_rejected_row_has_an_issue_of_its_own():
    take(CASES / "e02_replacement_rejected.geojson")
    found = ImportIssue.objects.filter(code="overlap").order_by("row")
    assert [(issue.row, issue.message) for issue in found] == [
        (1, "与 431382001999GB00012 相互重叠 200.00 平方米"),
        (2, "与 431382001999GB00011 相互重叠 200.00 平方米"),
    ]


def test_what_would_be_replaced_by_incomplete_rows_stays():
    take(CASES / "e03_lc_base.geojson", "landcover")
    outcome = take(CASES / "e04_lc_no_scheme.geojson", "landcover")
    assert counts(outcome) == (0, 1, 0, 1, 1)
    assert standing(LandCover) == {"LC1", "LC2", "LC3"}
    assert LandCover.objects.current().get(code="LC2").class_code == "0102"


def test_most_of_a_block_ends_only_with_a_word(capsys):
    take(CASES / "e05_block12.geojson")
    before = standing()
    dry = take(CASES / "e06_two_corners.geojson", commit=False)
    assert "将终止 10 条（10 条没有替换），超过该范围现有 12 条的三分之一" in dry.caution
    assert set(ends(dry.run).values()) == {False}
    path = str(CASES / "e06_two_corners.geojson")
    with pytest.raises(CommandError, match="--allow-ending"):
        call_command("import_survey", path, "--layer", "parcels", "--commit")
    assert standing() == before
    call_command("import_survey", path, "--layer", "parcels", "--commit", "--allow-ending")
    assert len(standing()) == 2
    assert "注意 caution: 10 条不在文件中而在交付的范围内" in capsys.readouterr().out


@pytest.mark.parametrize("half", ["N1", "N2"])
def test_a_half_that_is_rejected_keeps_the_whole_and_the_other_half_out(tmp_path, half):
    """The other half overlaps what stays: that is found when the rules are gone through again."""
    take(gpkg(tmp_path, plots(4)))
    frame = redrawn(plots(4), "P1", ("N1", box(20, 25)), ("N2", box(25, 30)))
    frame.loc[frame.code == half, "location"] = "长" * 201
    outcome = take(gpkg(tmp_path, frame))
    assert counts(outcome) == (0, 0, 0, 3, 2)
    assert standing() == {"P0", "P1", "P2", "P3"}
    assert sorted(outcome.log.by_kind()["error"]) == ["overlap", "too-long"]


def test_a_rejected_row_off_to_the_side_holds_nothing(tmp_path):
    """Its box covers all of them, and its edge lies along one: neither is its ground."""
    take(gpkg(tmp_path, plots(4)))
    bent = shapely.union(box(0, 70, 10, 12), box(0, 2, 10, 40))
    frame = redrawn(plots(4), "P1", ("N1", box(20, 29)), ("BAD", bent))
    frame.loc[frame.code == "BAD", "location"] = "长" * 201
    assert counts(take(gpkg(tmp_path, frame))) == (1, 0, 1, 3, 1)
    assert standing() == {"P0", "P2", "P3", "N1"}


def test_a_rejected_row_of_no_known_place_holds_what_nothing_else_replaces(tmp_path):
    take(gpkg(tmp_path, plots(8)))
    frame = redrawn(plots(8), "P1", ("N1", box(20, 30)), ("BAD", None))
    frame = frame[frame.code != "P2"]
    outcome = take(gpkg(tmp_path, frame))
    assert counts(outcome) == (1, 0, 1, 6, 1)
    assert "P2" in standing()
    assert "P1" not in standing()
    assert "没有位置" in ImportIssue.objects.get(code="end-held").message


def test_an_invalid_shape_holds_the_ground_it_was_meant_for(tmp_path):
    take(gpkg(tmp_path, plots(4)))
    x, y = origin()
    tie = shapely.Polygon([(x + 20, y), (x + 30, y + 10), (x + 30, y), (x + 20, y + 10)])
    outcome = take(gpkg(tmp_path, redrawn(plots(4), "P1", ("N1", tie))))
    assert counts(outcome) == (0, 0, 0, 3, 1)
    assert "P1" in standing()


def road(code, north, kind="local"):
    x, y = origin()
    return code, kind, shapely.LineString([(x, y + north), (x + 100, y + north)])


def roads(folder, *rows, name="roads"):
    import geopandas as gpd

    code, kind, shapes = zip(*rows, strict=True)
    frame = gpd.GeoDataFrame({"code": code, "kind": kind}, geometry=list(shapes), crs=4546)
    return gpkg(folder, frame, name, "roads")


def test_lines_hold_the_line_along_them(tmp_path):
    take(roads(tmp_path, road("A", 0), road("B", 20), road("C", 40)), "roads")
    again = roads(tmp_path, road("N", 0.3, "such"), road("B", 20), road("C", 40), road("D", 60))
    assert counts(take(again, "roads")) == (1, 0, 0, 2, 1)
    assert standing(Road) == {"A", "B", "C", "D"}


def test_named_endings_stay_too_where_what_came_of_them_is_rejected(tmp_path):
    take(gpkg(tmp_path, plots(3)))
    frame = plots(4).assign(code=["A", "B", "P2", "P3"])
    frame.loc[0, "location"] = "长" * 201
    frame["geometry"] = [box(500, 510), box(20, 30), box(40, 50), box(60, 70)]
    links = [("P0", "A"), ("P1", "B")]
    outcome = take(gpkg(tmp_path, frame), ended=["P0", "P1"], ancestry=links)
    assert counts(outcome) == (2, 0, 1, 1, 1)
    assert standing() == {"P0", "B", "P2", "P3"}


def test_a_row_left_out_keeps_what_it_would_have_replaced(tmp_path):
    take(gpkg(tmp_path, plots(6)))
    frame = redrawn(plots(6), "P1", ("N1", box(20, 25)), ("N2", box(25, 30)))
    frame = redrawn(frame, "P3", ("N3", box(60, 70)))
    run = take(gpkg(tmp_path, frame), commit=False).run
    assert ends(run) == {"P1": True, "P3": True}
    review.choose(run.pk, False, codes=["N2"])
    assert ends(run) == {"P1": False, "P3": True}
    assert review.choose(run.pk, True, actions=["end"], codes=["P1"]) == 0
    assert ends(run) == {"P1": False, "P3": True}
    review.choose(run.pk, True, codes=["N2"])
    assert ends(run) == {"P1": True, "P3": True}
    review.choose(run.pk, False, actions=["open"])
    assert ends(run) == {"P1": False, "P3": False}
    with pytest.raises(DeliveryRefused, match="没有采纳"):
        review.commit_run(run.pk, "甲")
    review.choose(run.pk, True, codes=["N3"])
    review.commit_run(run.pk, "甲")
    assert standing() == {"P0", "P1", "P2", "N3", "P4", "P5"}


def test_what_nothing_replaces_ends_only_if_a_person_ticks_it(tmp_path):
    take(gpkg(tmp_path, plots(9)))
    less = gpkg(tmp_path, redrawn(plots(9), "P1", ("N1", box(20, 30))).query("code != 'P4'"))
    run = take(less, commit=False).run
    assert ends(run) == {"P1": True, "P4": False}
    assert run.counts["lone"] == 1
    call_command("review_import", run.pk, "--commit")
    assert standing() == {"P0", "N1", "P2", "P3", "P4", "P5", "P6", "P7", "P8"}
    run = take(less, commit=False).run
    call_command("review_import", run.pk, "--commit", "--end-absent")
    assert "P4" not in standing()


def test_a_commit_asks_again_what_is_left_out(tmp_path):
    """A stage whose choice was not followed, as by an earlier version of this program."""
    take(gpkg(tmp_path, plots(4)))
    run = take(gpkg(tmp_path, redrawn(plots(4), "P1", ("N1", box(20, 30)))), commit=False).run
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {Stage(run.pk).table} SET accepted = false WHERE code = 'N1'")
    with pytest.raises(DeliveryRefused, match="没有采纳"):
        review.commit_run(run.pk, "甲")
    assert standing() == {"P0", "P1", "P2", "P3"}


def test_rows_with_two_errors_are_rejected_once(tmp_path):
    """A bow tie proposes its repair, and the file has no column for what new features need."""
    take(CASES / "e03_lc_base.geojson", "landcover")
    frame = plots(3).drop(columns="location").assign(class_code="0101")
    x, y = origin()
    tie = [(x, y), (x + 10, y + 10), (x + 10, y), (x, y + 10)]
    frame.loc[0, "geometry"] = shapely.Polygon(tie)
    outcome = take(gpkg(tmp_path, frame, layer="landcover"), "landcover", commit=False)
    assert outcome.log.by_kind()["error"] == {"geometry-invalid": 1, "required": 3}
    assert counts(outcome) == (0, 0, 0, 0, 3)


@pytest.mark.slow(reason="many shapes against many, with whatever statistics the table has")
def test_many_hold_many_in_one_statement(tmp_path):
    """Every second plot is redrawn and rejected."""
    take(gpkg(tmp_path, plots(399)))
    frame = plots(399).assign(geometry=boxes(399, side=9))
    frame["code"] = [f"N{i}" if i % 2 else f"P{i}" for i in range(399)]
    frame.loc[frame.code.str.startswith("N"), "location"] = "长" * 201
    outcome = take(gpkg(tmp_path, frame), commit=False)
    assert counts(outcome) == (0, 200, 0, 0, 199)
    assert outcome.log.by_kind() == {"error": {"too-long": 199}, "warning": {"end-held": 199}}
