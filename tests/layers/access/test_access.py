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
    may_grant_writing,
    may_know_of,
    may_see,
    may_see_personal,
    may_see_reserved,
    may_undo,
    may_write,
)
from layers.declarations.known_roles import known_roles
from layers.declarations.registry import all_layers, layer_of

R = SimpleNamespace(**known_roles())
CENTRE = {R.INSPECTOR, R.INTAKE, R.CHIEF, R.DISPATCHER, R.HANDLER}
EVERYBODY, NOBODY = "everybody", frozenset()
ALL, TAKES = "delivers, writes, undoes", "delivers, undoes"
# layer: who reads it, and which office does what with it (the data stewards all, of all but casework)
TABLE = {
    "districts": (EVERYBODY, NOBODY, ""),
    "landcover": (EVERYBODY, NOBODY, ""),
    "water": (EVERYBODY, NOBODY, ""),
    "roads": (EVERYBODY, NOBODY, ""),
    "addresses": (EVERYBODY, NOBODY, ""),
    "terrain-sheets": ({R.HAZARD, R.PLANNER, R.LAND}, {R.LAND}, TAKES),
    "parcels": (EVERYBODY, {R.LAND}, ALL),
    "buildings": (EVERYBODY, {R.LAND}, ALL),
    "units": ({R.HOUSING, R.LAND, R.STEWARD}, {R.HOUSING}, ALL),
    "storeys": (NOBODY, {R.HOUSING}, TAKES),
    "rights": (NOBODY, {R.LAND}, TAKES),
    "pipe-lines": ({R.PIPES, R.PLANNER, R.STEWARD, R.DISPATCHER}, {R.PIPES}, ALL),
    "pipe-points": ({R.PIPES, R.PLANNER, R.STEWARD, R.DISPATCHER}, {R.PIPES}, ALL),
    "plan-zones": (EVERYBODY, NOBODY, ""),
    "constraints": (EVERYBODY, NOBODY, ""),
    "warnings": (EVERYBODY, NOBODY, ""),
    "hazard-sites": (EVERYBODY, {R.HAZARD}, ALL),
    "rain-stations": (EVERYBODY, NOBODY, ""),
    "grid-cells": (EVERYBODY, NOBODY, ""),
    "components": (EVERYBODY, NOBODY, ""),
    "cases": (CENTRE | {R.STEWARD}, NOBODY, ""),
}
CASEWORK = {"cases"}
KEPT_BY_ROLE = {"grid-cells", "components"}  # not by an administrator as such
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
    "admin and steward": person(R.STEWARD, is_admin=True),
    "every role": person(*known_roles().values()),
}


def test_every_declared_layer_is_in_the_table():
    assert {layer.id for layer in all_layers()} == TABLE.keys()
    assert {layer.id for layer in all_layers() if layer.by_steps} == CASEWORK
    assert {layer.id for layer in all_layers() if layer.kept_by_role} == KEPT_BY_ROLE


@pytest.mark.parametrize("layer_id", TABLE)
def test_people_read_deliver_write_and_undo_what_the_table_says(layer_id):
    layer, (readers, office, does) = layer_of(layer_id), TABLE[layer_id]
    for name, caller in PEOPLE.items():
        roles = caller.roles
        reads = caller.is_admin or readers == EVERYBODY or bool(roles & set(readers))
        manages = caller.is_admin or R.STEWARD in roles
        keeps = manages if layer_id not in KEPT_BY_ROLE else R.STEWARD in roles
        delivers, writes, undoes = (
            layer_id not in CASEWORK and (keeps or bool(roles & set(office)) and right in does)
            for right in ("delivers", "writes", "undoes")
        )
        assert may_see(caller, layer) is reads, name
        assert may_deliver(caller, layer) is delivers, name
        assert may_write(caller, layer) is (writes and reads and layer_id not in WITHHELD), name
        assert may_undo(caller, [layer]) is undoes, name
        decides = layer_id not in WITHHELD and (manages or bool(roles & set(office)))
        assert may_decide(caller, layer) is decides, name
        lets_write = decides and layer_id not in CASEWORK and (keeps or "writes" in does)
        assert may_grant_writing(caller, layer) is lets_write, name


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
    readers: frozenset = frozenset()
    deliverers: frozenset = frozenset()
    writers: frozenset = frozenset()
    undoers: frozenset = frozenset()
    by_steps: bool = False
    kept_by_role: bool = False
    is_withdrawn: bool = False


DEPARTMENT, COMPANY = (
    Caller("某系统", is_department=is_department, key=1) for is_department in (True, False)
)
GRANTED = Caller("某公司", is_department=False, grants=(Grant("made"),), key=1)
ELSEWHERE = Caller("某公司", is_department=False, grants=(Grant("other"),), key=1)
ASKERS = {
    "anonymous": ANONYMOUS,
    "company": COMPANY,
    "granted": GRANTED,
    "elsewhere": ELSEWHERE,
    "department": DEPARTMENT,
    "reader": person(R.PLANNER),
    "steward": person(R.STEWARD),
    "admin": person(is_admin=True),
}
INSIDE = {"department", "reader", "steward", "admin"}
# sharing, public: who sees the layer; "reader" is the role that it names
SEEN_BY = {
    (Sharing.MANDATORY, True): ASKERS.keys(),
    (Sharing.MANDATORY, False): INSIDE | {"granted"},
    (Sharing.CONDITIONAL, True): ASKERS.keys(),
    (Sharing.CONDITIONAL, False): {"reader", "granted", "admin"},
    (Sharing.WITHHELD, True): {"admin"},
    (Sharing.WITHHELD, False): {"admin"},
}


@pytest.mark.parametrize("sharing, public", SEEN_BY)
@pytest.mark.parametrize("by_steps", [True, False])
def test_who_sees_a_layer_of_each_class(sharing, public, by_steps):
    layer = Made(sharing=sharing, public=public, by_steps=by_steps, readers={R.PLANNER})
    seen_by = {name for name, caller in ASKERS.items() if may_see(caller, layer)}
    assert seen_by == SEEN_BY[sharing, public]
    reserved = {name for name in seen_by if may_see_reserved(ASKERS[name], layer)}
    assert reserved == SEEN_BY[sharing, public] & (INSIDE | {"granted"})
    personal = {name for name, caller in ASKERS.items() if may_see_personal(caller, layer)}
    assert personal == {"reader", "admin"}
    known = {name for name, caller in ASKERS.items() if may_know_of(caller, layer)}
    withheld = sharing is Sharing.WITHHELD
    assert known == (set() if withheld else SEEN_BY[sharing, public] | INSIDE)


@pytest.mark.parametrize("sharing, public", SEEN_BY)
def test_a_layer_taken_off_is_seen_by_administrators_alone(sharing, public):
    layer = Made(sharing=sharing, public=public, is_withdrawn=True, readers={R.PLANNER})
    assert {name for name, caller in ASKERS.items() if may_see(caller, layer)} == {"admin"}
    assert not any(may_know_of(caller, layer) for caller in ASKERS.values())
    writing = {name for name, caller in ASKERS.items() if may_write(caller, layer)}
    assert writing == (set() if sharing is Sharing.WITHHELD else {"admin"})


# each right by itself: the role that a layer names for it has that one and no other
RIGHTS = {
    "readers": {"sees"},
    "deliverers": {"delivers", "decides"},
    "writers": set(),  # who does not see a layer does not write it
    "undoers": {"undoes"},
    "readers, writers": {"sees", "writes"},
    "deliverers, writers": {"delivers", "decides", "lets write"},
    "readers, deliverers, undoers": {"sees", "delivers", "decides", "undoes"},
}
KEYS_RIGHTS = {"sees", "writes"}


def rights_of(caller: Caller, layer: Made) -> set[str]:
    may = {
        "sees": may_see(caller, layer),
        "delivers": may_deliver(caller, layer),
        "writes": may_write(caller, layer),
        "undoes": may_undo(caller, [layer]),
        "decides": may_decide(caller, layer),
        "lets write": may_grant_writing(caller, layer),
    }
    return {right for right, has in may.items() if has}


@pytest.mark.parametrize("named", RIGHTS)
def test_every_right_is_one_of_its_own(named):
    roles = {right: frozenset({R.PIPES}) for right in named.split(", ")}
    expected, pipes, planner = RIGHTS[named], person(R.PIPES), person(R.PLANNER)
    assert rights_of(pipes, Made(**roles)) == expected
    assert rights_of(planner, Made(**roles)) == set()
    public = Made(**roles, public=True)
    written = {"writes"} if "writers" in named else set()
    assert rights_of(pipes, public) == expected | {"sees"} | written
    assert rights_of(planner, public) == {"sees"}
    by_steps = Made(**roles, by_steps=True)
    assert rights_of(pipes, by_steps) == expected & {"sees", "decides"}
    withheld = Made(**roles, sharing=Sharing.WITHHELD)
    assert rights_of(pipes, withheld) == expected & {"delivers", "undoes"}


EVERY_RIGHT = {"sees", "delivers", "writes", "undoes", "decides", "lets write"}
OF_STEWARDS = {
    (Sharing.MANDATORY, False): (EVERY_RIGHT, {"sees", "decides"}),
    (Sharing.CONDITIONAL, False): (EVERY_RIGHT - {"sees", "writes"}, {"decides"}),
    (Sharing.CONDITIONAL, True): (EVERY_RIGHT, {"sees", "decides"}),
    (Sharing.WITHHELD, False): (set(), set()),
}


@pytest.mark.parametrize("sharing, public", OF_STEWARDS)
def test_stewards_keep_what_no_office_does(sharing, public):
    usual, by_steps = OF_STEWARDS[sharing, public]
    steward = person(R.STEWARD)
    assert rights_of(steward, Made(sharing=sharing, public=public)) == usual
    assert rights_of(steward, Made(sharing=sharing, public=public, by_steps=True)) == by_steps


def test_administrators_have_every_right_that_there_is():
    admin = person(is_admin=True)
    assert rights_of(admin, Made()) == EVERY_RIGHT
    assert rights_of(admin, Made(by_steps=True)) == {"sees", "decides"}
    withheld = Made(sharing=Sharing.WITHHELD)
    assert rights_of(admin, withheld) == {"sees", "delivers", "undoes"}


def test_of_what_is_kept_by_role_administrators_only_read_and_decide_who_reads():
    layer = Made(kept_by_role=True, deliverers={R.PIPES}, undoers={R.PIPES})
    admin = person(is_admin=True)
    assert rights_of(admin, layer) == {"sees", "decides"}
    assert not may_undo(admin, [Made(), layer])
    engineer = person(R.PIPES, is_admin=True)
    assert rights_of(engineer, layer) == {"sees", "delivers", "undoes", "decides"}
    assert rights_of(person(R.STEWARD, is_admin=True), layer) == EVERY_RIGHT


@pytest.mark.parametrize("public, may_read", list(product([True, False], repeat=2)))
def test_no_grant_writes_casework(public, may_read):
    every = frozenset(known_roles().values())
    roles = dict.fromkeys(("readers", "deliverers", "writers", "undoers"), every)
    layer = Made(public=public, by_steps=True, **roles)
    for caller in (*PEOPLE.values(), key("made", may_write=may_read)):
        assert not rights_of(caller, layer) & {"delivers", "writes", "undoes", "lets write"}


def test_a_key_has_what_its_grant_says_and_nothing_of_its_holder():
    layer = Made(deliverers={R.PIPES}, writers={R.PIPES}, undoers={R.PIPES})
    of_engineer = Caller("某系统", frozenset({R.PIPES}), grants=(Grant("made"),), key=1)
    of_root = Caller("某系统", is_admin=True, grants=(Grant("made", may_write=True),), key=1)
    assert rights_of(of_engineer, layer) == {"sees"}
    assert rights_of(of_root, layer) == KEYS_RIGHTS
    assert rights_of(key("other", may_write=True), layer) == set()


def test_an_undo_asks_for_every_layer_that_the_change_touched():
    keeper, steward, admin = person(R.PIPES), person(R.STEWARD), person(is_admin=True)
    own, other = Made(undoers=frozenset({R.PIPES})), Made()
    assert may_undo(keeper, [own])
    assert not may_undo(keeper, [own, other])
    assert may_undo(steward, [own, other])
    assert not may_undo(steward, [own, None])  # a register that is no layer
    assert may_undo(admin, [own, None])
    assert not may_undo(admin, [own, Made(by_steps=True)])
    assert not may_undo(key("made", may_write=True), [own])
