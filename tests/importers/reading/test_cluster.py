"""The same delivery in one process and over two workers: the same rows, the same findings."""

import pytest
from django.db import connection

from importers.errors import DeliveryRefused
from importers.models import ImportIssue
from importers.reading import cluster
from importers.runs.outcome import Terms
from importers.runs.run import start
from importers.staging.staging import Stage
from tests.importers.files import boxes, gpkg, plots

distributed = pytest.importorskip("distributed")
pytestmark = pytest.mark.django_db


@pytest.fixture
def workers(settings, monkeypatch):
    monkeypatch.setattr(cluster, "FROM", 1)
    monkeypatch.setattr(cluster, "STRETCH", 700)
    made = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=40
    )
    with made:
        settings.IMPORT_CLUSTER = made.scheduler_address
        yield made
        settings.IMPORT_CLUSTER = ""


def taken(path):
    run = start([path], "parcels", terms=Terms(keep=False)).run
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM {Stage(run.pk).table} ORDER BY file_number, row_number, code"
        )
        rows = cursor.fetchall()
    issues = ImportIssue.objects.filter(run=run).order_by("id")
    return rows, [(i.row, i.code, i.message, str(i.position)) for i in issues], run.counts


@pytest.mark.slow(reason="a cluster of workers")
def test_two_workers_find_what_one_process_finds(tmp_path, workers, settings):
    frame = plots(5000)
    frame["geometry"] = boxes(5000, side=1, step=2)
    frame.loc[[3, 2400, 4999], "code"] = ""
    frame.loc[100, "geometry"] = frame.geometry[100].boundary
    frame.loc[3333, "location"] = "长" * 300
    path = gpkg(tmp_path, frame)
    spread = taken(path)
    settings.IMPORT_CLUSTER = ""
    assert taken(path) == spread
    assert [code for _, code, _, _ in spread[1]] == [
        "missing-code", "geometry-type", "missing-code", "too-long", "missing-code"
    ]  # fmt: skip


def test_a_cluster_that_is_not_there(tmp_path, settings, monkeypatch):
    monkeypatch.setattr(cluster, "FROM", 1)
    monkeypatch.setattr(cluster, "PATIENCE_S", 1)
    settings.IMPORT_CLUSTER = "tcp://127.0.0.1:9"
    with pytest.raises(DeliveryRefused, match="没有应答"):
        start([gpkg(tmp_path, plots(5))], "parcels")
