"""Casework as one table of transitions that can be asked and can draw itself. Pure.

A table says from which states an action leads where, who may take it and what it must
bring along. What an action does to the data stands elsewhere; a table that knows less
cannot disagree with it.

>>> door = Workflow({"open": "开", "shut": "关"}, (
...     Transition("close", "关上", ("open",), "shut", frozenset({"门卫"})),
... ))
>>> door.of("close").target
'shut'
>>> [t.action for t in door.leaving("open")]
['close']
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from spatial.errors import SpatialError


class Title(str):
    """A title in both languages: the Chinese one, which records keep, and beside it the English.

    >>> shut = Title("关", "Shut")
    >>> shut, shut.english
    ('关', 'Shut')
    """

    english: str

    def __new__(cls, chinese: str, english: str) -> "Title":
        """The Chinese title, with the English one."""
        made = super().__new__(cls, chinese)
        made.english = english
        return made

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        """What a copy is made of."""
        return str(self), self.english


def english_of(title: str) -> str:
    """The English of a title; of one in a single language, that."""
    return getattr(title, "english", title)


class UnknownAction(SpatialError, ValueError):
    """An action that the table does not have."""


class WrongState(SpatialError, ValueError):
    """An action that the state does not allow."""


class RoleNotAllowed(SpatialError, PermissionError):
    """An action that none of the actor's roles may take."""


class MissingInput(SpatialError, ValueError):
    """An action without something that it must bring along. ``names`` says what."""

    def __init__(self, message: str, names: tuple[str, ...]) -> None:
        super().__init__(message)
        self.names = names


@dataclass(frozen=True)
class Transition:
    """One row of the table; without sources it begins a case, with target "" it stays.

    Those in ``superiors`` may take it too, in the stead of whoever should.
    """

    action: str
    title: str
    sources: tuple[str, ...]
    target: str
    roles: frozenset[str]
    needs: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)  # titles of what it needs
    superiors: frozenset[str] = frozenset()

    def lands_in(self, state: str) -> str:
        """The state after it."""
        return self.target or state


@dataclass(frozen=True)
class Workflow:
    """States with their titles, in order, and the transitions between them."""

    states: Mapping[str, str]
    transitions: tuple[Transition, ...]

    def __post_init__(self) -> None:
        actions = [t.action for t in self.transitions]
        if len(actions) != len(set(actions)):
            raise ValueError("an action stands twice in the table")
        named = {s for t in self.transitions for s in (*t.sources, t.target) if s}
        if unknown := named - self.states.keys():
            raise ValueError(f"states without a title: {sorted(unknown)}")

    @cached_property
    def _by_action(self) -> dict[str, Transition]:
        return {t.action: t for t in self.transitions}

    def of(self, action: str) -> Transition:
        """The transition of that action. Raises KeyError if there is none."""
        return self._by_action[action]

    def leaving(self, state: str, roles: Iterable[str] | None = None) -> Iterator[Transition]:
        """The transitions that a state allows, to holders of any of these roles."""
        for transition in self.transitions:
            if state in transition.sources and (
                roles is None or transition.roles & frozenset(roles)
            ):
                yield transition

    def check(
        self, action: str, state: str, roles: Iterable[str], given: Mapping[str, object]
    ) -> Transition:
        """The transition, once it is sure that it may be taken.

        Raises:
            UnknownAction: no such action.
            WrongState: not from this state.
            RoleNotAllowed: not with these roles.
            MissingInput: something that it needs was not given.
        """
        transition = self._by_action.get(action)
        if transition is None:
            raise UnknownAction(f"没有“{action[:40]}”这个操作")
        if state not in transition.sources:
            now = self.states.get(state, state)
            raise WrongState(f"“{now}”阶段不能{transition.title}，请刷新后再试")
        if not (transition.roles | transition.superiors) & frozenset(roles):
            who = "、".join(sorted(transition.roles))
            raise RoleNotAllowed(f"{transition.title}须由{who}办理")
        absent = tuple(name for name in transition.needs if not given.get(name))
        if absent:
            told = "、".join(transition.words.get(name, name) for name in absent)
            raise MissingInput(f"{transition.title}须填写：{told}", absent)
        return transition

    @property
    def ends(self) -> frozenset[str]:
        """The states that no transition leads out of to another."""
        left = {s for t in self.transitions for s in t.sources if t.target and t.target != s}
        return frozenset(self.states) - left

    def diagram(self) -> str:
        """The table as a Mermaid state diagram; the same table always draws the same text."""
        lines = ["stateDiagram-v2"]
        lines += [f"    {state} : {title}" for state, title in self.states.items()]
        for t in self.transitions:
            instead = f"；{'、'.join(sorted(t.superiors))}代办" if t.superiors else ""
            label = f"{t.title}（{'、'.join(sorted(t.roles))}{instead}）"
            for source in t.sources or ("[*]",):
                lines.append(f"    {source} --> {t.lands_in(source)} : {label}")
        lines += [f"    {state} --> [*]" for state in self.states if state in self.ends]
        return "\n".join(lines) + "\n"
