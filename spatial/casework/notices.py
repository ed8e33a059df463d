"""Who hears of what happens to matters: orders to the outbox, in the act's own transaction.

A matter that has come to somebody's desk, what they asked for or are to answer, the end of what
they applied for, and clocks that run out. Notices name the matter and no person's data.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from spatial.casework.acts import Act
from spatial.casework.procedures import Procedure, all_procedures
from spatial.casework.queries import open_matters
from spatial.outbox.actions import order_notice
from spatial.outbox.models import Notice
from spatial.outbox.topics import Escalation, Topic
from spatial.parties.queries import with_deputies
from spatial.workflow import Transition
from spatial.worktime import TimeLimit, TimeUnit

ARRIVED = Topic("matter-arrived", _("有事项待办理"))
ASKED = Topic("matter-asked", _("有申请待审批"))
ANSWERED = Topic("matter-answered", _("申请已答复"))
ENDED = Topic("matter-ended", _("我的申请已办结"))
LATE = Topic(
    "matter-late", _("事项已超时"), escalation=Escalation(TimeLimit(8, TimeUnit.WORK_HOUR))
)
TOPICS = (ARRIVED, ASKED, ANSWERED, ENDED, LATE)
LATELY = timedelta(days=1)  # clocks that ran out before that were told of, or the site was down
MAX_AT_ONCE = 500


def tell_of_step(procedure: Procedure, act: Act, transition: Transition, matter: Any) -> None:
    """Tell those concerned of an action that was just taken; ``matter`` is as it is now."""
    is_moved = matter.step != act.matter.step
    is_given = act.action in procedure.reassigns | procedure.recalls
    if is_moved or is_given:
        tell_of_arrival(procedure, matter, transition.title, act.actor.name, act.at)
    if kind := procedure.asked_by(act.action):
        roles = procedure.workflow.of(procedure.askings[kind].grant).roles
        names = {
            name
            for role in roles
            for name in with_deputies(
                procedure.policy.recipients(matter, role, act.at), act.at, role
            )
        }
        tell(ASKED, procedure, matter, names, transition.title, act.actor.name, act.at)
    if kind := procedure.answered_by(act.action):
        request = act.situation.open_requests.get(kind)
        names = {request.asked_by} if request else set()
        tell(ANSWERED, procedure, matter, names, transition.title, act.actor.name, act.at)


def tell_of_arrival(procedure: Procedure, matter: Any, title: str, who: str, at: datetime) -> None:
    """Tell those whose it is now; of one that has ended, whoever applied for it."""
    if matter.step in procedure.ended:
        applicant = getattr(matter, "applicant", "")
        tell(ENDED, procedure, matter, {applicant} - {""}, title, who, at)
        return
    names = whose_it_is(procedure, matter, at)
    tell(ARRIVED, procedure, matter, names, title, who, at)


def whose_it_is(procedure: Procedure, matter: Any, at: datetime) -> tuple[str, ...]:
    """Who is to act now: whom it was given to by name, or all of the role, and their deputies."""
    role = procedure.waits_for[matter.step]
    name = getattr(matter, "assignee", "")
    names = (name,) if name else procedure.policy.recipients(matter, role, at)
    return with_deputies(names, at, role)


def tell_of_late(now: datetime | None = None) -> int:
    """Tell of clocks that have run out since, each once; returns of how many."""
    now, told = now or timezone.now(), 0
    for procedure in all_procedures():
        late = open_matters(procedure).filter(step_due_at__range=(now - LATELY, now))
        marks = {_late_mark(procedure, matter): matter for matter in late}
        known = Notice.objects.filter(dedupe__in=marks).values_list("dedupe", flat=True)
        for mark in sorted(marks.keys() - set(known))[:MAX_AT_ONCE]:
            matter = marks[mark]
            names = whose_it_is(procedure, matter, now)
            tell(LATE, procedure, matter, names, "", "", now, dedupe=mark)
            told += 1
    return told


def _late_mark(procedure: Procedure, matter: Any) -> str:
    return f"late:{procedure.id}:{matter.code}:{matter.step_due_at:%Y%m%d%H%M%S}"


def tell(
    topic: Topic,
    procedure: Procedure,
    matter: Any,
    names: Iterable[str],
    title: str,
    who: str,
    at: datetime,
    dedupe: str = "",
    template: str = "",
) -> None:
    """Order a notice about a matter to these accounts but for who acted; nobody: none.

    Its words are the topic's, or those of a ``template`` of its own.
    """
    recipients = sorted(set(names) - {who})
    if not recipients and topic is not LATE:
        return  # a queue that nobody holds shows itself at the desk, and in its clock
    order_notice(
        topic=topic.id,
        about=(procedure.id, matter.code),
        recipients=recipients,
        template=template or topic.id.replace("-", "_"),
        values={
            "procedure": procedure.title,
            "action": title,
            "state": procedure.workflow.states[matter.step],
            "who": who,
        },
        dedupe=dedupe,
        at=at,
    )
