"""A delivery with people in it: staged as tokens, compared as tokens, told of by masks."""

import json

import numpy as np
import pandas as pd
import pytest
from django.db import connection
from django_tasks_db.models import DBTaskResult

from importers.errors import DeliveryRefused
from importers.models import ImportIssue
from importers.reading.delivery import Reading
from importers.runs import jobs
from importers.runs.outcome import Terms
from importers.runs.review import discard
from importers.runs.run import start, undo
from importers.staging.staging import Stage
from importers.values.batch import Batch
from importers.values.issues import Issue
from importers.values.personal import mask_findings, masked_remarks
from spatial.parcels.models import Parcel
from spatial.sealed.models import BlindIndex, SealedValue
from spatial.sealed.rules.formats import Kind
from tests.factories import personal
from tests.importers.files import gpkg, plots

NAMES = ["张三丰", "欧阳修", "阿不都·热合曼", "", "张三丰"]

pytestmark = pytest.mark.django_db


def take(path, *, commit=True, reading=None, **terms):
    return start([path], "parcels", reading, Terms(**terms), commit=commit)


def counts(outcome):
    found = outcome.difference
    return found.added, found.changed, found.ended, found.unchanged, found.rejected


def holders():
    return [personal(one, "right_holder") for one in Parcel.objects.current().order_by("code")]


def test_a_stage_holds_tokens_alone_and_a_change_of_holder_is_one(tmp_path):
    first = plots(right_holder=NAMES)
    outcome = take(gpkg(tmp_path, first), commit=False)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT s::text FROM {Stage(outcome.run.pk).table} s")
        staged = "".join(row for (row,) in cursor.fetchall())
    assert not any(name in staged for name in NAMES if name)
    assert staged.count("seal:") == 4
    run = take(gpkg(tmp_path, first)).run
    assert holders() == NAMES
    assert SealedValue.objects.count() == 4
    assert counts(take(gpkg(tmp_path, first))) == (0, 0, 0, 5, 0)
    assert SealedValue.objects.count() == 4
    second = take(gpkg(tmp_path, plots(right_holder=[*NAMES[:4], "李四"])))
    assert counts(second) == (0, 1, 0, 4, 0)
    assert holders() == [*NAMES[:4], "李四"]
    undo(second.run.pk, "t")
    assert holders() == NAMES
    undo(run.pk, "t")
    assert not Parcel.objects.current().exists()


def test_what_a_delivery_does_not_carry_stays_sealed_as_it_was(tmp_path):
    take(gpkg(tmp_path, plots(right_holder=NAMES)))
    before = list(Parcel.objects.current().order_by("code").values_list("right_holder", flat=True))
    take(gpkg(tmp_path, plots(land_use="0701")))
    after = Parcel.objects.current().order_by("code").values_list("right_holder", flat=True)
    assert list(after) == before


def test_a_discarded_delivery_leaves_no_values(tmp_path):
    take(gpkg(tmp_path, plots(1, right_holder=["张三丰"])))
    frame = plots(right_holder=NAMES)
    waiting, given_up = (take(gpkg(tmp_path, frame), commit=False).run.pk for _ in range(2))
    assert SealedValue.objects.count() == BlindIndex.objects.count() == 4
    discard(given_up, "t")
    assert SealedValue.objects.count() == 4  # which the other may still take in
    discard(waiting, "t")
    assert SealedValue.objects.count() == BlindIndex.objects.count() == 1
    assert holders() == ["张三丰"]


def test_findings_hold_masks(tmp_path):
    frame = plots(right_holder=[*NAMES[:4], "长" * 201])
    frame["code"] = ["P0", "P1", "P1", "", "P4"]
    outcome = take(gpkg(tmp_path, pd.concat([frame, frame.assign(code=NAMES)])), commit=False)
    said = json.dumps(list(ImportIssue.objects.values("message", "hint")), ensure_ascii=False)
    assert outcome.difference.rejected
    assert ImportIssue.objects.filter(code="too-long", field="right_holder").exists()
    assert "欧阳修" not in said.replace("编码 欧阳修", "")  # a code is no name
    assert "长长" not in said


def test_a_finding_that_quotes_a_person_quotes_the_mask():
    columns = {"owner": np.array(["李四", "张三丰"], object)}
    batch = Batch("a", np.arange(5, 7), columns)
    batch.flag([1], "x", "值“张三丰”与李四不符", hint="把张三丰改为全名")
    mask_findings(batch, {"owner": Kind.NAME})
    (found,) = batch.issues
    assert (found.message, found.hint) == ("值“张**”与李四不符", "把张**改为全名")


def test_remarks_of_a_format_on_a_column_of_people_quote_nothing():
    told = "表“地块”第 5 行：同一宗地的“权利人”不一致：张三、李四"
    remarks = [Issue("a", 1, "attribute-varies", told, "权利人"), Issue("a", 1, "x", told, "地类")]
    first, second = masked_remarks(remarks, {"权利人"})
    assert first.message == "表“地块”第 5 行：“权利人”有误；是个人信息，不列出原值"
    assert second.message == told


def test_jobs_hold_no_names(tmp_path, django_capture_on_commit_callbacks):
    run = take(gpkg(tmp_path, plots(right_holder=NAMES)), commit=False).run
    constants = Reading(constants={"right_holder": "李四"})
    with pytest.raises(DeliveryRefused, match="个人信息"):
        take(gpkg(tmp_path, plots()), reading=constants)
    refused = (
        lambda: jobs.announce("parcels", lambda folder: None, vars(constants), {}),
        lambda: jobs.announce("parcels", lambda folder: None, {}, {"why": "张三丰的地"}),
        lambda: jobs.order_commit(run, "t", {"why": "欧阳修来函"}),
        lambda: jobs.order_undo(run, "t", "张三丰要求撤销"),
    )
    for order in refused:
        with pytest.raises(DeliveryRefused, match="姓名|个人信息"):
            order()
    with pytest.raises(DeliveryRefused, match="事由"):
        take(gpkg(tmp_path, plots(right_holder=NAMES)), why="张三丰等五户")
    assert not DBTaskResult.objects.exists()
