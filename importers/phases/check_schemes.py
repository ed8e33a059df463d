"""Values that their coding scheme does not list: a warning, for schemes grow."""

from collections.abc import Callable

import numpy as np

from importers.values.batch import Batch
from importers.values.columns import Column, Register
from importers.values.issues import Severity


def check_schemes(batch: Batch, register: Register) -> Batch:
    """Warn of code values unknown to the scheme that the layer declares for the field."""
    for column in register.columns:
        if not column.known or column.name not in batch.columns:
            continue
        values = batch.columns[column.name]
        present, inverse = np.unique(values.astype(str), return_inverse=True)
        strange = np.array([bool(v) and v not in column.known for v in present.tolist()])
        batch.flag(
            strange[inverse] & ~batch.rejected,
            "unknown-code",
            _unknown(column, values),
            field=column.name,
            hint="请核对编码，或补充编码表",
            severity=Severity.WARNING,
        )
    return batch


def _unknown(column: Column, values: np.ndarray) -> Callable[[int], str]:
    return lambda i: f"“{column.title}”的编码 {values[i]} 不在 {column.scheme} 中"
