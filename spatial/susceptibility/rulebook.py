"""The numbers by which susceptibility is computed: filled from ``data/susceptibility``."""

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections

from spatial.calendars.queries import held_on
from spatial.errors import SpatialError
from spatial.susceptibility.models import SusceptibilitySetting

SHIPPED = Path(settings.BASE_DIR) / "data" / "susceptibility" / "settings.csv"


class SettingsMissing(SpatialError):
    """No row says by what susceptibility is computed."""


@dataclass(frozen=True)
class SusceptibilityNumbers:
    """The settings of a day, each a row of `SusceptibilitySetting` by its name."""

    least_sites: float
    others_per_site: float
    clearance_m: float
    share_medium: float
    share_high: float
    share_very_high: float
    cohesion_kpa: float
    friction_deg: float
    soil_weight_kn_m3: float
    depth_m: float
    depth_is_normal: float
    saturated: float
    safety_stable: float
    safety_basic: float
    safety_marginal: float


SLOPE_NAMES = (
    "cohesion_kpa", "friction_deg", "soil_weight_kn_m3", "depth_m", "depth_is_normal", "saturated",
)  # fmt: skip


def seed(using: str = "default", **_: Any) -> None:
    """Fill the table of settings where it is there and holds nothing."""
    present = connections[using].introspection.table_names()
    rows = SusceptibilitySetting._default_manager.using(using)
    if SusceptibilitySetting._meta.db_table in present and not rows.exists():
        with SHIPPED.open(encoding="utf-8-sig", newline="") as lines:
            rows.bulk_create(
                SusceptibilitySetting(**{name: value for name, value in row.items() if value})
                for row in csv.DictReader(lines)
            )


def numbers_on(day: date) -> SusceptibilityNumbers:
    """The settings of a day; of two rows of one name the one that began last.

    Raises SettingsMissing.
    """
    rows = SusceptibilitySetting.objects.filter(held_on(day)).order_by("valid_from", "id")
    found = dict(rows.values_list("name", "value"))
    names = SusceptibilityNumbers.__dataclass_fields__
    if missing := [name for name in names if name not in found]:
        raise SettingsMissing(f"{day} 没有这些易发性计算参数：{'、'.join(missing)}")
    return SusceptibilityNumbers(**{name: found[name] for name in names})
