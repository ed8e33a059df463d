"""Personal values: with a reason, logged first, searched by those who may read them."""

import pytest

from layers.access.access import Caller
from layers.declarations.registry import layer_of
from layers.models import PersonalRead
from layers.reading import personal
from layers.reading.features import features
from layers.reading.offices import page_share
from layers.reading.personal import (
    PersonalDenied,
    ReasonMissing,
    SearchedTooOften,
    find_people,
    full_values,
)
from spatial.audit.models import AuditEvent
from spatial.hazards.roles import HazardRole
from spatial.parcels.models import Building
from spatial.parcels.roles import LandRole
from spatial.versions.actions import apply
from spatial.versions.edits import Action, Edit
from tests.factories import change, moment
from tests.town import BUILDING, HOLDER, PHONE

CLERK = Caller("jintu", roles=frozenset({LandRole.LAND}))
DUTY = Caller("zhiban", roles=frozenset({HazardRole.HAZARD}))
OTHER = Caller("guihua", roles=frozenset())


def versions_shown(share, code):
    return list(features(share).filter(code=code).order_by("id"))


@pytest.mark.parametrize("reason", ["", "  "])
def test_without_a_reason_nothing_is_read(town, reason):
    share = page_share(CLERK, layer_of("parcels"))
    versions = versions_shown(share, "P2")
    with pytest.raises(ReasonMissing):
        full_values(CLERK, share, versions, "P2", reason)
    with pytest.raises(ReasonMissing):
        find_people(CLERK, HOLDER, reason)
    assert not PersonalRead.objects.exists()


def test_a_reading_is_on_record_with_its_reason(town):
    share = page_share(CLERK, layer_of("parcels"))
    versions = versions_shown(share, "P2")
    found = full_values(CLERK, share, versions, "P2", "核对权属")
    assert [texts["right_holder"] for texts in found.values()] == [HOLDER]
    read = PersonalRead.objects.get()
    assert (read.who, read.code, read.reason) == ("jintu", "P2", "核对权属")
    event = AuditEvent.objects.filter(kind="personal-read").get()
    assert HOLDER not in str(event.details)


def test_the_values_of_many_versions_are_bounded(town, monkeypatch):
    for year in range(2022, 2025):
        values = {**BUILDING, "storeys_above": year % 10, "owner": f"主{year}"}
        apply(change(moment(year)), Building, [Edit(Action.REPLACE, "B1", values)])
    share = page_share(CLERK, layer_of("buildings"))
    monkeypatch.setattr(personal, "MOST_VERSIONS", 2)
    found = full_values(CLERK, share, versions_shown(share, "B1"), "B1", "核对")
    assert sorted(texts["owner"] for texts in found.values()) == ["主2023", "主2024"]


def test_who_may_read_finds_people_by_exact_name_in_every_layer(town):
    found = {(f.layer.id, f.code, f.field, f.stands) for f in find_people(CLERK, f" {HOLDER[:1]}　{HOLDER[1:]}", "信访")}  # fmt: skip
    assert {
        ("parcels", "P1", "right_holder", False),
        ("parcels", "P2", "right_holder", True),
    } < found
    assert ("buildings", "B1", "owner", True) in found
    assert ("rights", "R3", "holder", True) in found
    assert {layer for layer, *_ in found} == {"parcels", "buildings", "rights"}
    assert {f.mask for f in find_people(CLERK, HOLDER, "信访")} == {"张**"}
    assert find_people(CLERK, HOLDER[:2], "信访") == []
    assert find_people(CLERK, PHONE, "信访") == []  # of hazards, which are others'
    assert [f.code for f in find_people(DUTY, "138-1234-5678", "联络")] == ["H1"]
    reads = PersonalRead.objects.filter(who="zhiban")
    assert [(r.layer, r.code, r.reason) for r in reads] == [("hazard-sites", "", "联络")]


def test_who_may_not_finds_nobody_and_leaves_no_log(town):
    with pytest.raises(PersonalDenied):
        find_people(OTHER, HOLDER, "好奇")
    assert not PersonalRead.objects.exists()


def test_a_search_is_not_for_trying_out_a_list(town, monkeypatch):
    monkeypatch.setattr(personal, "SEARCHES_PER_MINUTE", 3)
    for number in range(3):
        find_people(DUTY, f"1380000000{number}", "联络")
    with pytest.raises(SearchedTooOften):
        find_people(DUTY, PHONE, "联络")
    assert find_people(CLERK, HOLDER, "信访")
