"""Titles of procedures, their states and actions, in the language of whoever reads."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import get_language

from spatial.casework.amending import AMENDED
from spatial.casework.consulting import TITLES
from spatial.casework.procedures import Procedure, procedure_named
from spatial.workflow import english_of


def title_shown(title: str) -> str:
    """A title of a declaration as the reader is shown it."""
    return english_of(title) if (get_language() or "").startswith("en") else str(title)


def state_shown(procedure: Procedure, state: str) -> str:
    """The title of a state; of one that the table has no more, its id."""
    return title_shown(procedure.workflow.states.get(state, state))


def action_shown(procedure: Procedure, action: str) -> str:
    """The title of an action of the table, or of one that the engine adds."""
    return title_shown(_actions(procedure).get(action, action))


def lapsed_shown(procedure: Procedure, titles: Iterable[str]) -> str:
    """The kinds of requests whose titles a step has kept."""
    known = {str(one.title): one.title for one in procedure.askings.values()}
    return "、".join(title_shown(known.get(title, title)) for title in titles)


def amended_shown(procedure: Procedure, field: str, kept: str = "") -> str:
    """The title of a value that was corrected; of one that is no more, as a step has kept it."""
    entry = procedure.amendable.get(field)
    return title_shown(entry.title) if entry else kept or field


def texts_shown(procedure_id: str, texts: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a notice says of a matter: the titles of its procedure, its state, what was done.

    An order keeps them in Chinese, by ``procedure``, ``state``, ``action``.
    """
    procedure = procedure_named(procedure_id)
    if procedure is None:
        return texts
    known = {
        "procedure": [procedure.title],
        "state": procedure.workflow.states.values(),
        "action": _actions(procedure).values(),
    }
    found = {name: {str(title): title for title in titles} for name, titles in known.items()}
    return {
        name: title_shown(found[name].get(text, text)) if name in found else text
        for name, text in texts.items()
    }


def _actions(procedure: Procedure) -> dict[str, str]:
    own = {row.action: row.title for row in procedure.workflow.transitions}
    return {**TITLES, **AMENDED, **own}
