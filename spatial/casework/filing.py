"""The figures of a month as they were filed: frozen, and what corrections since make of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from spatial.casework.actors import Actor
from spatial.casework.errors import InvalidInput
from spatial.casework.models import FiledFigures
from spatial.casework.procedures import Procedure


@dataclass(frozen=True)
class Correction:
    """A figure that is no longer what was filed."""

    name: str
    filed: Any
    now: Any


def file_figures(
    procedure: Procedure, actor: Actor, period: str, figures: Mapping[str, Any], scope: str = ""
) -> FiledFigures:
    """File the figures of a month (``2026-10``) of a scope, once.

    Raises:
        InvalidInput: they were filed before.
    """
    try:
        with transaction.atomic():
            return FiledFigures.objects.create(
                procedure=procedure.id,
                period=period,
                scope=scope,
                figures=dict(figures),
                filed_by=actor.name,
                filed_at=timezone.now(),
            )
    except IntegrityError:
        raise InvalidInput(f"{period} 的数据已经报送，不能再次报送", "period") from None


def filed_figures(procedure: Procedure, period: str, scope: str = "") -> FiledFigures | None:
    """The figures of a month as they were filed; None: not yet."""
    return FiledFigures.objects.filter(procedure=procedure.id, period=period, scope=scope).first()


def corrections(filed: FiledFigures, figures: Mapping[str, Any]) -> list[Correction]:
    """What differs today from what was filed, by figure."""
    names = sorted(filed.figures.keys() | figures.keys())
    return [
        Correction(name, filed.figures.get(name), figures.get(name))
        for name in names
        if filed.figures.get(name) != figures.get(name)
    ]
