"""The pages of a procedure as a declaration: its forms as data, who comes in, what is shown.

A profession names them in its ``procedures``; the pages themselves (``webmap.matters``) are
the same for all. They are for procedures without a register of their own.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise

from spatial.casework.actors import Actor
from spatial.casework.procedures import Procedure, procedure_named
from spatial.casework.queries import waiting_for
from spatial.casework.roles import SYSTEM
from spatial.parties.queries import holders_of
from webmap.web.callers import matter_actor

# Inputs that the pages' own forms have: no field is called so.
RESERVED = frozenset(
    {"action", "applicant", "because", "channel", "department", "expected", "files", "name", "occurred_at",
     "parent", "sent", "subject", "title", "uuid"}
)  # fmt: skip
Choices = Iterable[tuple[str, str | Promise]]


class FieldKind(Enum):
    """What is written into a field of a form."""

    TEXT = "text"
    LONG = "long"
    NUMBER = "number"
    DAY = "day"
    MOMENT = "moment"
    CHOICE = "choice"
    CHECK = "check"


@dataclass(frozen=True)
class FormField:
    """One field of a form of a procedure. ``choices`` may be read when they are needed."""

    name: str
    title: str | Promise
    kind: FieldKind = FieldKind.TEXT
    is_needed: bool = False
    choices: Choices | Callable[[], Choices] = ()
    hint: str | Promise = ""
    most: int = 200  # characters of a text
    empty: str | Promise = "—"  # how it reads where nothing was written


def people_for(procedure: Procedure, matter: Any) -> Sequence[tuple[str, str]]:
    """(account, name) of everybody who holds the role for which a matter waits."""
    return named_people(holders_of(procedure.waits_for.get(matter.step, ""), timezone.now()))


def named_people(accounts: Iterable[str]) -> list[tuple[str, str]]:
    """(account, name) of some accounts."""
    found = User.objects.filter(username__in=list(accounts)).order_by("username")
    return [(one.get_username(), one.get_full_name() or one.get_username()) for one in found]


@dataclass(frozen=True)
class ProcedurePages:
    """The pages of one procedure.

    ``forms`` are the fields of its actions by action, that of the action which begins a matter
    among them: by these a matter's values are shown. What an action needs and no form
    declares is a text. ``begins_at`` is the address where matters are begun, if that is not
    the general form; ``template`` shows something of the profession's own on a matter's page,
    from ``context``. ``holders`` are those to whom a matter can be given by name.
    """

    procedure: str
    forms: Mapping[str, tuple[FormField, ...]] = field(default_factory=dict)
    begins_at: str = ""
    template: str = ""
    context: Callable[[Any, HttpRequest], Mapping[str, Any]] = lambda _matter, _request: {}
    actor: Callable[[HttpRequest], Actor] = matter_actor
    holders: Callable[[Procedure, Any], Sequence[tuple[str, str]]] = people_for
    in_menu: bool = True

    @property
    def path(self) -> str:
        """The address of the list."""
        return f"/matters/{self.procedure}/"

    @property
    def declared(self) -> Procedure:
        """The procedure itself.

        Raises:
            LookupError: nothing has registered it.
        """
        if (found := procedure_named(self.procedure)) is None:
            raise LookupError(f"no procedure {self.procedure}")
        return found

    def may_enter(self, request: HttpRequest) -> bool:
        """Whether somebody has a part in the procedure by a role."""
        procedure, actor = self.declared, self.actor(request)
        rows = procedure.workflow.transitions
        roles = {role for row in rows for role in row.roles | row.superiors} - {SYSTEM}
        return bool(actor.name and actor.all_roles & (roles | procedure.policy.seers))

    def may_have_tasks(self, request: HttpRequest) -> bool:
        """Whether a state waits for one of the caller's roles."""
        actor = self.actor(request)
        return bool(actor.name and self.declared.own_states(actor.all_roles))

    def number_waiting(self, request: HttpRequest) -> int:
        """How many matters wait for the caller."""
        return waiting_for(self.declared, self.actor(request)).count()
