"""Who may enter what of people and departments, and what is refused whoever asks."""

from datetime import date, datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser, User
from django.utils.translation import gettext as _

from spatial.parties.errors import HandoverNeeded, NotOwnParty, PartyRefused
from spatial.parties.models import Department
from spatial.parties.queries import deputyships, handover_needed, mergers
from spatial.parties.rules import Deputyship, chained_with, leads_back

Person = AbstractBaseUser | AnonymousUser


def can_keep_parties(person: Person) -> bool:
    """Whether somebody keeps departments, posts, shifts, and absences of others: administrators."""
    return isinstance(person, User) and person.is_active and person.is_superuser


def can_act_for(person: Person, of: User) -> bool:
    """Whether somebody enters the absences and deputies of a person: their own, or who keeps all."""
    is_own = isinstance(person, User) and person.is_active and person.pk == of.pk
    return is_own or can_keep_parties(person)


def check_acts_for(person: Person, of: User) -> None:
    """Let somebody enter the absences and deputies of a person.

    Raises:
        NotOwnParty: they are somebody else's.
    """
    if not can_act_for(person, of):
        raise NotOwnParty(_("只能登记自己的请假和代理"))


def check_period(starts_at: datetime, ends_at: datetime | None) -> None:
    """Let a period be.

    Raises:
        PartyRefused: it is empty.
    """
    if ends_at is not None and ends_at <= starts_at:
        raise PartyRefused(_("结束应晚于开始"), "ends_at")


def check_deputy(new: Deputyship, principal: User, deputy: User) -> None:
    """Let somebody be a deputy.

    Raises:
        PartyRefused: oneself, a closed account, or a chain of deputies.
    """
    if principal.pk == deputy.pk:
        raise PartyRefused(_("代理人不能是本人"), "deputy")
    if not deputy.is_active:
        raise PartyRefused(_("代理人的账号已停用"), "deputy")
    check_period(new.starts_at, new.ends_at)
    found = chained_with(new, deputyships([principal.pk, deputy.pk]))
    if found is not None:
        names = {"principal": found.principal, "deputy": found.deputy}
        raise PartyRefused(
            _("这段时间已由%(deputy)s代理%(principal)s，代理不能再转托") % names, "deputy"
        )


def check_merger(department: Department, into: Department, on: date) -> None:
    """Let a department go into another.

    Raises:
        PartyRefused: into itself or in a circle, a second time, or either is not there then.
    """
    merged = mergers()
    if department.code in merged:
        raise PartyRefused(_("该部门已登记并入别的部门"), "department")
    if department.code == into.code or leads_back(department.code, into.code, merged):
        raise PartyRefused(_("并入的部门最终又回到该部门"), "into")
    gone = into.code in merged and merged[into.code][1] < on
    if gone or not into.holds_on(on):
        raise PartyRefused(_("并入的部门在这一天不存在"), "into")
    if department.valid_from > on or (department.valid_to and department.valid_to < on):
        raise PartyRefused(_("该部门在这一天不存在"), "on")


def check_may_leave(username: str) -> None:
    """Let an account be closed, or a membership end.

    Raises:
        HandoverNeeded: there is work in hand; the message counts it by kind.
    """
    if work := handover_needed(username):
        counts = "、".join(f"{one.title} {one.number}" for one in work)
        raise HandoverNeeded(
            _("%(name)s名下还有未移交的工作：%(counts)s。请先移交，再办理离岗")
            % {"name": username, "counts": counts}
        )
