"""A delivery opened: its files, what their columns mean, their CRS; then read as batches."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from importers.errors import DeliveryRefused
from importers.formats.opening import open_table
from importers.phases.placing import Placement
from importers.reading import cluster
from importers.reading.encoding import Encoded, encode
from importers.reading.placing import settle
from importers.reading.stretch import Opened, checked
from importers.sources.declarations import Source
from importers.sources.registry import CODE_SYNONYMS, source_named, source_of, sources_of
from importers.values.batch import Batch
from importers.values.columns import CODE, CODE_COLUMN, Register
from importers.values.headings import match_columns
from importers.values.issues import Issue
from importers.values.personal import check_constants, masked_remarks
from importers.values.table import Ask, Table

T = TypeVar("T")


@dataclass(frozen=True)
class Reading:
    """How files are to be read; empty means: find out."""

    epsg: int | None = None
    encoding: str = ""
    code_field: str = ""
    source: str = ""
    table: str = ""
    constants: Mapping[str, Any] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)  # header → field, as told
    shift: str = ""  # what is confirmed of an offset: none, gcj02, bd09


class Delivery:
    """Files of one layer that come together; a context manager over their scratch folders."""

    def __init__(self, paths: list[Path], register: Register, reading: Reading) -> None:
        self.paths, self.register, self.reading = paths, register, reading
        self.opened: list[Opened] = []
        self._scratch = ExitStack()

    def __enter__(self) -> "Delivery":
        try:
            for path in self.paths:
                folder = self._scratch.enter_context(TemporaryDirectory(prefix="import-"))
                self.opened.append(open_file(path, Path(folder), self.register, self.reading))
            self._check_alike()
        except BaseException:
            self._scratch.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._scratch.close()

    @property
    def carried(self) -> set[str]:
        """The register fields that the delivery says something about."""
        return self.opened[0].carried

    @property
    def features(self) -> int:
        """How many rows the files announce."""
        return sum(max(opened.table.features, 0) for opened in self.opened)

    @property
    def ignored(self) -> dict[str, list[str]]:
        """Of each file the columns that were not used, if there are any."""
        return {o.table.name: o.ignored for o in self.opened if o.ignored}

    def notes(self) -> Iterator[Issue]:
        """Remarks on whole files."""
        for opened in self.opened:
            named = {opened.headers[c] for c in self.register.personal if c in opened.headers}
            yield from masked_remarks(opened.table.remarks, named)
            yield from opened.remarks

    def batches(self) -> Iterator[Encoded]:
        """Every row, checked, in the city's CRS; the reading runs ahead of who takes them."""
        for number, opened in enumerate(self.opened):
            if cluster.is_worth_it(opened.table):
                yield from cluster.spread(opened, number, self.register)
            else:
                kinds = self.register.personal
                yield from ahead(encode(b, number, kinds) for b in process(opened, self.register))

    def _check_alike(self) -> None:
        first = self.opened[0]
        for other in self.opened[1:]:
            if other.carried != first.carried:
                extra = "、".join(sorted(other.carried ^ first.carried))
                raise DeliveryRefused(
                    f"{other.table.name} 与 {first.table.name} 的列不一致：{extra}", "请分批提交"
                )


def ahead(items: Iterator[T]) -> Iterator[T]:
    """Draw one item ahead in a thread: reading and writing keep a processor each busy."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, items, None)
            yield item


def open_file(path: Path, folder: Path, register: Register, reading: Reading) -> Opened:
    """Open one file and settle what its columns and coordinates mean.

    Raises:
        DeliveryRefused: see the formats and phases.
    """
    tables = [source.table for source in sources_of(register.layer) if source.table]
    wanted = [reading.table] if reading.table else [register.layer, *tables]
    table = open_table(path, Ask(folder, tuple(wanted), reading.encoding))
    source = (
        source_named(reading.source, register.layer)
        if reading.source
        else source_of(register.layer, table.fields)
    )
    headers = _headers(table, register, source, reading)
    constants = {**(source.constants if source else {}), **reading.constants}
    _check_constants(register, constants)
    has_shapes = table.has_geometry and bool(register.kinds)
    placement: Placement | None = None
    remarks: list[Issue] = []
    if has_shapes:
        epsg = reading.epsg or (source.epsg if source and not table.crs else None)
        placement, remarks = settle(table, register, headers[CODE], epsg, reading.shift)
    unsaid = {k: v for k, v in constants.items() if k not in headers}
    return Opened(table, headers, unsaid, source, placement, tuple(remarks))


def process(opened: Opened, register: Register) -> Iterator[Batch]:
    """One file through all phases, batch by batch."""
    for rows in ahead(opened.table.batches(opened.wanted)):
        yield checked(rows, opened, register)


def _headers(
    table: Table, register: Register, source: Source | None, reading: Reading
) -> dict[str, str]:
    code_field = reading.code_field
    if code_field and code_field not in table.fields:
        raise DeliveryRefused(
            f"{table.name} 没有列 {code_field}", f"现有：{'、'.join(table.fields)}"
        )
    synonyms = {**CODE_SYNONYMS, **(source.columns if source else {})}
    if source and CODE in source.columns.values():
        synonyms = {**source.columns}
    synonyms = {h: f for h, f in synonyms.items() if f not in reading.columns.values()}
    synonyms.update(reading.columns)
    found = match_columns(table.fields, register.columns, synonyms, code_field)
    listed = "、".join(table.fields) or "无"
    if not found:
        wanted = "、".join(f"{c.name} {c.title}" for c in (CODE_COLUMN, *register.columns))
        raise DeliveryRefused(
            f"{table.name} 没有一列能对应“{register.title}”（现有列：{listed}）",
            f"可用列：{wanted}",
            columns=table.fields,
        )
    if CODE not in found:
        raise DeliveryRefused(
            f"{table.name} 没有编码列（现有列：{listed}）",
            "请把列名改为 code，或指明哪一列是编码（--code-field）",
            columns=table.fields,
        )
    return found


def _check_constants(register: Register, constants: Mapping[str, Any]) -> None:
    known = {column.name for column in register.columns}
    if strange := sorted(set(constants) - known):
        raise DeliveryRefused(f"“{register.title}”没有字段 {'、'.join(strange)}")
    check_constants(constants, register)
