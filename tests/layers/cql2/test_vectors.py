"""OGC's 139 predicates, their negations and their pairs, in both encodings."""

import json
from itertools import combinations

import cql2
import pytest
from django.db import connection

from tests.layers.cql2.vectors import COLLECTIONS, PREDICATES, Predicate, compiled, counts, load

BATCH = 400
pytestmark = pytest.mark.django_db


@pytest.fixture(params=COLLECTIONS)
def collection(request) -> str:
    load(request.param)
    return request.param


def of(collection: str) -> list[Predicate]:
    return [predicate for predicate in PREDICATES if predicate.collection == collection]


def as_json(text: str) -> str:
    return json.dumps(cql2.parse_text(text).to_json())


def truths(collection: str) -> list[dict[int, bool | None]]:
    """What each predicate says of each row."""
    filters = [compiled(predicate) for predicate in of(collection)]
    params = [value for f in filters for value in f.params]
    with connection.cursor() as cursor:
        columns = ", ".join(f.sql for f in filters)
        cursor.execute(f'SELECT fid, {columns} FROM "{collection}"', params)
        rows = cursor.fetchall()
    return [{row[0]: row[n] for row in rows} for n in range(1, len(filters) + 1)]


def test_there_are_139():
    assert len(PREDICATES) == 139


def test_every_predicate_matches_what_the_standard_says(collection):
    found = counts(collection, [compiled(predicate) for predicate in of(collection)])
    assert found == [predicate.matched for predicate in of(collection)]


def test_every_predicate_matches_the_same_in_json(collection):
    filters = [compiled(p, "cql2-json", as_json(p.filter)) for p in of(collection)]
    assert counts(collection, filters) == [predicate.matched for predicate in of(collection)]


def test_every_negation_matches_the_rows_that_are_false_and_not_those_unknown(collection):
    expected = [sum(value is False for value in truth.values()) for truth in truths(collection)]
    texts = [f"NOT ({predicate.filter})" for predicate in of(collection)]
    assert counts(collection, [compiled(of(collection)[0], text=t) for t in texts]) == expected
    encoded = [compiled(of(collection)[0], "cql2-json", as_json(t)) for t in texts]
    assert counts(collection, encoded) == expected


@pytest.mark.parametrize("joint", ["AND", "OR"])
def test_every_pair_matches_what_its_sets_say(collection, joint):
    sets = [{fid for fid, value in truth.items() if value} for truth in truths(collection)]
    joined = set.intersection if joint == "AND" else set.union
    pairs = list(combinations(range(len(sets)), 2))
    for start in range(0, len(pairs), BATCH):
        batch = pairs[start : start + BATCH]
        texts = [
            f"({of(collection)[a].filter}) {joint} ({of(collection)[b].filter})" for a, b in batch
        ]
        found = counts(collection, [compiled(of(collection)[0], text=text) for text in texts])
        assert found == [len(joined(sets[a], sets[b])) for a, b in batch]
