"""Who is where, who is there, who acts for whom; who leaves hands over first."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from spatial.audit.models import AuditEvent
from spatial.parties import actions, handovers, queries
from spatial.parties.errors import HandoverNeeded, NotOwnParty, PartyRefused
from spatial.parties.models import DepartmentName, Shift
from spatial.parties.policies import check_may_leave
from tests.spatial.parties.people import HOUR, department, member, person, post, today

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def in_hand(monkeypatch):
    """How much each has in hand, as a room above would count it."""
    held: dict[str, int] = {}
    monkeypatch.setattr(handovers, "_counters", {"t": ("核查任务", lambda name: held.get(name, 0))})
    return held


def test_renamed_and_merged_on_one_day(now):
    a, b, c = (department(code) for code in ("TA", "TB", "TC"))
    wang = person("王")
    member(wang, a)
    # On one day: A is renamed, goes into B, which goes into C, which takes A's old name.
    DepartmentName.objects.create(department=a, name="甲新局", valid_from=today())
    actions.merge_department(a, b, today())
    actions.merge_department(b, c, today())
    DepartmentName.objects.create(department=c, name="TA局", valid_from=today())
    found = queries.department_at("TA", today())
    assert (found.code, found.name_on(today())) == ("TC", "TA局")
    before = queries.department_at("TA", today() - DAY)
    assert (before.code, before.name_on(today() - DAY)) == ("TA", "TA局")
    assert queries.members_of("TC", now) == ("王",)
    assert queries.members_of("TA", now - DAY) == ("王",)
    assert [one.code for one in queries.departments_through(["TA"], today())] == ["TC"]
    assert set(found.all_names()) >= {"TA局", "甲新局", "TB局", "TC局"}


def test_mergers_that_cannot_be_are_refused():
    a, b, c = (department(code) for code in ("TA", "TB", "TC"))
    late = department("TD", since=today() + 9 * DAY)
    actions.merge_department(a, b, today())
    for one, into in ((a, c), (b, a), (b, b), (c, a), (c, late)):
        with pytest.raises(PartyRefused):
            actions.merge_department(one, into, today() + DAY)
    assert queries.department_at("TA", today()).code == "TB"


def test_a_department_without_its_people_is_deserted():
    a, b = department("TA"), department("TB")
    wang, li = person("王"), person("李")
    member(wang, a)
    left = member(li, b, valid_to=today())
    assert {"TA", "TB"} & queries.deserted_departments(today()) == {"TB"}
    actions.merge_department(b, a, today())
    assert left.department_id == "TB"
    assert not {"TA", "TB"} & queries.deserted_departments(today())


def test_holders_of_a_role(now):
    place = post("T1", role="班长")
    person("王", "班长")
    member(person("李", "班长"), None, place)
    member(person("赵", "班长"), None, place, valid_to=today())
    person("孙", "班长", is_active=False)
    person("钱")
    assert queries.holders_of("班长", now) == ("李", "王")


def test_on_duty_counts_who_is_there(now):
    place = post("T1")
    for name in ("王", "李", "赵"):
        Shift.objects.create(
            post=place, user=person(name), starts_at=now - HOUR, ends_at=now + HOUR
        )
    li = User.objects.get(username="李")
    actions.enter_absence(li, li, now - HOUR, now + HOUR)
    User.objects.filter(username="赵").update(is_active=False)
    assert queries.on_duty("T1", now) == ("王",)
    assert queries.on_duty("T1", now + HOUR) == ()
    assert queries.on_duty("none", now) == ()
    assert queries.available_among(["王", "李", "赵"], now) == ("王",)


def test_superiors_hold_the_post_above(now):
    head = post("T0")
    below = post("T1", superior=head)
    member(person("王"), None, below)
    member(person("李"), None, head)
    member(person("赵"), None, head, valid_to=today())
    assert queries.superiors_of(["王"], now) == ("李",)
    assert queries.superiors_of(["李", "无"], now) == ()


def test_a_deputy_acts_while_the_principal_is_away(now):
    wang, li = person("王"), person("李")
    named = actions.name_deputy(wang, wang, li, now - HOUR, roles=["班长"])
    assert queries.deputies_of("王", now) == ()
    absence = actions.enter_absence(wang, wang, now - HOUR, now + HOUR)
    assert queries.deputies_of("王", now) == ("李",)
    assert queries.deputies_of("王", now) == ("李",)
    assert queries.deputies_of("王", now, "班长") == ("李",)
    assert queries.deputies_of("王", now, "值长") == ()
    actions.end_absence(wang, absence)
    assert queries.deputies_of("王", timezone.now()) == ()
    always = actions.name_deputy(wang, wang, li, now - HOUR, only_absent=False)
    assert queries.deputies_of("王", now) == ("李",)
    for one in (named, always):
        actions.withdraw_deputy(wang, one)
    assert queries.deputies_of("王", now) == ()
    kinds = AuditEvent.objects.filter(code="王").values_list("kind", flat=True)
    assert {"absence-entered", "absence-ended", "deputy-named", "deputy-withdrawn"} <= set(kinds)


def test_an_absence_that_has_not_begun_never_was(now):
    wang = person("王")
    absence = actions.enter_absence(wang, wang, now + HOUR, now + 2 * HOUR)
    actions.end_absence(wang, absence)
    assert queries.available_among(["王"], now + HOUR)


def test_no_chain_no_self_no_closed_account_no_empty_time(now):
    wang, li, zhao = person("王"), person("李"), person("赵")
    actions.name_deputy(wang, wang, li, now, only_absent=False)
    gone = person("孙", is_active=False)
    for principal, deputy in ((wang, wang), (li, zhao), (zhao, wang), (wang, gone)):
        with pytest.raises(PartyRefused):
            actions.name_deputy(principal, principal, deputy, now)
    with pytest.raises(PartyRefused):
        actions.name_deputy(zhao, zhao, li, now, now)
    with pytest.raises(PartyRefused):
        actions.enter_absence(zhao, zhao, now, now)
    with pytest.raises(IntegrityError), transaction.atomic():
        wang.deputies.update(deputy=wang)


def test_others_are_entered_by_who_keeps_them(now):
    wang, li, root = person("王"), person("李"), User.objects.create_superuser("root")
    with pytest.raises(NotOwnParty):
        actions.enter_absence(li, wang, now, now + HOUR)
    with pytest.raises(NotOwnParty):
        actions.name_deputy(li, wang, li, now)
    absence = actions.enter_absence(root, wang, now, now + HOUR)
    with pytest.raises(NotOwnParty):
        actions.end_absence(li, absence)
    assert absence.entered_by == "root"


def test_who_leaves_hands_over_first(in_hand):
    wang = person("王")
    member(wang, department("TA"))
    in_hand["王"] = 3
    with pytest.raises(HandoverNeeded, match="王名下还有未移交的工作：核查任务 3"):
        check_may_leave("王")
    in_hand.clear()
    check_may_leave("王")


def test_a_citys_departments_and_people_move_as_they_are():
    """The step that made memberships of what stood with each of the staff, there and back."""
    step = import_module("grid.migrations.0025_members")
    wang = person("王")
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE grid_staff (user_id int, department_id text) ON COMMIT DROP"
        )
        cursor.execute("INSERT INTO grid_staff VALUES (%s, 'D04')", [wang.pk])
        cursor.execute(step.THERE)
        held = wang.memberships.get()
        assert (held.department_id, held.valid_to) == ("D04", None)
        assert held.valid_from <= today()
        cursor.execute("UPDATE grid_staff SET department_id = NULL")
        cursor.execute(step.BACK)
        cursor.execute("SELECT department_id FROM grid_staff")
        assert cursor.fetchall() == [("D04",)]
