"""Who may read, deliver, write, undo and decide: truth tables over every declared layer and made ones.

The table is said here once more in the plainest words; a layer that is declared and not in
it fails the test, so that whoever adds one says whose it is.
"""

from dataclasses import dataclass
from itertools import product
from types import SimpleNamespace

import pytest

from layers.access.access import (
    ANONYMOUS,
    Caller,
    Grant,
    Sharing,
    may_decide,
    may_deliver,
    may_see,
    may_undo,
    may_write,
)
from layers.declarations.known_roles import known_roles
from layers.declarations.registry import all_layers, layer_of

R = SimpleNamespace(**known_roles())
CENTRE = {R.INSPECTOR, R.INTAKE, R.CHIEF, R.DISPATCHER, R.HANDLER}
EVERYBODY, NOBODY = "everybody", frozenset()
# layer: who reads it, which office keeps it (the data stewards keep all but casework)
TABLE = {
    "districts": (EVERYBODY, NOBODY),
    "landcover": (EVERYBODY, NOBODY),
    "water": (EVERYBODY, NOBODY),
    "roads": (EVERYBODY, NOBODY),
    "addresses": (EVERYBODY, NOBODY),
    "terrain-sheets": ({R.HAZARD, R.PLANNER, R.LAND}, {R.LAND}),
    "parcels": (EVERYBODY, {R.LAND}),
    "buildings": (EVERYBODY, {R.LAND}),
    "units": ({R.HOUSING, R.LAND, R.STEWARD}, {R.HOUSING}),
    "storeys": (NOBODY, {R.HOUSING}),
    "rights": (NOBODY, {R.LAND}),
    "pipe-lines": ({R.PIPES, R.PLANNER, R.STEWARD, R.DISPATCHER}, {R.PIPES}),
    "pipe-points": ({R.PIPES, R.PLANNER, R.STEWARD, R.DISPATCHER}, {R.PIPES}),
    "plan-zones": (EVERYBODY, NOBODY),
    "constraints": (EVERYBODY, NOBODY),
    "warnings": (EVERYBODY, NOBODY),
    "hazard-sites": (EVERYBODY, {R.HAZARD}),
    "rain-stations": (EVERYBODY, NOBODY),
    "grid-cells": (EVERYBODY, NOBODY),
    "components": (EVERYBODY, NOBODY),
    "cases": (CENTRE | {R.STEWARD}, NOBODY),
}
CASEWORK = {"cases"}
WITHHELD = {"storeys", "rights"}


def person(*roles: str, **more) -> Caller:
    return Caller("某人", frozenset(roles), **more)


def key(layer_id: str, *, may_write: bool) -> Caller:
    return Caller("某系统", grants=(Grant(layer_id, may_write=may_write),), key=1)


PEOPLE = {
    "anonymous": ANONYMOUS,
    "nobody in particular": person(),
    **{role.name: person(role) for role in known_roles().values()},
    "admin": person(is_admin=True),
    "every role": person(*known_roles().values()),
}


def test_every_declared_layer_is_in_the_table():
    assert {layer.id for layer in all_layers()} == TABLE.keys()
    assert {layer.id for layer in all_layers() if layer.by_steps} == CASEWORK


@pytest.mark.parametrize("layer_id", TABLE)
def test_people_read_deliver_write_and_undo_what_the_table_says(layer_id):
    layer, (readers, keepers) = layer_of(layer_id), TABLE[layer_id]
    for name, caller in PEOPLE.items():
        roles = caller.roles
        reads = caller.is_admin or readers == EVERYBODY or bool(roles & set(readers))
        keeps = caller.is_admin or bool(roles & (set(keepers) | {R.STEWARD}))
        delivers = keeps and layer_id not in CASEWORK
        assert may_see(caller, layer) is reads, name
        assert may_deliver(caller, layer) is delivers, name
        assert may_write(caller, layer) is (delivers and reads and layer_id not in WITHHELD), name
        assert may_undo(caller, [layer]) is delivers, name
        decides = layer_id not in WITHHELD and keeps
        assert may_decide(caller, layer) is decides, name


@pytest.mark.parametrize("layer_id", TABLE)
@pytest.mark.parametrize("grants_writing", [True, False])
def test_a_key_writes_by_its_grant_and_delivers_nothing(layer_id, grants_writing):
    layer, caller = layer_of(layer_id), key(layer_id, may_write=grants_writing)
    may = grants_writing and layer_id not in CASEWORK | WITHHELD
    assert may_write(caller, layer) is may
    assert not may_deliver(caller, layer)
    assert not may_undo(caller, [layer])
    others = [other for other in all_layers() if other.id != layer_id]
    assert not any(may_write(caller, other) for other in others)


@dataclass(frozen=True)
class Made:
    """A declaration as nobody has made it yet."""

    id: str = "made"
    public: bool = False
    sharing: Sharing = Sharing.CONDITIONAL
    granted: frozenset = frozenset()
    deliverers: frozenset = frozenset()
    by_steps: bool = False
    is_withdrawn: bool = False


OPEN = {"sharing": Sharing.MANDATORY, "public": True}
READER, KEEPER, STEWARD, ADMIN = (
    person(R.PLANNER), person(R.PIPES), person(R.STEWARD), person(is_admin=True),
)  # fmt: skip


@pytest.mark.parametrize(
    "declared, caller, sees, delivers, writes",
    [
        ({"granted": {R.PLANNER}}, READER, True, False, False),
        ({"granted": {R.PLANNER}}, STEWARD, False, True, False),
        ({"granted": {R.PLANNER}}, ADMIN, True, True, True),
        ({"granted": {R.PIPES}, "deliverers": {R.PIPES}}, KEEPER, True, True, True),
        ({"deliverers": {R.PIPES}}, KEEPER, False, True, False),
        (OPEN, READER, True, False, False),
        (OPEN | {"granted": {R.PLANNER}}, READER, True, False, False),
        (OPEN | {"deliverers": {R.PIPES}}, KEEPER, True, True, True),
        (OPEN | {"deliverers": {R.PIPES}}, READER, True, False, False),
        (OPEN, STEWARD, True, True, True),
        (OPEN, ANONYMOUS, True, False, False),
        (OPEN | {"is_withdrawn": True}, STEWARD, False, True, False),
        ({"sharing": Sharing.MANDATORY}, READER, True, False, False),
        ({"sharing": Sharing.MANDATORY}, ANONYMOUS, False, False, False),
        ({"sharing": Sharing.MANDATORY}, person(is_department=False), False, False, False),
        ({"sharing": Sharing.WITHHELD}, STEWARD, False, False, False),
        ({"sharing": Sharing.WITHHELD, "deliverers": {R.PIPES}}, KEEPER, False, True, False),
        ({"sharing": Sharing.WITHHELD}, ADMIN, True, True, False),
    ],
)
def test_the_three_rights_are_three(declared, caller, sees, delivers, writes):
    for by_steps in (False, True):  # casework is seen as ever, and written by nobody
        layer = Made(**declared, by_steps=by_steps)
        found = may_see(caller, layer), may_deliver(caller, layer), may_write(caller, layer)
        assert found == (sees, delivers and not by_steps, writes and not by_steps)
        assert may_undo(caller, [layer]) is (delivers and not by_steps)


@pytest.mark.parametrize("public, may_read", list(product([True, False], repeat=2)))
def test_no_grant_writes_casework(public, may_read):
    every = frozenset(known_roles().values())
    layer = Made(public=public, by_steps=True, granted=every, deliverers=every)
    for caller in (*PEOPLE.values(), key("made", may_write=may_read)):
        assert not may_write(caller, layer)
        assert not may_deliver(caller, layer)
        assert not may_undo(caller, [layer])


def test_an_undo_asks_for_every_layer_that_the_change_touched():
    own, other = Made(deliverers=frozenset({R.PIPES})), Made()
    assert may_undo(KEEPER, [own])
    assert not may_undo(KEEPER, [own, other])
    assert may_undo(STEWARD, [own, other])
    assert not may_undo(STEWARD, [own, None])  # a register that is no layer
    assert may_undo(ADMIN, [own, None])
    assert not may_undo(ADMIN, [own, Made(by_steps=True)])
