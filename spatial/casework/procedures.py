"""A procedure as a declaration: its table, whose queue a state is, what it checks and does.

A room above declares its procedures and adds them with ``register_procedure`` when the site
starts; the system check refuses one in which work can get stuck (``ways_out``). What differs
from the usual rules of whose a matter is stands in a ``Policy`` of the procedure's own.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar

from django.core.checks import CheckMessage, Error
from django.db.models import Q

from spatial.casework.actors import Actor
from spatial.casework.acts import Act, Effect, Where
from spatial.casework.errors import DeadEnd, InvalidInput, NotResponsible
from spatial.casework.files import are_kept, keep_files
from spatial.casework.models import Matter, MatterRequest, MatterStep
from spatial.casework.roles import SYSTEM
from spatial.casework.situations import SituatedMatter
from spatial.casework.texts import is_blank, plain
from spatial.casework.ways_out import faults_of
from spatial.parties.queries import holders_of, members_named
from spatial.workflow import Transition, Workflow
from spatial.worktime import Deadline

MAX_TEXT, MAX_NAME = 1_000, 150
NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class RequestKind:
    """What may be asked in a matter: the actions that ask for it, grant and refuse it.

    It stays open in the states of ``stays_in`` (none: where it can be granted) and lapses
    with the actions of ``ends_with`` wherever they lead, unless it ``outlives`` the action.
    """

    title: str
    ask: str
    grant: str
    refuse: str
    stays_in: frozenset[str] = frozenset()
    ends_with: frozenset[str] = frozenset()
    outlives: Callable[[Act], bool] = lambda _act: False


@dataclass(frozen=True)
class Amendable:
    """A given value that can be corrected: who may, what fits, what follows from it.

    ``parse`` takes what was given and the situation and returns the value, or raises
    ``InvalidInput``; ``values`` are the attributes of the matter that change with it, and
    ``read`` tells the value as it stands, where it is not the attribute of that name.
    """

    title: str
    roles: frozenset[str]
    parse: Callable[[Any, Any], Any] = lambda given, _situation: given
    values: Callable[[Any, Any], dict[str, Any]] | None = None
    read: Callable[[Any], Any] | None = None


class Policy:
    """Whose a matter is, who may look at it, and whether an action fits it as it stands.

    The usual: whoever has the role; a matter that was given to somebody by name is theirs,
    and one of a department its people's in ``department_roles``.
    """

    department_roles: ClassVar[frozenset[str]] = frozenset()
    applicant_roles: ClassVar[frozenset[str]] = frozenset()
    seers: ClassVar[frozenset[str]] = frozenset()  # who see every matter beside those that act

    def holds(self, matter: Any, actor: Actor, role: str) -> bool:
        """Whether a matter is this one's in that role."""
        if role in self.applicant_roles:
            return bool(actor.name) and matter.applicant == actor.name
        if role in self.department_roles:
            return actor.is_of(matter.department)
        return matter.assignee in ("", actor.name)

    def holds_for(self, matter: Any, actor: Actor, role: str, _transition: Transition) -> bool:
        """Whether a matter is this one's for an action; the same for all, unless said otherwise."""
        return self.holds(matter, actor, role)

    def held(self, actor: Actor, role: str) -> Q:
        """The matters that are this one's in that role; ``holds`` says it of one."""
        if role in self.applicant_roles:
            return Q(applicant=actor.name) if actor.name else Q(pk__in=[])
        if role in self.department_roles:
            return Q(department__in=(actor.department, *actor.other_names)) & ~Q(department="")
        return Q(assignee__in=["", actor.name])

    def whose(self, matter: Any, transition: Transition) -> str:
        """Who should take an action: a department, a person, or a role."""
        if transition.roles & self.department_roles and matter.department:
            return matter.department
        if transition.roles & self.applicant_roles:
            return matter.applicant
        return matter.assignee or "、".join(sorted(transition.roles - {SYSTEM}))

    def not_theirs(self, matter: Any, _actor: Actor, transition: Transition) -> NotResponsible:
        """Why somebody who has the role may not take an action on this matter."""
        return NotResponsible(f"{transition.title}须由{self.whose(matter, transition)}办理")

    def can_see(self, matter: Any, actor: Actor) -> bool:
        """Whether somebody may look at a matter; ``visible`` says the same in SQL."""
        if actor.roles & self.seers or (actor.name and matter.applicant == actor.name):
            return True
        return bool(matter.department) and actor.is_of(matter.department)

    def visible(self, actor: Actor) -> Q:
        """The matters that somebody may look at."""
        if actor.roles & self.seers:
            return Q()
        seen = Q(applicant=actor.name) if actor.name else Q(pk__in=[])
        if actor.department:
            seen |= Q(department__in=(actor.department, *actor.other_names))
        return seen

    def recipients(self, matter: Any, role: str, at: datetime) -> tuple[str, ...]:
        """The accounts that a matter concerns in this role."""
        if role in self.applicant_roles:
            return (matter.applicant,)
        names = holders_of(role, at)
        if role in self.department_roles and matter.department:
            people = set(members_named(matter.department, at))
            names = tuple(name for name in names if name in people)
        return names

    def check_amendable(self, matter: Any) -> None:
        """Values of a matter can be corrected.

        Raises:
            InvalidInput: they cannot; the message says why.
        """

    def check(self, situation: Any, action: str, given: Mapping[str, Any]) -> None:
        """An action, which the state and the role allow, may be taken on the matter.

        Raises:
            InvalidInput: it may not; the message says why.
        """


@dataclass(frozen=True)
class Procedure:
    """One kind of office work.

    ``numbered`` begins the numbers of its matters. ``superiors`` may take what is not theirs
    in another's stead. ``aside`` are actions that stand beside the handling, ``uncertain``
    those that need more than a role (another matter, say), so that no way out can rest on
    them. In ``paused`` states no clock runs. ``attach`` keeps what
    came with an action, ``is_attached`` tells whether a matter has all of it already.
    """

    id: str
    title: str
    workflow: Workflow
    waits_for: Mapping[str, str]
    policy: Policy = field(default_factory=Policy)
    effects: Mapping[str, Callable[[Act], Effect]] = field(default_factory=dict)
    askings: Mapping[str, RequestKind] = field(default_factory=dict)
    amendable: Mapping[str, Amendable] = field(default_factory=dict)
    numbered: str = ""
    noun: str = "事项"
    recalls: frozenset[str] = frozenset()
    reassigns: frozenset[str] = frozenset()
    aside: frozenset[str] = frozenset({"remark"})
    uncertain: frozenset[str] = frozenset()
    paused: frozenset[str] = frozenset()
    max_of: Mapping[str, int] = field(default_factory=dict)
    matter_model: type[Any] = Matter
    step_model: type[Any] = MatterStep
    request_model: type[Any] = MatterRequest
    situation: Callable[[Any, datetime], Any] = SituatedMatter
    clock: Callable[[str, datetime, Mapping[str, Any]], Deadline | None] | None = None
    explain_late: Callable[[Any, Actor, str], Exception | None] = lambda *_: None
    attach: Callable[[Act, Where], None] = keep_files
    is_attached: Callable[[str, Mapping[str, Any]], bool] = are_kept

    @property
    def ended(self) -> frozenset[str]:
        """The states in which nothing is left to do."""
        return frozenset(self.workflow.states) - frozenset(self.waits_for)

    @property
    def open_states(self) -> tuple[str, ...]:
        """The states that wait for somebody, in order."""
        return tuple(state for state in self.workflow.states if state in self.waits_for)

    @property
    def first(self) -> Transition:
        """The row that begins a matter."""
        return next(t for t in self.workflow.transitions if not t.sources)

    def asked_by(self, action: str) -> str:
        """The kind of request that an action makes; none: ""."""
        return next((kind for kind, one in self.askings.items() if one.ask == action), "")

    def answered_by(self, action: str) -> str:
        """The kind of request that an action answers; none: ""."""
        answers = {a: kind for kind, one in self.askings.items() for a in (one.grant, one.refuse)}
        return answers.get(action, "")

    def own_states(self, roles: Iterable[str]) -> list[str]:
        """The states whose matters wait for one of these roles."""
        held = set(roles)
        return [state for state, role in self.waits_for.items() if role in held]

    def readable(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """What was given to an action, its texts as they are kept; one that shows nothing is none.

        Raises:
            InvalidInput: a text too long.
        """
        return {
            name: self.short("" if is_blank(value) else value, name)
            if isinstance(value, str)
            else value
            for name, value in given.items()
        }

    def short(self, text: str, name: str) -> str:
        """A text as it is kept. Raises InvalidInput: longer than its field takes."""
        text, longest = plain(text), self.max_of.get(name, MAX_NAME)
        if len(text) > longest:
            raise InvalidInput(f"文字超过 {longest} 字", name)
        return text


_procedures: dict[str, Procedure] = {}


def register_procedure(procedure: Procedure) -> Procedure:
    """Make a procedure known to the engine, its pages and its checks.

    Raises:
        ValueError: another one has its id, or its numbers.
    """
    known = _procedures.get(procedure.id)
    if known is not None and known is not procedure:
        raise ValueError(f"two procedures are called {procedure.id}")
    numbered = {one.numbered for one in _procedures.values() if one is not procedure}
    if procedure.numbered and procedure.numbered in numbered:
        raise ValueError(f"two procedures number their matters {procedure.numbered}")
    _procedures[procedure.id] = procedure
    return procedure


def all_procedures() -> list[Procedure]:
    """Every procedure that was registered, in that order."""
    return list(_procedures.values())


def procedure_named(name: str) -> Procedure | None:
    """The procedure of that id."""
    return _procedures.get(name)


def check_procedure(procedure: Procedure) -> None:
    """Work never gets stuck in a procedure.

    Raises:
        DeadEnd: it may; the message names the states.
    """
    if faults := faults_of(procedure):
        raise DeadEnd(f"{procedure.title}：{'；'.join(faults)}")


def check_procedures(**_: Any) -> list[CheckMessage]:
    """The system check over all of them."""
    faults: list[CheckMessage] = []
    for procedure in all_procedures():
        try:
            check_procedure(procedure)
        except DeadEnd as error:
            faults.append(Error(str(error), id="casework.E001"))
    return faults
