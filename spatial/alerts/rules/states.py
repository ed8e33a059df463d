"""What stands where, from messages that came in any order and more than once. Pure.

An update replaces what it refers to for the areas it names; areas it does not name keep what
they had: a lowering for two towns says nothing of the others. A cancel ends the areas it names,
or all where it names none. What nobody ended expires by its own time (or after 24 hours) and is
then over by the clock, which nobody confirmed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from spatial.alerts.rules.messages import Alert, AlertInfo, Reference

WITHOUT_END = timedelta(hours=24)
Name = tuple[str, str]  # sender, identifier: what makes a message the same message


@dataclass(frozen=True)
class AlertStanding:
    """What a town has of one kind of event: the message that says so, and until when."""

    town: str
    event: str
    severity: str
    message: Reference
    since: datetime
    until: datetime

    def is_in_force(self, at: datetime) -> bool:
        """Whether it holds at a moment by its own hours."""
        return self.since <= at < self.until


@dataclass(frozen=True)
class AlertPicture:
    """What stands, and messages that could not be applied with the rule that they break."""

    standing: tuple[AlertStanding, ...]
    set_aside: tuple[tuple[Alert, str], ...]


def picture(
    messages: Iterable[Alert],
    towns: Sequence[str],
    delegated: Mapping[str, frozenset[str]] | None = None,
) -> AlertPicture:
    """What stands after all messages, whatever their order and repetition.

    ``towns`` are the 9-digit codes of the city's towns; the code of a county or a village
    meets them by its beginning. ``delegated`` names, for a sender, who else may update and end
    what it sent. Only real messages (Actual) make a picture; who wants exercises passes them
    alone with their status changed.

    A message by the name of another with other contents is set aside ("sent"), as one that
    refers to what is not there ("unknown"), to another's ("sender") or in a circle ("cycle").
    """
    first, set_aside = _once(messages)
    ordered = sorted(first.values(), key=lambda alert: (alert.sent, alert.identifier))
    state: dict[tuple[str, str], AlertStanding] = {}
    applied: dict[Name, Alert] = {}
    for alert in ordered:
        wrong = _wrong(alert, first, applied, delegated or {})
        if wrong:
            set_aside.append((alert, wrong))
            continue
        applied[_name(alert.reference)] = alert
        _apply(alert, state, towns, applied)
    return AlertPicture(
        tuple(sorted(state.values(), key=lambda s: (s.town, s.event))), tuple(set_aside)
    )


def _once(messages: Iterable[Alert]) -> tuple[dict[Name, Alert], list[tuple[Alert, str]]]:
    first: dict[Name, Alert] = {}
    set_aside = []
    for alert in messages:
        known = first.setdefault(_name(alert.reference), alert)
        if known != alert:
            set_aside.append((alert, "sent"))
    return first, set_aside


def _name(reference: Reference) -> Name:
    return reference.sender, reference.identifier


def _wrong(
    alert: Alert,
    known: Mapping[Name, Alert],
    applied: Mapping[Name, Alert],
    delegated: Mapping[str, frozenset[str]],
) -> str:
    for reference in alert.references:
        earlier = known.get(_name(reference))
        if earlier is None:
            return "unknown"
        if alert.sender != earlier.sender and alert.sender not in delegated.get(
            earlier.sender, frozenset()
        ):
            return "sender"
        if _name(reference) not in applied:
            return "cycle"  # known, and not before this one in time
    return ""


def _apply(
    alert: Alert,
    state: dict[tuple[str, str], AlertStanding],
    towns: Sequence[str],
    applied: Mapping[Name, Alert],
) -> None:
    chain = _chain(alert, applied)
    named = {town for info in alert.infos for town in towns_of(info, towns)}
    replaced = [key for key, s in state.items() if _name(s.message) in chain]
    if alert.kind == "Cancel":
        for key in replaced:
            if not named or key[0] in named:
                del state[key]
        return
    if alert.kind not in ("Alert", "Update"):
        return
    for key in replaced:
        if key[0] in named:
            del state[key]
    for info in alert.infos:
        for town in towns_of(info, towns):
            found = _standing(alert, info, town)
            state[town, found.event] = found


def _chain(alert: Alert, applied: Mapping[Name, Alert]) -> set[Name]:
    """Every earlier message that this one refers to, through all of them."""
    found: set[Name] = set()
    todo = [_name(reference) for reference in alert.references]
    while todo:
        name = todo.pop()
        if name not in found and name in applied:
            found.add(name)
            todo += [_name(reference) for reference in applied[name].references]
    return found


def _standing(alert: Alert, info: AlertInfo, town: str) -> AlertStanding:
    since = info.onset or info.effective or alert.sent
    return AlertStanding(
        town=town,
        event=event_of(info),
        severity=info.severity,
        message=alert.reference,
        since=since,
        until=info.expires or since + WITHOUT_END,
    )


def event_of(info: AlertInfo) -> str:
    """The code of the event; its words where it has none, so that nothing unknown is dropped."""
    return next((value for _, value in info.event_codes if value), info.event)


def towns_of(info: AlertInfo, towns: Sequence[str]) -> list[str]:
    """The towns that an info's codes of divisions meet, longer or shorter than theirs."""
    codes = [value for area in info.areas for _, value in area.geocodes if value.isdigit()]
    return [
        town
        for town in towns
        if any(town.startswith(code) or code.startswith(town) for code in codes)
    ]


def history(
    messages: Sequence[Alert], towns: Sequence[str]
) -> dict[str, list[tuple[datetime, str, str]]]:
    """For each town, when it came to have which severity of which event: its strip.

    (moment, event, severity); an empty severity is an end that somebody sent.
    """
    strips: dict[str, list[tuple[datetime, str, str]]] = defaultdict(list)
    before: dict[tuple[str, str], str] = {}
    ordered = sorted(messages, key=lambda alert: (alert.sent, alert.identifier))
    for upto in range(1, len(ordered) + 1):
        now = {(s.town, s.event): s.severity for s in picture(ordered[:upto], towns).standing}
        for key in sorted(now.keys() | before.keys()):
            if now.get(key) != before.get(key):
                strips[key[0]].append((ordered[upto - 1].sent, key[1], now.get(key, "")))
        before = now
    return dict(strips)
