"""Who may see what. Pure: a caller and a declaration go in, a decision comes out.

Three questions, asked separately: may this class of layer be shown outside at all
(sharing class), may this caller see it (public, or a role that reads it), and
which of its fields. Every page, endpoint, job and download asks here; example: the
pipe layers are conditional, so an anonymous caller does not even learn that they
exist, while a pipe engineer (管网) sees them whole.

Reading, delivering, writing through the API and undoing are four rights, each declared
by the layer: its ``readers``, ``deliverers``, ``writers`` and ``undoers``. The last three
are the data stewards' as well, of all layers but withheld ones, and an administrator's,
of all but those that are ``kept_by_role``: there an administrator without the role only reads.
Whoever delivers a layer decides who else reads it. Casework is written by its table of
steps alone, whoever asks. A dispatcher sees pipes and cases, and has no other right to either.

A system has what the grants of its key say: it reads and, if the grant says so, writes
through the API; it never delivers, undoes or decides.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

from layers.roles import Role


class Sharing(StrEnum):
    """The sharing classes of the government data catalogue."""

    MANDATORY = "mandatory"  # 强制共享: any department, unconditionally
    CONDITIONAL = "conditional"  # 条件共享: named consumers, on conditions
    WITHHELD = "withheld"  # 不予共享: with the law that says so


@dataclass(frozen=True)
class Grant:
    """What a key opens of one layer: the layer whole, or only named fields and districts."""

    layer: str
    fields: frozenset[str] = frozenset()  # none named: every shared field
    districts: tuple[str, ...] = ()  # code prefixes; none named: the whole city
    may_write: bool = False


@dataclass(frozen=True)
class Caller:
    """Who asks: nobody known, a person with roles, or a system with the grants of its key."""

    name: str = ""
    roles: frozenset[str] = frozenset()
    is_admin: bool = False
    is_department: bool = True  # of the city's own government: mandatory sharing holds
    grants: tuple[Grant, ...] = ()
    key: int = 0  # the id of the API key, if it is a system
    per_minute: int = 0  # requests that the system may make; 0: no bound

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody signed in."""
        return not self.name

    def grant_of(self, layer_id: str) -> Grant | None:
        """The grant for a layer, if there is one."""
        return next((grant for grant in self.grants if grant.layer == layer_id), None)


ANONYMOUS = Caller()


class Shared(Protocol):
    """What a decision needs to know of a layer."""

    @property
    def id(self) -> str:
        """Its name."""

    @property
    def public(self) -> bool:
        """Whether the open internet may see it."""

    @property
    def sharing(self) -> Sharing:
        """Its sharing class."""

    @property
    def readers(self) -> frozenset[str]:
        """The roles that read a conditional layer, and its personal data."""

    @property
    def deliverers(self) -> frozenset[str]:
        """The roles that take deliveries in and decide who else reads, beside the stewards."""

    @property
    def writers(self) -> frozenset[str]:
        """The roles that write through the API, beside the stewards."""

    @property
    def undoers(self) -> frozenset[str]:
        """The roles that undo changes, beside the stewards."""

    @property
    def by_steps(self) -> bool:
        """Whether a table of steps alone writes it, whoever asks."""

    @property
    def kept_by_role(self) -> bool:
        """Whether an administrator delivers, writes and undoes it only by a role that does."""

    @property
    def is_withdrawn(self) -> bool:
        """Whether it was taken off for the time being."""


L = TypeVar("L", bound=Shared)


def may_see(caller: Caller, layer: Shared) -> bool:
    """Whether the caller may see the layer at all."""
    if layer.sharing is Sharing.WITHHELD or layer.is_withdrawn:
        return caller.is_admin
    if layer.public or caller.is_admin:
        return True
    if caller.is_anonymous:
        return False
    if layer.sharing is Sharing.MANDATORY and caller.is_department:
        return True
    return bool(caller.roles & layer.readers) or caller.grant_of(layer.id) is not None


def may_see_reserved(caller: Caller, layer: Shared) -> bool:
    """Whether the caller may see the fields of a layer that the open internet may not.

    Departments may; a key of somebody else only by a grant. Ask ``may_see`` first.
    """
    if caller.is_admin or caller.grant_of(layer.id) is not None:
        return True
    return not caller.is_anonymous and caller.is_department


def may_write(caller: Caller, layer: Shared) -> bool:
    """Whether the caller may create, replace, change and end features through the API.

    The layer's writers may, who see it, and a key whose grant says so; what is written by
    its steps, nobody.
    """
    if layer.by_steps or layer.sharing is Sharing.WITHHELD or not may_see(caller, layer):
        return False
    grant = caller.grant_of(layer.id)
    return _holds(caller, layer, layer.writers) or bool(grant and grant.may_write)


def may_see_personal(caller: Caller, layer: Shared) -> bool:
    """Whether the caller may see the layer's personal data in full; such reads are logged."""
    return caller.is_admin or bool(caller.roles & layer.readers)


def may_deliver(caller: Caller, layer: Shared) -> bool:
    """Whether the caller may take deliveries of the layer in; of what is by steps, nobody."""
    return not layer.by_steps and _holds(caller, layer, layer.deliverers)


def may_undo(caller: Caller, layers: Iterable[Shared | None]) -> bool:
    """Whether the caller may undo a change that touched these layers, every one of them.

    None stands for a register that is no layer: an administrator's alone. A step of
    casework nobody undoes.
    """
    return all(
        not layer.by_steps and _holds(caller, layer, layer.undoers) if layer else caller.is_admin
        for layer in layers
    )


def _holds(caller: Caller, layer: Shared, roles: frozenset[str]) -> bool:
    """Whether the caller has a right that a layer declares for these roles; a key has none."""
    if caller.key:
        return False
    if caller.roles & roles or (caller.is_admin and not layer.kept_by_role):
        return True
    return Role.STEWARD in caller.roles and layer.sharing is not Sharing.WITHHELD


def visible(caller: Caller, layers: Iterable[L]) -> list[L]:
    """Those of the layers that the caller may see, in the same order."""
    return [layer for layer in layers if may_see(caller, layer)]


def may_know_of(caller: Caller, layer: Shared) -> bool:
    """Whether the catalogue lists the layer for the caller.

    What a department cannot read yet it can apply for, so it learns that a conditional
    layer exists; the open internet and other systems do not.
    """
    if layer.sharing is Sharing.WITHHELD or layer.is_withdrawn:
        return False
    known = not caller.is_anonymous and caller.is_department
    return known or may_see(caller, layer)


def may_manage_sharing(caller: Caller) -> bool:
    """Whether the caller looks after every consumer, key and grant, and publishes layers."""
    return caller.is_admin or Role.STEWARD in caller.roles


def may_decide(caller: Caller, layer: Shared) -> bool:
    """Whether the caller decides who else may read the layer.

    Data stewards and administrators do, and the office that delivers it; its other readers only
    read it.
    """
    if layer.sharing is Sharing.WITHHELD or caller.key:
        return False
    return may_manage_sharing(caller) or _holds(caller, layer, layer.deliverers)


def may_grant_writing(caller: Caller, layer: Shared) -> bool:
    """Whether the caller may let a system write the layer: who decides on it and writes it."""
    if layer.by_steps or not may_decide(caller, layer):
        return False
    return _holds(caller, layer, layer.writers)


def may_maintain(caller: Caller, keeper: str) -> bool:
    """Whether the caller may issue and revoke the keys of a consumer that ``keeper`` registered."""
    if caller.is_anonymous or caller.key:
        return False
    return may_manage_sharing(caller) or caller.name == keeper


def may_read_audit(caller: Caller) -> bool:
    """Whether the caller may search what everybody did: auditors and administrators."""
    return not caller.key and (caller.is_admin or Role.AUDITOR in caller.roles)


def may_audit(caller: Caller) -> bool:
    """Whether the caller may see who read what."""
    return may_manage_sharing(caller) or Role.AUDITOR in caller.roles
