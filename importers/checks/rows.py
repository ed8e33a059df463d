"""The rules that a row can be judged by alone: pure, on whatever machine."""

from importers.checks.catalogue import rules_for
from importers.checks.codes import check_codes
from importers.checks.shapes import check_shapes
from importers.values.batch import Batch
from importers.values.columns import Register


def check_rows(batch: Batch, register: Register) -> Batch:
    """Apply them; after ``parse`` and ``check_geometry``."""
    rules = rules_for(register.layer, geometry=register.geometry)
    if not rules:
        return batch
    check_shapes(batch, rules)
    return check_codes(batch, rules)
