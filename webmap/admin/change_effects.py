"""What changes did to the registers: how many versions each opened, closed and voided.

Which registers a change touched is on record with it; what it did there is read from the
caller's share, and left open where it has none or was shown nothing (docs/adr/0013-walls.md).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.core.cache import cache
from django.utils import timezone

from layers.access.access import Caller
from layers.declarations.declarations import Layer
from layers.reading.offices import page_share
from layers.reading.reading import read
from layers.reading.shares import Share
from spatial.versions.audiences import register_in
from spatial.versions.guards import registers
from spatial.versions.models import Change, VersionedFeature
from spatial.versions.queries import names_counted
from webmap.web.histories import layer_for

SETTLED_AFTER_S = 60
KEPT_S = 24 * 3600
# kind: the versions that a change has made so, as a share shows them
KINDS = {
    "opened": "opened_by_id = ANY(%s) AND is_shown",
    "closed": "closed_by_id = ANY(%s) AND (NOT isempty(valid) OR voided_by_id IS NOT NULL)",
    "voided": "voided_by_id = ANY(%s) AND is_shown",
}
Counts = tuple[int, int, int]  # opened, closed, voided


@dataclass(frozen=True)
class RegisterEffect:
    """What one change did to one register, as ``share`` shows it; without one, nothing is known."""

    register: str  # the model's label in lower case
    opened: int = 0
    closed: int = 0
    voided: int = 0
    share: Share | None = field(default=None, compare=False)

    @property
    def title(self) -> str:
        """The register's title."""
        return str(_models()[self.register]._meta.verbose_name)


def effects_of(caller: Caller, changes: Iterable[Change]) -> dict[int, list[RegisterEffect]]:
    """The effects of several changes by their ids, read together, a register at a time."""
    changes = list(changes)
    names = names_counted([change.pk for change in changes])
    found: dict[int, list[RegisterEffect]] = {change.pk: [] for change in changes}
    for register in sorted({register_in(name) for own in names.values() for name in own}):
        layer = layer_for(_models()[register])
        share = page_share(caller, layer) if layer else None
        shown = [c for c in changes if share and share.register in names[c.pk]]
        counts = _counts(share, shown) if share else {}
        for change_id, own in names.items():
            if change_id in counts:
                found[change_id].append(RegisterEffect(register, *counts[change_id], share=share))
            elif register in map(register_in, own):
                found[change_id].append(RegisterEffect(register))
    return found


def codes_of(change: Change, effect: RegisterEffect, most: int = 20) -> list[tuple[int, str]]:
    """(version id, code) of the first things of a register that a change touched."""
    if effect.share is None:
        return []
    parts = [
        f"(SELECT code, id FROM {effect.share.view} WHERE {condition} ORDER BY code, id LIMIT {most:d})"
        for condition in KINDS.values()
    ]
    rows = read(effect.share, " UNION ALL ".join(parts), [[change.pk]] * len(parts))
    ids: dict[str, int] = {}
    for code, pk in rows:
        ids.setdefault(code, pk)
    return sorted(((pk, code) for code, pk in ids.items()), key=lambda row: row[1])[:most]


def layers_touched(change: Change) -> list[Layer | None]:
    """The layers of the registers that a change touched, shown or not; None: of no layer."""
    touched = {register_in(name) for name in names_counted([change.pk])[change.pk]}
    return [layer_for(_models()[register]) for register in sorted(touched)]


def _models() -> dict[str, type[VersionedFeature]]:
    return {model._meta.label_lower: model for model in registers()}


def _counts(share: Share, changes: Sequence[Change]) -> dict[int, Counts]:
    """What changes did to the register of a share, by their ids.

    That is settled once their transactions are over, so it is counted once and then remembered.
    """
    keys = {f"effects:{share.key}:{change.pk}": change.pk for change in changes}
    known: dict[int, Counts] = {keys[key]: kept for key, kept in cache.get_many(keys).items()}
    fresh = [change for change in changes if change.pk not in known]
    if fresh:
        counted, now = _count(share, [change.pk for change in fresh]), timezone.now()
        for change in fresh:
            known[change.pk] = counted[change.pk]
            if (now - change.recorded_at).total_seconds() > SETTLED_AFTER_S:
                cache.set(f"effects:{share.key}:{change.pk}", known[change.pk], KEPT_S)
    return known


def _count(share: Share, ids: list[int]) -> dict[int, Counts]:
    """One statement over the three references to a change."""
    parts = [
        f"SELECT '{kind}', {kind}_by_id, count(*) FROM {share.view}"
        f" WHERE {condition} GROUP BY {kind}_by_id"
        for kind, condition in KINDS.items()
    ]
    rows = read(share, " UNION ALL ".join(parts), [ids] * len(parts))
    numbers = {(kind, change): number for kind, change, number in rows}
    opened, closed, voided = KINDS
    return {
        change: tuple(numbers.get((kind, change), 0) for kind in (opened, closed, voided))
        for change in ids
    }
