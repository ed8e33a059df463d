"""Declarations that come while a process runs, and which layer publishes a register."""

import pytest

from layers.declarations import catalogue, registry
from layers.declarations.registry import all_layers, layer_of, layer_of_register
from spatial.base.models import District
from spatial.versions.models import Change

SHELTERS = """
from dataclasses import replace
from layers.declarations.catalogue.base import LAYERS as BASE
from layers.declarations.declarations import Relation
POSITION = 99
LAYERS = (replace(BASE[3], id={id!r}, relations=(Relation({to!r}, "近旁", "Beside"),)),)
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A second folder of declarations, forgotten afterwards."""
    all_layers()
    monkeypatch.setattr(catalogue, "__path__", [*catalogue.__path__, str(tmp_path)])
    yield tmp_path
    monkeypatch.undo()
    registry.refresh()


def declare(folder, name, layer_id, to):
    (folder / f"{name}.py").write_text(SHELTERS.format(id=layer_id, to=to), encoding="utf-8")


def test_two_that_need_each_other_come_together(folder):
    declare(folder, "fresh_a", "shelters", "ponds")
    declare(folder, "fresh_b", "ponds", "shelters")
    assert registry.refresh(strict=False)
    assert layer_of("shelters").relations[0].layer == "ponds"


def test_one_that_names_what_is_not_there_is_left_out_of_a_running_process(folder, caplog):
    declare(folder, "fresh_c", "shelters", "nowhere")
    assert registry.refresh(strict=False)
    assert registry.layer_named("shelters") is None
    assert "nowhere" in caplog.text
    assert layer_of("roads")


def test_one_whose_id_is_taken_is_left_out_of_a_running_process(folder):
    declare(folder, "fresh_d", "roads", "water")
    registry.refresh(strict=False)
    assert layer_of("roads").relations[0].layer == "pipe-lines"


def test_the_layer_of_a_register():
    assert layer_of_register(District).id == "districts"
    with pytest.raises(KeyError):
        layer_of_register(Change)
