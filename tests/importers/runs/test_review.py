"""What a reviewer decides on a dry run, on the real database."""

import pytest
import shapely
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from importers.errors import DeliveryRefused
from importers.models import ImportIssue, ImportRun
from importers.runs import recovery, review
from importers.runs.outcome import Terms
from importers.runs.run import start, undo
from importers.staging.staging import Stage
from importers.values.issues import Issue
from spatial.parcels.models import Parcel
from spatial.versions.models import Change
from tests.factories import open_feature
from tests.importers.files import boxes, gpkg, plots

pytestmark = pytest.mark.django_db


def try_out(tmp_path, frame, **terms):
    return start([gpkg(tmp_path, frame)], "parcels", terms=Terms(**terms)).run


def standing():
    return set(Parcel.objects.current().values_list("code", flat=True))


def staged(run):
    with connection.cursor() as cursor:
        return Stage(run.pk).exists(cursor)


def test_a_dry_run_is_committed_later(tmp_path):
    run = try_out(tmp_path, plots(5), why="试")
    assert staged(run)
    done = review.commit_run(run.pk, "甲", why="定")
    assert standing() == {f"P{i}" for i in range(5)}
    change = Change.objects.get()
    assert (change.who, change.why, change.origin) == ("甲", "定", f"import-run/{run.pk}")
    assert done.state == "committed"
    assert not staged(run)
    undo(run.pk, "甲")
    assert standing() == set()


def test_a_selection_is_committed(tmp_path):
    start([gpkg(tmp_path, plots(12))], "parcels", commit=True)
    frame = plots(13).drop(index=[3])
    frame.loc[1, "location"] = "新址"
    frame.loc[2, "location"] = "新址"
    run = try_out(tmp_path, frame)
    assert review.choose(run.pk, False, codes=["P2"]) == 1
    assert review.choose(run.pk, False, actions=["end"]) == 0  # nothing replaces P3
    assert review.counted(run) == {
        "open": {"staged": 1, "accepted": 1},
        "replace": {"staged": 2, "accepted": 1},
        "end": {"staged": 1, "accepted": 0},
        "repair": {"staged": 0, "accepted": 0},
    }
    review.commit_run(run.pk, "甲")
    assert standing() == {f"P{i}" for i in range(13)}
    now = dict(Parcel.objects.current().values_list("code", "location"))
    assert (now["P1"], now["P2"]) == ("新址", "P2号")


def test_nothing_accepted_is_refused(tmp_path):
    run = try_out(tmp_path, plots(3))
    review.choose(run.pk, False)
    with pytest.raises(DeliveryRefused, match="没有采纳"):
        review.commit_run(run.pk, "甲")
    assert ImportRun.objects.get(pk=run.pk).state == "dry"


def test_a_register_that_moved_on_is_a_conflict(tmp_path):
    run = try_out(tmp_path, plots(3))
    open_feature(Parcel, "P1")
    with pytest.raises(DeliveryRefused, match="P1：已经存在"):
        review.commit_run(run.pk, "甲")
    assert standing() == {"P1"}
    assert staged(run)


def test_ending_many_is_confirmed_or_left_out(tmp_path):
    start([gpkg(tmp_path, plots(40))], "parcels", commit=True)
    frame = plots(40).drop(index=range(1, 39))
    run = try_out(tmp_path, frame.assign(location="新"))
    assert review.counted(run)["end"] == {"staged": 38, "accepted": 0}
    review.choose(run.pk, True, actions=["end"])
    with pytest.raises(DeliveryRefused, match="三分之一"):
        review.commit_run(run.pk, "甲")
    review.choose(run.pk, False, actions=["end"])
    review.commit_run(run.pk, "甲")
    assert len(standing()) == 40


def test_a_run_is_given_up(tmp_path, var):
    run = try_out(tmp_path, plots(3))
    review.discard(run.pk, "甲")
    assert not staged(run)
    assert not (var / "imports" / run.folder).exists()
    with pytest.raises(DeliveryRefused, match="不在审核中"):
        review.commit_run(run.pk, "甲")


def propose_for(row):
    """A check that finds row ``row`` in error and proposes a square."""

    def check(batch, *_):
        batch.flag([row - 1], "bow", "自相交")
        batch.issues[-1] = Issue(**{**vars(batch.issues[-1]), "proposal": boxes(2, side=7)[1]})
        return batch

    return check


def test_a_proposal_is_taken_only_by_a_person_and_both_are_kept(tmp_path, monkeypatch):
    monkeypatch.setattr("importers.reading.stretch.check_schemes", propose_for(2))
    frame = plots(3)
    run = try_out(tmp_path, frame)
    assert run.counts["rejected"] == 1
    issue = ImportIssue.objects.get(run=run)
    review.accept_proposal(issue.pk, "甲")
    issue.refresh_from_db()
    assert shapely.from_wkb(bytes(issue.original.wkb)).equals(frame.geometry[1])
    assert issue.accepted_by == "甲"
    review.withdraw_proposal(issue.pk)
    assert review.counted(run)["repair"] == {"staged": 1, "accepted": 0}
    review.accept_proposal(issue.pk, "乙")
    review.commit_run(run.pk, "乙")
    assert standing() == {"P0", "P1", "P2"}
    taken = Parcel.objects.current().get(code="P1").geom
    assert shapely.from_wkb(bytes(taken.wkb)).equals(boxes(2, side=7)[1])
    issue.refresh_from_db()
    assert issue.proposal
    assert issue.original


def test_a_repaired_row_replaces_what_stands(tmp_path, monkeypatch):
    start([gpkg(tmp_path, plots(3, land_use="0701"))], "parcels", commit=True)
    monkeypatch.setattr("importers.reading.stretch.check_schemes", propose_for(2))
    run = try_out(tmp_path, plots(3).assign(location="改"))
    review.accept_proposal(ImportIssue.objects.get(run=run).pk, "甲")
    assert review.counted(run)["replace"] == {"staged": 3, "accepted": 3}
    review.commit_run(run.pk, "甲")
    assert set(Parcel.objects.current().values_list("land_use", flat=True)) == {"0701"}


def test_a_part_is_held_to_the_rules_as_the_whole_was(tmp_path):
    """A parcel is split: without its smaller self the new one lies over the old."""
    start([gpkg(tmp_path, plots(2))], "parcels", commit=True)
    frame = plots(3)
    west, south, east, north = frame.geometry[1].bounds
    frame.loc[1, "geometry"] = shapely.box(west, south, east - 4, north)
    frame.loc[2, "geometry"] = shapely.box(east - 4, south, east, north)
    run = try_out(tmp_path, frame)
    assert run.counts["rejected"] == 0
    review.choose(run.pk, False, codes=["P1"])
    with pytest.raises(DeliveryRefused, match=r"会有 1 条出错，如：与 P1 相互重叠 40\.00 平方米"):
        review.commit_run(run.pk, "甲")
    assert standing() == {"P0", "P1"}
    review.choose(run.pk, True, codes=["P1"])
    review.commit_run(run.pk, "甲")
    assert standing() == {"P0", "P1", "P2"}


def test_a_repair_that_breaks_another_rule_is_not_taken(tmp_path):
    """The bow tie, made valid, lies over the neighbour."""
    frame = plots(3)
    west, south, east, north = frame.geometry[1].bounds
    tie = [(west, south), (east + 16, north), (east + 16, south), (west, north)]
    frame.loc[1, "geometry"] = shapely.Polygon(tie)
    run = try_out(tmp_path, frame)
    issue = ImportIssue.objects.get(run=run, proposal__isnull=False)
    with pytest.raises(DeliveryRefused, match=r"建议图形不能采纳：第 3 行与 P1 相互重叠"):
        review.accept_proposal(issue.pk, "甲")
    issue.refresh_from_db()
    assert not issue.accepted_at
    assert review.counted(run)["repair"] == {"staged": 1, "accepted": 0}
    review.commit_run(run.pk, "甲")
    assert standing() == {"P0", "P2"}


def test_what_was_left_running_is_settled(tmp_path):
    run = ImportRun.objects.create(layer="parcels", who="甲")
    assert [r.pk for r in recovery.settle_abandoned()] == [run.pk]
    run.refresh_from_db()
    assert run.state == "interrupted"
    assert "没有变动" in run.message


def test_a_stage_lost_in_a_crash_is_said(tmp_path):
    run = try_out(tmp_path, plots(3))
    assert recovery.settle_abandoned() == []
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {Stage(run.pk).table}")
    assert [r.pk for r in recovery.settle_abandoned()] == [run.pk]


def test_the_command_decides(tmp_path, capsys):
    run = try_out(tmp_path, plots(4))
    call_command("review_import", run.pk, "--commit", "--without", "P1", "P2")
    assert standing() == {"P0", "P3"}
    assert "新增 2" in capsys.readouterr().out
    other = try_out(tmp_path, plots(6))
    call_command("review_import", other.pk, "--discard")
    with pytest.raises(CommandError, match="不在审核中"):
        call_command("review_import", other.pk, "--commit")
