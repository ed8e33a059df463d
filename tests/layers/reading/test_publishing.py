"""A new layer: one declaration file, one command, no restart."""

import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from layers.declarations import catalogue, registry
from layers.reading.publish import SCHEMA, make_views
from spatial.parcels.models import Building
from tests.factories import open_feature, square

pytestmark = pytest.mark.django_db
DECLARATION = """
from layers.access.access import Sharing
from layers.declarations.declarations import Field, Layer, Paint
from spatial.parcels.models import Building

POSITION = 99

LAYERS = (
    Layer(
        id="building-heights",
        title="建筑高度",
        title_en="Building heights",
        description="建筑高度与层数。",
        model=Building,
        fields=(Field("height_m", "Height", unit="m", in_tiles=True), Field("usage", "Usage")),
        sharing=Sharing.MANDATORY,
        reason="各部门均需",
        public=True,
        steward="自然资源局",
        update_cycle="每月",
        paint=Paint(kind="fill"),
    ),
)
"""
HERE = "/ogc/collections/building-heights"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A further folder of declarations, forgotten afterwards."""
    monkeypatch.setattr(catalogue, "__path__", [*catalogue.__path__, str(tmp_path)])
    yield tmp_path
    catalogue.__path__.remove(str(tmp_path))
    for name in [n for n in sys.modules if n.startswith("layers.declarations.catalogue.city_")]:
        del sys.modules[name]
    registry.refresh()


def test_a_declaration_and_a_command_publish_a_layer(owner, client, folder: Path):
    open_feature(Building, "B1", geom=square(), height_m=12.5, name="秘名", owner="张三")
    assert client.get(HERE).status_code == 404
    (folder / "city_heights.py").write_text(DECLARATION)
    call_command("publish_layers")
    assert client.get(f"{HERE}?f=json").json()["title"] == "建筑高度"
    answer = client.get(f"{HERE}/items")
    assert answer.json()["features"][0]["properties"]["height_m"] == 12.5
    assert "秘名" not in answer.content.decode()
    assert "name" not in client.get(f"{HERE}/schema?f=json").json()["properties"]
    assert "building-heights" in client.get("/ogc/openapi").content.decode()
    assert client.get(f"{HERE}/tiles/WebMercatorQuad/0/0/0").status_code in (200, 204)
    with connection.cursor() as cursor:
        cursor.execute('SELECT count(*) FROM published."building-heights"')
        assert cursor.fetchone() == (1,)


def test_withdrawing_the_file_withdraws_the_layer(owner, client, folder: Path):
    file = folder / "city_heights.py"
    file.write_text(DECLARATION)
    call_command("publish_layers")
    assert client.get(HERE).status_code == 200
    file.unlink()
    call_command("publish_layers")
    assert client.get(HERE).status_code == 404


def test_a_register_without_its_table_is_refused_in_one_line(owner, folder: Path, monkeypatch):
    monkeypatch.setattr(Building._meta, "db_table", "parcels_unmade")
    (folder / "city_heights.py").write_text(DECLARATION)
    with pytest.raises(CommandError, match=r'"public\.parcels_unmade".*manage\.py migrate'):
        call_command("publish_layers")


def test_a_running_process_survives_a_declaration_that_cannot_be_read(folder: Path):
    (folder / "city_broken.py").write_text("LAYERS = (")
    with pytest.raises(SyntaxError):
        registry.refresh()
    assert registry.refresh(strict=False)
    assert registry.layer_named("buildings")


def test_a_migrate_back_ends_with_nothing_published(owner):
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
        cursor.execute("DROP TRIGGER versions_no_edit ON grid_component")
        cursor.execute("ALTER TABLE grid_component DROP COLUMN owner")
        make_views(apps.get_app_config("layers"))
        cursor.execute("SELECT to_regnamespace(%s)", [SCHEMA])
        assert cursor.fetchone() == (None,)
        cursor.execute("ALTER TABLE grid_component ADD COLUMN owner varchar(100)")
        make_views(apps.get_app_config("layers"))
        cursor.execute("SELECT to_regnamespace(%s)", [SCHEMA])
        assert cursor.fetchone() == (SCHEMA,)
