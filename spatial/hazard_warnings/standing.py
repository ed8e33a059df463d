"""What messages make of the register of warnings: one feature for each message and level."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from spatial.alerts.rules.identifiers import is_identifier
from spatial.hazard_warnings.areas import area_of, drawn_shape, in_registers
from spatial.hazard_warnings.models import WarningMessage
from spatial.hazard_warnings.queries import StandingWarning, standing_warnings, town_shapes
from spatial.hazard_warnings.rules.contents import ACTUAL, content_of
from spatial.hazards.models import HazardWarning
from spatial.versions.actions import apply, record_change
from spatial.versions.edits import Action, Edit

NAME = 31  # characters of an identifier, with which the code of a feature begins


def feature_code(identifier: str, level: str) -> str:
    """The code of the feature of a message's level."""
    return f"{identifier}-{level}"


def renew_register(moment: datetime, who: str, why: str) -> int:
    """Have the register hold what stands by the public messages; returns how many edits.

    Drills are no part of it: the layer is public, and a drill must not be mistaken. What was
    entered there by other ways is left.
    """
    wanted = _wanted(standing_warnings(moment), moment)
    edits = []
    for version in own_features():
        values = wanted.pop(version.code, None)
        if values is None:
            edits.append(Edit(Action.END, version.code, expected=version.pk))
        elif not version.geom.equals(values["geom"]):
            edits.append(Edit(Action.REPLACE, version.code, values, version.pk))
    edits += [Edit(Action.OPEN, code, values) for code, values in wanted.items()]
    if edits:
        apply(record_change(who=who, why=why, at=moment), HazardWarning, edits)
    return len(edits)


def end_expired(moment: datetime, who: str) -> int:
    """End the features whose hours are over; returns how many."""
    over = [one for one in own_features() if one.expires and one.expires <= moment]
    if over:
        change = record_change(who=who, why="风险预警到期失效", at=moment)
        apply(change, HazardWarning, [Edit(Action.END, one.code, expected=one.pk) for one in over])
    return len(over)


def own_features() -> list[Any]:
    """The features that messages of this house have opened and that stand."""
    current = HazardWarning.objects.current().filter(status=ACTUAL)
    return [one for one in current if is_identifier(one.code[:NAME])]


def _wanted(standing: Iterable[StandingWarning], moment: datetime) -> dict[str, dict[str, Any]]:
    towns: dict[tuple[str, str], list[str]] = defaultdict(list)
    messages: dict[str, WarningMessage] = {}
    for one in standing:
        if one.message.is_public:
            messages[one.message.identifier] = one.message
            towns[one.message.identifier, one.level].append(one.town)
    shapes = town_shapes({code for codes in towns.values() for code in codes}, moment)
    return {
        feature_code(identifier, level): _values(messages[identifier], level, codes, shapes)
        for (identifier, level), codes in towns.items()
    }


def _values(
    message: WarningMessage, level: str, codes: list[str], shapes: dict[str, Any]
) -> dict[str, Any]:
    content = content_of(message.content)
    return {
        "title": content.headline[:100],
        "level": level,
        "text": content.text,
        "status": message.status,
        "effective": max(content.effective, message.sent),
        "expires": content.expires,
        "geom": in_registers(area_of(codes, shapes, drawn_shape(content))),
    }
