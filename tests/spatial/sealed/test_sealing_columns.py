"""Plain columns become sealed ones: in batches, ended half-way it goes on, and back again."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.loader import MigrationLoader

from spatial.parcels.models import Building
from spatial.sealed import sealing_columns
from spatial.sealed.models import BlindIndex, SealedValue
from spatial.versions.guards import install_guards
from tests.factories import moment, open_feature, personal, square

OWNERS = ["张三", "", "李四", "欧阳修", "长" * 200, "", "John Smith"]


@pytest.fixture
def operation():
    """The step of the migration, with the states before and after it."""
    loader = MigrationLoader(connection)
    before = loader.project_state(("parcels", "0005_in_districts"))
    migration = loader.get_migration("parcels", "0006_sealed")
    step = migration.operations[1]
    after = before.clone()
    step.state_forwards("parcels", after)

    def go(way):
        with connection.schema_editor(atomic=False) as editor:
            states = (before, after) if way == "forwards" else (after, before)
            getattr(step, f"database_{way}")("parcels", editor, *states)

    return go


def plain():
    with connection.cursor() as cursor:
        cursor.execute("SELECT owner FROM parcels_building ORDER BY id")
        return [owner for (owner,) in cursor.fetchall()]


@pytest.mark.django_db(transaction=True)
def test_there_and_back_and_half_way(operation, owner, monkeypatch):
    for number, name in enumerate(OWNERS):
        open_feature(Building, f"B{number}", at=moment(2020), owner=name, geom=square(20 * number))
    tokens = plain()
    with connection.cursor() as cursor:  # as a migrate does before its first step
        cursor.execute("DROP SCHEMA published CASCADE")
    operation("backwards")
    assert plain() == OWNERS
    assert not SealedValue.objects.exists()
    assert not BlindIndex.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE parcels_building SET owner = 'x' WHERE FALSE"
        )  # no constraint, no guard

    monkeypatch.setattr(sealing_columns, "BATCH", 2)
    sealed, calls = sealing_columns.seal, []

    def ended(*values):
        calls.append(values)
        if len(calls) > 1:
            raise KeyboardInterrupt
        return sealed(*values)

    monkeypatch.setattr(sealing_columns, "seal", ended)
    with pytest.raises(KeyboardInterrupt):
        operation("forwards")
    assert [old == new for old, new in zip(OWNERS, plain(), strict=True)].count(False) == 2
    monkeypatch.setattr(sealing_columns, "seal", sealed)
    operation("forwards")
    assert plain() == tokens
    found = Building.objects.order_by("id")
    assert [personal(one, "owner") for one in found] == OWNERS
    operation("forwards")  # nothing is left to do
    assert plain() == tokens
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute("UPDATE parcels_building SET owner = '张三' WHERE code = 'B1'")
    with transaction.atomic():
        install_guards(type("App", (), {"label": "parcels"}))
    with pytest.raises(IntegrityError, match="never"), connection.cursor() as cursor:
        cursor.execute("UPDATE parcels_building SET owner = owner")
