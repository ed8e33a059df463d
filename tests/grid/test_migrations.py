"""Migrations that move data, there and back."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import connection

from grid.rules.models import ScoreWeight

CASES = import_module("grid.migrations.0017_departments_by_case")


def band_of_departments():
    rows = ScoreWeight.objects.filter(subject="department", form="band")
    return list(rows.order_by("id").values_list("figure", "source"))


@pytest.mark.django_db
def test_the_seeded_weight_of_departments_moves_and_a_citys_own_stays():
    ((figure, seed),) = band_of_departments()
    assert figure == "assigned"
    own = {"form": "band", "points": 5, "bands": "department", "source": "本市办法"}
    for name in ("dispatched", "assigned"):
        ScoreWeight.objects.create(
            subject="department", figure=name, valid_from="2030-01-01", **own
        )
    theirs = [("dispatched", "本市办法"), ("assigned", "本市办法")]
    CASES.count_dispatches(apps, connection.schema_editor())
    assert band_of_departments() == [("dispatched", seed), *theirs]
    CASES.count_cases(apps, connection.schema_editor())
    assert band_of_departments() == [("assigned", seed), *theirs]


def test_the_index_over_steps_is_built_while_cases_go_on():
    found = import_module("grid.migrations.0014_late_steps").Migration
    assert not found.atomic
    assert isinstance(found.operations[0], AddIndexConcurrently)
