"""What changes did to the registers: how many versions each opened, closed and voided."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from spatial.versions.guards import registers
from spatial.versions.models import Change, VersionedFeature

SETTLED_AFTER_S = 60
KEPT_S = 24 * 3600
COLUMNS = {"opened": "opened_by_id", "closed": "closed_by_id", "voided": "voided_by_id"}


@dataclass(frozen=True)
class RegisterEffect:
    """What one change did to one register."""

    register: str  # the model's label in lower case
    opened: int = 0
    closed: int = 0
    voided: int = 0

    @property
    def title(self) -> str:
        """The register's title."""
        return str(_models()[self.register]._meta.verbose_name)


def effects_of(changes: Iterable[Change]) -> dict[int, list[RegisterEffect]]:
    """The effects of several changes by their ids, read together.

    What a change did is settled once its transaction is over, so it is counted once
    and then remembered.
    """
    changes = list(changes)
    keys = {f"effects:{change.pk}": change.pk for change in changes}
    known = {keys[key]: found for key, found in cache.get_many(keys).items()}
    fresh = [change for change in changes if change.pk not in known]
    if fresh:
        counted = _count([change.pk for change in fresh])
        now = timezone.now()
        for change in fresh:
            known[change.pk] = counted.get(change.pk, [])
            if (now - change.recorded_at).total_seconds() > SETTLED_AFTER_S:
                cache.set(f"effects:{change.pk}", known[change.pk], KEPT_S)
    return known


def codes_of(change: Change, effect: RegisterEffect, most: int = 20) -> list[tuple[int, str]]:
    """(version id, code) of the first things of a register that a change touched."""
    model = _models()[effect.register]
    rows: dict[str, int] = {}
    for column in COLUMNS.values():
        found = model.objects.filter(**{column: change.pk}).order_by("code", "pk")
        for pk, code in found.values_list("pk", "code")[:most]:
            rows.setdefault(code, pk)
    return sorted(((pk, code) for code, pk in rows.items()), key=lambda row: row[1])[:most]


def model_of(register: str) -> type[VersionedFeature]:
    """The register of that label."""
    return _models()[register]


def _models() -> dict[str, type[VersionedFeature]]:
    return {model._meta.label_lower: model for model in registers()}


def _count(ids: list[int]) -> dict[int, list[RegisterEffect]]:
    """One statement over all registers and the three references."""
    parts, params = [], []
    for label, model in _models().items():
        for kind, column in COLUMNS.items():
            parts.append(
                f"SELECT '{label}', '{kind}', {column}, count(*) FROM \"{model._meta.db_table}\""
                f" WHERE {column} = ANY(%s) GROUP BY {column}"
            )
            params.append(ids)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        rows = cursor.fetchall()
    numbers: dict[tuple[int, str], dict[str, int]] = defaultdict(dict)
    for label, kind, change_id, number in rows:
        numbers[change_id, label][kind] = number
    found: dict[int, list[RegisterEffect]] = defaultdict(list)
    for (change_id, label), counts in sorted(numbers.items()):
        found[change_id].append(RegisterEffect(label, **counts))
    return dict(found)
