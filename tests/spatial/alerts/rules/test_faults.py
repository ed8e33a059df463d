"""One message for each rule of ours that the schema cannot hold."""

from dataclasses import replace
from datetime import timedelta

import pytest
from shapely import box

from spatial.alerts.rules.documents import read, write
from spatial.alerts.rules.faults import AlertBounds, faults
from spatial.alerts.rules.messages import AlertCircle
from tests.spatial.alerts.rules.samples import NOON, RING, alert, area, info

HERE = AlertBounds(county=box(111.5, 27.4, 112.1, 28.1))
GOOD = alert("a", info(area("431382", polygons=(RING,))))
BOW = ((111.6, 27.6), (111.7, 27.7), (111.7, 27.6), (111.6, 27.7), (111.6, 27.6))

WRONG = {
    "characters": replace(GOOD, identifier="with blank"),
    "references": replace(GOOD, kind="Update"),
    "itself": replace(GOOD, kind="Update", references=(GOOD.reference,)),
    "restriction": replace(GOOD, scope="Restricted"),
    "addresses": replace(GOOD, scope="Private"),
    "expiry": alert("a", info(area("431382"), expires=NOON - timedelta(hours=1))),
    "place": alert("a", info(area())),
    "positions": alert("a", info(area(polygons=(RING[:2],)))),
    "closed": alert("a", info(area(polygons=(RING[:-1],)))),
    "crossing": alert("a", info(area(polygons=(BOW,)))),
    "axes": alert("a", info(area(polygons=(tuple((y, x) for x, y in RING),)))),
    "radius": alert("a", info(area(circles=(AlertCircle((111.6, 27.6), -1.0),)))),
    "elsewhere": alert("a", info(area(polygons=(tuple((x + 9, y) for x, y in RING),)))),
    "info": replace(GOOD, infos=()),
    "empty": alert("a", info(area(polygons=((RING[0], RING[1], RING[1], RING[0]),)))),
}  # fmt: skip


def test_a_good_message_has_no_fault():
    assert faults(GOOD, HERE) == []


@pytest.mark.parametrize("rule", WRONG)
def test_each_rule_is_found_alone_and_names_a_place(rule):
    found = faults(WRONG[rule], HERE)
    assert [fault.rule for fault in found] == [rule]
    assert all((found[0].where, found[0].zh, found[0].en))


@pytest.mark.parametrize("rule", WRONG)
def test_the_schema_passes_every_one_of_them(rule):
    message = WRONG[rule]
    assert read(write(message)) == message


def test_what_lies_elsewhere_is_a_fault_of_our_own_only():
    assert faults(WRONG["elsewhere"]) == faults(WRONG["info"]) == []
