"""Who belongs where, who is there, who may act for whom, at a moment. Accounts go by name."""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q, QuerySet, prefetch_related_objects

from spatial.calendars.queries import day_of, held_on
from spatial.parties.handovers import OpenWork, open_work
from spatial.parties.models import (
    Absence,
    Department,
    DepartmentMerger,
    Deputy,
    Member,
    Post,
    Shift,
)
from spatial.parties.rules import Deputyship, Mergers, successor


def named(found: QuerySet[Department]) -> list[Department]:
    """Departments with what ``all_names`` reads; mergers are rare, and cost a query where there are any."""
    absorbed = DepartmentMerger.objects.filter(into=OuterRef("code"))
    rows = found.annotate(absorbs=Exists(absorbed)).prefetch_related("later_names")
    absorbing = [row for row in rows if row.absorbs]
    prefetch_related_objects(absorbing, "absorbed__department__later_names")
    return list(rows)


def mergers() -> Mergers:
    """Every merger, by the code of what was merged."""
    rows = DepartmentMerger.objects.all()
    return {str(one.department_id): (str(one.into_id), one.on) for one in rows}


def department_at(code: str, day: date) -> Department | None:
    """What a department is on a day, through its mergers; None where it is not, or no more.

    A merger goes before a renaming of the same day: see ``rules``.
    """
    found = Department.objects.filter(held_on(day), code=successor(code, mergers(), day))
    return next(iter(named(found)), None)


def departments_through(codes: Collection[str], day: date) -> tuple[Department, ...]:
    """What some departments are on a day, each once, in their order; those that ended are out."""
    if not codes:
        return ()
    merged = mergers()
    wanted = list(dict.fromkeys(successor(code, merged, day) for code in codes))
    rows = named(Department.objects.filter(held_on(day), code__in=wanted))
    known = {row.code: row for row in rows}
    return tuple(known[code] for code in wanted if code in known)


def deserted_departments(day: date) -> frozenset[str]:
    """The departments that had people of whom none is left; one that never had any works on."""
    people = Member.objects.filter(department__isnull=False)
    rows = list(people.select_related("user", "department__merger"))
    merged = mergers() if any(hasattr(row.department, "merger") for row in rows) else {}
    staffed, able = set(), set()
    for row in rows:
        code = successor(str(row.department_id), merged, day)
        staffed.add(code)
        if row.holds_on(day) and row.user.is_active:
            able.add(code)
    return frozenset(staffed - able)


def members_of(department_code: str, at: datetime) -> tuple[str, ...]:
    """The active accounts that belong to a department, those of what went into it too."""
    day, merged = day_of(at), mergers()
    codes = [code for code in merged if successor(code, merged, day) == department_code]
    held = Member.objects.filter(held_on(day), department_id__in=[department_code, *codes])
    return _names(_active(User.objects.filter(memberships__in=held)))


def members_named(department: str, at: datetime) -> tuple[str, ...]:
    """The same of a department by any name that it has had."""
    named = Q(name=department) | Q(later_names__name=department)
    codes = Department.objects.filter(named).values_list("code", flat=True).distinct()
    day, merged = day_of(at), mergers()
    found = {name for code in codes for name in members_of(successor(code, merged, day), at)}
    return tuple(sorted(found))


def holders_of(role: str, at: datetime) -> tuple[str, ...]:
    """The active accounts that have a role, but for those whose every post of the role is over.

    The role itself is the account's group; a post says from when until when.
    """
    posts = Member.objects.filter(user=OuterRef("pk"), post__role=role)
    found = _active(User.objects.filter(groups__name=role))
    return _names(found.filter(~Exists(posts) | Exists(posts.filter(held_on(day_of(at))))))


def on_duty(post_code: str, at: datetime) -> tuple[str, ...]:
    """Who has a shift at a post, is active and not away."""
    shifts = Shift.objects.filter(post__code=post_code, starts_at__lte=at, ends_at__gt=at)
    present = _active(User.objects.filter(shifts__in=shifts))
    return _names(present.filter(~Exists(_absences(at))))


def available_among(usernames: Iterable[str], at: datetime) -> tuple[str, ...]:
    """Those of some accounts that are active and not away."""
    found = _active(User.objects.filter(username__in=list(usernames)))
    return _names(found.filter(~Exists(_absences(at))))


def deputies_of(username: str, at: datetime, role: str = "") -> tuple[str, ...]:
    """Who may act in somebody's stead."""
    found = acting(at).filter(principal__username=username, deputy__is_active=True)
    names = _in_role(found, role).values_list("deputy__username", flat=True)
    return tuple(names.order_by("deputy__username").distinct())


def with_deputies(usernames: Iterable[str], at: datetime, role: str = "") -> tuple[str, ...]:
    """Some accounts, and whoever may act in their stead."""
    names = set(usernames)
    found = acting(at).filter(principal__username__in=names, deputy__is_active=True)
    deputies = _in_role(found, role).values_list("deputy__username", flat=True)
    return tuple(sorted(names | set(deputies)))


def superiors_of(usernames: Collection[str], at: datetime) -> tuple[str, ...]:
    """Who holds the posts above those that some people hold."""
    held = held_on(day_of(at))
    posts = Member.objects.filter(held, user__username__in=list(usernames), post__isnull=False)
    above = Post.objects.filter(pk__in=posts.values("post__superior"))
    members = Member.objects.filter(held, post__in=above)
    return _names(_active(User.objects.filter(memberships__in=members)))


def handover_needed(username: str) -> tuple[OpenWork, ...]:
    """What somebody has in hand and must hand over before they leave, by kind."""
    return open_work(username)


def deputyships(users: Collection[int]) -> list[Deputyship]:
    """Every standing deputyship that some people take part in, of now and later."""
    rows = Deputy.objects.filter(
        Q(principal__in=users) | Q(deputy__in=users), withdrawn_at__isnull=True
    ).values_list("principal__username", "deputy__username", "starts_at", "ends_at", "only_absent")
    return [Deputyship(*row) for row in rows]


def acting(at: datetime) -> QuerySet[Deputy]:
    """The deputyships that let somebody act at a moment, for principals whose account is open."""
    held = Q(ends_at__isnull=True) | Q(ends_at__gt=at)
    found = Deputy.objects.filter(
        held, starts_at__lte=at, withdrawn_at__isnull=True, principal__is_active=True
    )
    return found.filter(Q(only_absent=False) | Exists(_absences(at, "principal")))


def _in_role(found: QuerySet[Deputy], role: str) -> QuerySet[Deputy]:
    return found.filter(Q(roles=[]) | Q(roles__contains=[role])) if role else found


def _absences(at: datetime, of: str = "pk") -> QuerySet[Absence]:
    return Absence.objects.filter(
        user=OuterRef(of), starts_at__lte=at, ends_at__gt=at, withdrawn_at__isnull=True
    )


def _active(users: QuerySet[User]) -> QuerySet[User]:
    return users.filter(is_active=True)


def _names(users: QuerySet[User]) -> tuple[str, ...]:
    return tuple(users.order_by("username").values_list("username", flat=True).distinct())
