"""Mergers and deputies as values."""

from datetime import date, datetime

from hypothesis import given
from hypothesis import strategies as st

from spatial.parties.rules import Deputyship, chained_with, leads_back, successor

CODES = st.sampled_from("ABCD")
DAYS = st.dates(date(2026, 1, 1), date(2026, 1, 4))


def ship(principal, deputy, start=1, end=None, only_absent=False):
    ends_at = datetime(2026, 1, end) if end else None
    return Deputyship(principal, deputy, datetime(2026, 1, start), ends_at, only_absent)


@given(st.dictionaries(CODES, st.tuples(CODES, DAYS)), CODES, DAYS)
def test_a_successor_is_always_found_and_has_none_of_its_own(mergers, code, day):
    found = successor(code, mergers, day)
    if not any(leads_back(one, into, mergers) for one, (into, _on) in mergers.items()):
        assert found not in mergers or mergers[found][1] > day
        assert successor(found, mergers, day) == found


def test_two_deputies_in_a_row_are_a_chain():
    standing = [ship("王", "李", 1, 10)]
    assert chained_with(ship("李", "赵", 5, 6), standing) == standing[0]
    assert chained_with(ship("赵", "王", 5, 6), standing) == standing[0]
    assert chained_with(ship("李", "赵", 10, 12), standing) is None  # half-open
    assert chained_with(ship("王", "赵", 5, 6), standing) is None  # two deputies of one
    assert chained_with(ship("赵", "李", 5, 6), standing) is None  # one deputy of two


def test_a_pair_for_each_others_absences_is_no_chain():
    pair = ship("王", "李", only_absent=True), ship("李", "王", only_absent=True)
    assert chained_with(pair[1], pair[:1]) is None
    assert chained_with(ship("李", "王"), pair[:1]) == pair[0]
