"""Limits of matters as they are first: rows of ``data/casework``, which an administrator keeps.

A procedure that has no row gets those of the file, once there is a table; what stands in the
table is never written over.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections

from spatial.casework.models import MatterLimit

FILE = Path(settings.BASE_DIR) / "data" / "casework" / "limits.csv"


def seed(using: str = "default", **_: Any) -> None:
    """Fill the limits of procedures that have none."""
    if MatterLimit._meta.db_table not in connections[using].introspection.table_names():
        return
    limits = MatterLimit.objects.using(using)
    known = set(limits.values_list("procedure", flat=True))
    limits.bulk_create(row for row in limits_in(FILE) if row.procedure not in known)


def limits_in(path: Path) -> Iterator[MatterLimit]:
    """The rows of a file, each with the days on which it holds and its source."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            yield MatterLimit(**{name: value for name, value in row.items() if value})
