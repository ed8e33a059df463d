"""The rules of the tests: those of the product, but any code will do.

Tests name their parcels P1 and their pipes G7; what codes must look like is tested on its
own, in tests/importers/checks.
"""

import atexit
import csv
import os
from pathlib import Path
from tempfile import gettempdir

SHIPPED = Path(__file__).resolve().parents[1] / "data" / "rules" / "checks.csv"


def let_codes_be_short() -> None:
    """Have CHECK_RULES name a copy in which the rules on codes are off."""
    with SHIPPED.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        names, rows = list(reader.fieldnames or ()), list(reader)
    for row in rows:
        if row["code"].startswith("code-"):
            row["enabled"] = "no"
    path = Path(gettempdir()) / f"check-rules-{os.getpid()}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)
    os.environ["CHECK_RULES"] = str(path)
    atexit.register(path.unlink, missing_ok=True)
