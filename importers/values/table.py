"""What every format opens as: one table with its names, and rows in batches."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import shapely

from importers.errors import DeliveryRefused
from importers.values.issues import Issue, Severity
from spatial.crs import Claim

BATCH = 50_000
PORTION = 16 << 20  # bytes of geometry that go through the phases at once: a million points


@dataclass(frozen=True)
class Ask:
    """What is wanted of a file.

    ``wanted`` are names of tables inside it, the first found is taken; ``encoding`` is
    empty for: find out; ``folder`` is an empty scratch folder for unpacking.
    """

    folder: Path
    wanted: tuple[str, ...] = ()
    encoding: str = ""


@dataclass(frozen=True)
class Rows:
    """Raw rows: row numbers from 1, columns by header, WKB or None.

    ``notes`` are what reading them changed, as code and text.
    """

    numbers: np.ndarray
    columns: dict[str, np.ndarray]
    wkb: np.ndarray | None
    notes: tuple[tuple[str, str], ...] = ()


Reader = Callable[[Sequence[str], int], Iterator[Rows]]


@dataclass(frozen=True)
class Table:
    """One table of one file, ready to be read.

    ``name`` is what its sender calls the file, ``layer`` the table's name inside it.
    ``features`` is -1 where the format does not say. ``crs`` is what the file declares
    as WKT or ``EPSG:n``, ``claim`` what it says in words. ``undecodable`` are rows (from
    1) whose texts are damaged; ``remarks`` concern the file or rows of it; ``refused`` are
    rows in error of which no remark says so, since there are too many. ``decimal_commas``
    are columns in which a comma stands for the decimal point.
    """

    path: Path
    name: str
    layer: str
    fields: tuple[str, ...]
    features: int
    has_geometry: bool
    read: Reader = field(compare=False, repr=False)
    crs: str = ""
    claim: Claim | None = None
    encoding: str = ""
    undecodable: frozenset[int] = frozenset()
    remarks: tuple[Issue, ...] = ()
    refused: frozenset[int] = frozenset()
    decimal_commas: frozenset[str] = frozenset()

    def batches(self, fields: Sequence[str], size: int = BATCH) -> Iterator[Rows]:
        """The rows with these columns, at most ``size`` at a time; fewer where they are large.

        Raises:
            DeliveryRefused: the file breaks off or cannot be read on.
        """
        count = 0
        for rows in self.read(fields, size):
            count += len(rows.numbers)
            yield from _portions(rows)
        if count < self.features:
            raise DeliveryRefused(
                f"{self.name} 只读到 {count} 条，应有 {self.features} 条", "文件可能不完整"
            )

    @property
    def refused_rows(self) -> frozenset[int]:
        """The rows that the format itself finds in error."""
        errors = (r.row for r in self.remarks if r.severity is Severity.ERROR and r.row)
        return self.refused.union(errors)

    def bare(self) -> "Table":
        """What the table says of itself, without the way to its rows: to be sent elsewhere."""
        errors = tuple(r for r in self.remarks if r.severity is Severity.ERROR)
        return replace(self, read=_nothing, undecodable=self.undecodable, remarks=errors)

    def renamed(self, name: str) -> "Table":
        """The same table under the name that its sender knows."""
        return replace(self, name=name, remarks=tuple(replace(r, file=name) for r in self.remarks))


def in_memory(
    path: Path,
    layer: str,
    columns: Mapping[str, Sequence],
    shapes: Sequence | np.ndarray | None = None,
    *,
    wkb: Sequence[bytes | None] | None = None,
    crs: str = "",
    claim: Claim | None = None,
    encoding: str = "",
    remarks: Sequence[Issue] = (),
    undecodable: frozenset[int] = frozenset(),
    refused: frozenset[int] = frozenset(),
) -> Table:
    """A table of values read already, one a row.

    ``shapes`` are shapely geometries or None; ``wkb`` the same as WKB, which takes less
    memory where there are many.
    """
    arrays = {name: _column(values) for name, values in columns.items()}
    drawn = shapely.to_wkb(np.asarray(shapes, object)) if shapes is not None else None
    if wkb is not None:
        drawn = _column(wkb)
    count = len(drawn) if drawn is not None else len(next(iter(arrays.values()), ()))

    def read(fields: Sequence[str], size: int) -> Iterator[Rows]:
        for start in range(0, count, size):
            part = slice(start, min(start + size, count))
            yield Rows(
                np.arange(part.start + 1, part.stop + 1),
                {name: arrays[name][part] for name in fields},
                drawn[part] if drawn is not None else None,
            )

    return Table(
        path=path,
        name=path.name,
        layer=layer,
        fields=tuple(arrays),
        features=count,
        has_geometry=drawn is not None,
        read=read,
        crs=crs,
        claim=claim,
        encoding=encoding,
        undecodable=undecodable,
        remarks=tuple(remarks),
        refused=refused,
    )


def pick(names: Sequence[str], ask: Ask, file: str) -> str:
    """Which of a file's tables is wanted.

    Raises:
        DeliveryRefused: there is none, or several and none of the wanted names.
    """
    lowered = {name.lower(): name for name in names}
    for name in ask.wanted:
        if name.lower() in lowered:
            return lowered[name.lower()]
    if len(names) == 1:
        return names[0]
    if not names:
        raise DeliveryRefused(f"{file} 内没有图层")
    raise DeliveryRefused(
        f"{file} 内有多个图层：{'、'.join(names)}", "请用 --table 指明", tables=names
    )


def _portions(rows: Rows) -> Iterator[Rows]:
    """The same rows in portions of bounded geometry."""
    if rows.wkb is None or not len(rows.wkb):
        yield rows
        return
    ends = np.cumsum([len(raw) if raw else 0 for raw in rows.wkb.tolist()])
    starts = np.flatnonzero(np.diff(ends // PORTION, prepend=ends[0] // PORTION)).tolist()
    notes = rows.notes
    for start, end in pairwise([0, *starts, len(ends)]):
        if start == end:
            continue
        yield Rows(
            rows.numbers[start:end],
            {name: values[start:end] for name, values in rows.columns.items()},
            rows.wkb[start:end],
            notes,
        )
        notes = ()


def _nothing(_fields: Sequence[str], _size: int) -> Iterator[Rows]:
    return iter(())


def _column(values: Sequence) -> np.ndarray:
    if isinstance(values, np.ndarray):
        return values
    column = np.empty(len(values), object)
    column[:] = values
    return column
