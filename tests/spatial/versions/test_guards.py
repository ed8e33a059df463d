"""The guards of a register, on a table that a migrate back has left behind the models."""

import pytest
from django.apps import apps
from django.db import connection

from spatial.versions.guards import install_guards

pytestmark = pytest.mark.django_db


def test_a_table_that_lacks_a_column_is_guarded_as_it_is(owner):
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER versions_no_edit ON grid_case")
        cursor.execute("ALTER TABLE grid_case DROP COLUMN step_is_provisional")
        install_guards(apps.get_app_config("grid"))
        cursor.execute(
            "SELECT pg_get_triggerdef(oid) FROM pg_trigger"
            " WHERE tgrelid = 'grid_case'::regclass AND tgname = 'versions_no_edit'"
        )
        (definition,) = cursor.fetchone()
    assert "step_due_at" in definition
    assert "step_is_provisional" not in definition
