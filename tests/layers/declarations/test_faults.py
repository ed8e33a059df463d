"""Declarations that contradict each other are refused by name."""

from dataclasses import replace

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from layers.declarations import registry
from layers.declarations.declarations import Field, Relation
from layers.declarations.faults import faults
from layers.declarations.registry import all_layers, layer_of


def with_(layer_id, **changes):
    """The layers with one of them changed."""
    return [replace(la, **changes) if la.id == layer_id else la for la in all_layers()]


def test_the_shipped_declarations_have_none():
    assert faults(registry.declared()) == []


def test_a_relation_to_a_layer_that_is_not_there_is_named():
    (fault,) = faults(with_("roads", relations=(Relation("rails", "铁路", "Railways", 10),)))
    assert fault.layer == "roads"
    assert "不存在的图层 rails" in str(fault)
    assert "the layer rails, which is not there" in str(fault)


def test_a_reference_to_a_layer_that_is_not_there_is_named():
    fields = (Field("name", "Name"), Field("kind", "Class", refers_to="kinds"))
    (fault,) = faults(with_("roads", fields=fields))
    assert "字段 kind 引用不存在的图层 kinds" in str(fault)


@pytest.mark.parametrize(
    "changes",
    [
        {"named_by": ("{class}", "{nickname}")},
        {"search": ("nickname",)},
        {"area_field": "nickname"},
        {"check_group": "nickname"},
        {"fields": (Field("nickname", "Nickname"),)},
    ],
)
def test_a_field_that_the_register_has_not_is_named(changes):
    (fault,) = faults(with_("roads", **changes))
    assert "its register has no field nickname" in str(fault)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"fields": (Field("right_holder", "Holder"),)}, "right_holder is published"),
        ({"search": ("right_holder",)}, "right_holder is published"),
        ({"personal": ()}, "right_holder is not among the personal ones"),
    ],
)
def test_a_sealed_field_that_is_shown_is_named(changes, said):
    (fault,) = faults(with_("parcels", **changes))
    assert said in str(fault)


def test_a_layer_declared_twice_is_named():
    (fault,) = faults([*all_layers(), layer_of("roads")])
    assert str(fault) == "图层 roads：声明了两次 / layer roads: is declared twice"
    (fault,) = faults([*all_layers(), layer_of("roads")], {"roads": ["a.layers", "b.layers"]})
    assert "（a.layers、b.layers）" in str(fault)
    assert "is declared twice (a.layers, b.layers)" in str(fault)
    assert registry.modules_of()["roads"] == ["layers.declarations.catalogue.base"]


def test_the_start_is_refused_with_the_name(monkeypatch):
    spoilt = with_("roads", relations=(Relation("rails", "铁路", "Railways"),))
    monkeypatch.setattr(registry, "declared", lambda: spoilt)
    with pytest.raises(SystemCheckError, match=r"layers\.E001.*roads.*rails"):
        call_command("check")
