"""What no grant and no role does: take a row or a field away, or open one by being taken away."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from layers.access.access import Caller, Grant, Sharing, may_write
from layers.declarations.declarations import Field, Layer
from layers.declarations.registry import layer_of
from layers.reading.shares import Share, share_of, write_share_of

FIELDS = (
    Field("district_code", "District"),
    Field("location", "Location"),
    Field("land_use", "Land use"),
    Field("right_type", "Right", reserved=True),
    Field("registered_on", "Registered on", reserved=True),
)
NAMES = [field.name for field in FIELDS]
RESERVED = {field.name for field in FIELDS if field.reserved}
TOWNS = ("431382001", "431382002", "431382003")
ROWS = (*(town + "004" for town in TOWNS), "")  # the last one names no district
ROLES = ("甲", "乙", "丙")
some_roles = st.frozensets(st.sampled_from(ROLES))


@st.composite
def layers(draw) -> Layer:
    return replace(
        layer_of(draw(st.sampled_from(["parcels", "parcels", "districts"]))),
        fields=FIELDS,
        sharing=draw(st.sampled_from(Sharing)),
        public=draw(st.booleans()),
        is_withdrawn=draw(st.booleans()) and draw(st.booleans()),
        readers=draw(some_roles),
        deliverers=draw(some_roles),
        writers=draw(some_roles),
        undoers=draw(some_roles),
    )


@st.composite
def grants(draw) -> Grant:
    return Grant(
        "parcels",
        draw(st.frozensets(st.sampled_from(NAMES))),
        tuple(sorted(draw(st.frozensets(st.sampled_from(TOWNS))))),
        draw(st.booleans()),
    )


people = st.builds(Caller, name=st.just("某人"), roles=some_roles)
systems = st.builds(Caller, name=st.just("某系统"), is_department=st.booleans(), key=st.just(1))


def seen(share: Share | None) -> set[tuple[str, str]]:
    """(district of a row, field) of all that a share shows."""
    if share is None:
        return set()
    shown = set()
    for row in ROWS:
        inside = not share.districts or row.startswith(share.districts)
        if inside:
            shown |= {(row, name) for name in (*share.names, "code")}
        elif share.is_blanked:
            shown |= {(row, name) for name in (*(share.names - RESERVED), "code")}
    return shown


def narrows(grant: Grant, wider: Grant) -> bool:
    """Whether one grant names no field and no district that the other does not."""
    fields = not wider.fields or bool(grant.fields) and grant.fields <= wider.fields
    towns = set(grant.districts)
    return fields and (not wider.districts or bool(towns) and towns <= set(wider.districts))


@given(layers(), systems, grants())
def test_a_grant_takes_nothing_away(layer, system, grant):
    granted = replace(system, grants=(replace(grant, layer=layer.id),))
    assert seen(share_of(system, layer)) <= seen(share_of(granted, layer))


@given(layers(), systems, grants(), st.data())
def test_a_wider_grant_shows_no_less(layer, system, wider, data):
    fields = data.draw(st.frozensets(st.sampled_from(sorted(wider.fields) or NAMES), min_size=1))
    towns = data.draw(st.frozensets(st.sampled_from(wider.districts or TOWNS), min_size=1))
    grant = Grant(layer.id, fields, tuple(sorted(towns)))
    assert narrows(grant, wider)
    shares = [
        share_of(replace(system, grants=(replace(one, layer=layer.id),)), layer)
        for one in (grant, wider)
    ]
    assert seen(shares[0]) <= seen(shares[1])


@given(layers(), people, some_roles)
def test_a_role_that_is_taken_away_opens_nothing(layer, person, roles):
    less = replace(person, roles=person.roles - roles)
    assert seen(share_of(less, layer)) <= seen(share_of(person, layer))
    assert may_write(person, layer) or not may_write(less, layer)


@given(layers(), st.one_of(people, systems), st.one_of(st.none(), grants()))
def test_nobody_writes_what_it_does_not_read(layer, caller, grant):
    if grant and caller.key:
        caller = replace(caller, grants=(replace(grant, layer=layer.id),))
    read, written = share_of(caller, layer), write_share_of(caller, layer)
    assert seen(written) <= seen(read)
    assert read is not None or not may_write(caller, layer)
