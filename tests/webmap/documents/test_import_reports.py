"""The report of an import says what its page says, to those who may look at it."""

import pytest
from django.test import Client
from django.utils import timezone

from importers.models import ImportIssue, ImportRun
from spatial.parcels.roles import LandRole
from spatial.pipes.roles import PipeRole
from tests.town import make_user
from tests.webmap.documents.conftest import ordered, pdf_of, text_of
from webmap.documents import import_reports
from webmap.models import DocumentOrder

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(db):
    found = ImportRun.objects.create(
        layer="parcels",
        who="测绘队",
        state=ImportRun.State.DRY,
        files=[{"name": "宗地#2026*.gpkg", "size": 1_234_567, "sha256": "ab" * 32}],
        source="年度变更",
        crs="EPSG:4546",
        total=120,
        counts={
            "added": 100,
            "changed": 3,
            "ended": 2,
            "unchanged": 15,
            "rejected": 1,
            "issues": {"error": {"geometry.self_intersection": 1}},
            "issues_total": 1,
        },
        finished_at=timezone.now(),
    )
    ImportIssue.objects.create(
        run=found, file="宗地#2026*.gpkg", row=7, code="geometry.self_intersection",
        severity="error", message="图形自相交 <#1>",
    )  # fmt: skip
    return found


def signed_in(name, *roles):
    client = Client()
    client.force_login(make_user(name, *roles))
    return client


def test_counts_and_findings(run):
    land = signed_in("di", LandRole.LAND)
    text = text_of(pdf_of(land, ordered(land, "import", run=run.pk)))
    for said in (
        "宗地#2026*.gpkg",
        "1,234,567B",
        "年度变更",
        "测绘队",
        "100",
        "图形自相交<#1>",
        "涟图入〔",
    ):
        assert said in text


def test_findings_beyond_the_list_are_counted(run, monkeypatch):
    monkeypatch.setattr(import_reports, "MOST_ISSUES", 1)
    run.counts["issues_total"] = 12_345
    run.save()
    land = signed_in("di", LandRole.LAND)
    text = text_of(pdf_of(land, ordered(land, "import", run=run.pk)))
    assert "共12,345个问题" in text


@pytest.mark.parametrize("number", ["", "abc", "0", "²"])
def test_no_such_run(run, number):
    land = signed_in("di", LandRole.LAND)
    assert land.post("/documents/order/import", {"run": number}).status_code == 404


def test_who_may_not_look_at_it_gets_none(run):
    engineer = signed_in("guan", PipeRole.PIPES)
    assert engineer.post("/documents/order/import", {"run": run.pk}).status_code == 404
    assert Client().post("/documents/order/import", {"run": run.pk}).status_code == 404
    assert not DocumentOrder.objects.exists()


def test_a_run_at_work_has_no_report(run):
    ImportRun.objects.update(finished_at=None)
    land = signed_in("di", LandRole.LAND)
    answer = land.post("/documents/order/import", {"run": run.pk})
    assert answer.status_code == 422
    assert "还没有完成检查" in answer.text


def test_a_right_that_ends_closes_the_file(run):
    land = signed_in("di", LandRole.LAND)
    row = ordered(land, "import", run=run.pk)
    row.asked_by.groups.clear()
    assert land.get(f"/documents/{row.pk}/file").status_code == 403
