"""Whatever is asked, a filter is compiled or refused, and its slots match its parameters."""

import json
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.cql2.compiling import Filter, FilterCrs, FilterError, Queryable, compile_filter
from layers.cql2.parsing import parse
from tests.laws import examples
from tests.layers.cql2.vectors import PREDICATES

FIELDS = {
    field.name: field
    for field in (
        Queryable("n", "integer", "1"),
        Queryable("area", "number", "1e300::float8"),
        Queryable("name", "string", "'Bär%'::text"),
        Queryable("ok", "boolean", "NULL::boolean"),
        Queryable("day", "date", "date '2020-01-01'"),
        Queryable("seen", "date-time", "timestamptz '2020-01-01 00:00Z'"),
        Queryable("valid", "interval", "tstzrange('2020-01-01', NULL)"),
        Queryable("geom", "geometry", "ST_MakeEnvelope(566000,3064000,567000,3065000,4546)", 4546),
    )
}
COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
SPATIAL = ("s_intersects", "s_disjoint", "s_contains", "s_within", "s_equals", "s_touches", "s_crosses", "s_overlaps")  # fmt: skip
TEMPORAL = ("t_after", "t_before", "t_disjoint", "t_equals", "t_intersects", "t_contains", "t_during", "t_finishedBy", "t_finishes", "t_meets", "t_metBy", "t_overlappedBy", "t_overlaps", "t_startedBy", "t_starts")  # fmt: skip


def op(names, *args):
    return st.builds(lambda name, *given: {"op": name, "args": [*given]}, st.sampled_from(names), *args)  # fmt: skip


def field(*names):
    return st.sampled_from(names).map(lambda name: {"property": name})


plain_numbers = st.one_of(
    st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False)
)
numbers = st.recursive(
    st.one_of(field("n", "area"), plain_numbers),
    lambda inner: op(("+", "-", "*", "/", "%", "div", "^"), inner, inner),
    max_leaves=6,
)
characters = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
texts = st.recursive(
    st.one_of(field("name"), characters),
    lambda inner: op(("casei", "accenti"), inner),
    max_leaves=3,
)
days = st.one_of(field("day"), st.dates(date(1, 1, 1)).map(lambda d: {"date": d.isoformat()}))
instants = st.one_of(
    field("seen"),
    st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)).map(
        lambda moment: {"timestamp": moment.isoformat()}
    ),
)
spans = st.one_of(
    field("valid"),
    st.tuples(*[st.one_of(days, instants, st.just(".."))] * 2).map(lambda p: {"interval": [*p]}),
)
positions = st.tuples(st.floats(-180, 180), st.floats(-90, 90)).map(list)
shapes = st.one_of(
    field("geom"),
    positions.map(lambda p: {"type": "Point", "coordinates": p}),
    st.lists(positions, min_size=2).map(lambda p: {"type": "LineString", "coordinates": p}),
    st.lists(positions, min_size=3, max_size=4).map(
        lambda p: {"type": "Polygon", "coordinates": [[*p, p[0]]]}
    ),
    st.tuples(positions, positions).map(lambda p: {"bbox": [*p[0], *p[1]]}),
)
predicates = st.recursive(
    st.one_of(
        st.booleans(),
        field("ok"),
        op(COMPARISONS, numbers, numbers),
        op(COMPARISONS, texts, texts),
        op(COMPARISONS, st.one_of(days, instants), st.one_of(days, instants)),
        op(("like",), texts, characters),
        op(("between",), numbers, numbers, numbers),
        op(("in",), numbers, st.lists(numbers, min_size=1, max_size=3)),
        op(("isNull",), st.one_of(numbers, texts, field(*FIELDS))),
        op(SPATIAL, shapes, shapes),
        op(TEMPORAL, st.one_of(days, instants, spans), st.one_of(days, instants, spans)),
    ),
    lambda inner: st.one_of(op(("and", "or", "="), inner, inner), op(("not",), inner)),
    max_leaves=5,
)
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), plain_numbers, st.text(), field(*FIELDS, "owner")),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["op", "args", "bbox", "type", "interval", "date"]), inner),
        st.builds(
            lambda name, args: {"op": name, "args": args},
            st.sampled_from([*COMPARISONS, *SPATIAL, *TEMPORAL, "and", "not", "in", "like", "+", "^", "casei", "isNull"]),
            st.lists(inner, max_size=3),
        ),
    ),
    max_leaves=12,
)  # fmt: skip


def outcome(text: str, language: str) -> Filter | None:
    """What the filter compiles to, or None where it is refused."""
    try:
        found = compile_filter(text, language, FIELDS, FilterCrs())
    except FilterError:
        return None
    assert found.sql.replace("%%", "").count("%s") == len(found.params)
    assert found.sql.replace("%%", "").count("%") == len(found.params)
    assert found.names <= FIELDS.keys()
    return found


@pytest.mark.slow(reason="many trees")
@given(anything)
@settings(max_examples=examples(400), deadline=None)
def test_any_tree_is_compiled_or_refused(tree):
    outcome(json.dumps(tree), "cql2-json")


@given(st.one_of(st.text(), st.text("aN()'\",.=-+*/^%<> 1eDIAORTLKS", max_size=60)))
@settings(max_examples=examples(400), deadline=None)
def test_any_text_is_compiled_or_refused(text):
    outcome(text, "cql2-text")
    outcome(text, "cql2-json")


@given(st.sampled_from(PREDICATES), st.data())
@settings(max_examples=examples(200), deadline=None)
def test_any_part_of_a_predicate_is_compiled_or_refused(predicate, data):
    start = data.draw(st.integers(0, len(predicate.filter)))
    end = data.draw(st.integers(start, len(predicate.filter)))
    outcome(predicate.filter[:start] + predicate.filter[end:], "cql2-text")


@pytest.mark.django_db
@given(predicates)
@settings(
    max_examples=examples(400),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_sound_tree_runs_and_its_negation_is_its_opposite(tree):
    found = outcome(json.dumps(tree), "cql2-json")
    opposite = outcome(json.dumps({"op": "not", "args": [tree]}), "cql2-json")
    assert (found is None) == (opposite is None)
    if found and opposite:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {found.sql}, {opposite.sql}", [*found.params, *opposite.params])
            says, denies = cursor.fetchone()
        assert denies is (None if says is None else not says)


@given(st.sampled_from(PREDICATES))
def test_both_encodings_read_the_same(predicate):
    tree = parse(predicate.filter, "cql2-text")
    assert parse(json.dumps(tree), "cql2-json") == tree
