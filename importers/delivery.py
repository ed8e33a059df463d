"""A delivery opened: its files, what their columns mean, their CRS; then read as batches."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import numpy as np
import shapely

from importers import cluster
from importers.checks.rows import check_rows
from importers.encoding import Encoded, encode
from importers.errors import Refused
from importers.formats.opening import open_table
from importers.formats.table import Ask, Rows, Table
from importers.issues import Issue, Severity
from importers.phases.batch import Batch, is_none
from importers.phases.check_geometry import check_geometry, locate
from importers.phases.check_schemes import check_schemes
from importers.phases.columns import CODE, CODE_COLUMN, GEOMETRY, Register
from importers.phases.parse import parse
from importers.phases.rename import match_columns
from importers.phases.reproject import accepted_text, check_crs, check_plausible, reproject
from importers.sources.declarations import Source
from importers.sources.registry import CODE_SYNONYMS, source_named, source_of, sources_of
from spatial.crs import CrsError, epsg_of

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


@dataclass(frozen=True)
class Opened:
    """One file, ready: field → header, constants, EPSG code (None: no geometry)."""

    table: Table
    headers: Mapping[str, str]
    constants: Mapping[str, Any]
    source: Source | None
    epsg: int | None
    declared: int | None

    @property
    def carried(self) -> set[str]:
        """The register fields that this file says something about."""
        own = set(self.headers) | set(self.constants)
        return own | ({GEOMETRY} if self.epsg else set())

    @property
    def wanted(self) -> list[str]:
        """The file's columns that are read."""
        return list(dict.fromkeys(self.headers.values()))

    @property
    def ignored(self) -> list[str]:
        """The file's columns that mean nothing here."""
        return [name for name in self.table.fields if name not in self.headers.values()]


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

    def notes(self) -> Iterator[Issue]:
        """Remarks on whole files."""
        for opened in self.opened:
            yield from opened.table.remarks
            if opened.declared and opened.epsg and opened.declared != opened.epsg:
                text = f"文件声明 EPSG:{opened.declared}，按指定的 EPSG:{opened.epsg} 读取"
                yield Issue(opened.table.name, 0, "crs-override", text, severity=Severity.WARNING)

    def batches(self) -> Iterator[Encoded]:
        """Every row, checked, in the city's CRS; the reading runs ahead of who takes them."""
        for number, opened in enumerate(self.opened):
            if cluster.is_worth_it(opened.table):
                yield from cluster.spread(opened, number, self.register)
            else:
                yield from ahead(encode(b, number) for b in process(opened, self.register))

    def _check_alike(self) -> None:
        first = self.opened[0]
        for other in self.opened[1:]:
            if other.carried != first.carried:
                extra = "、".join(sorted(other.carried ^ first.carried))
                raise Refused(
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
        Refused: see the formats and phases.
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
    declared = _declared(table) if has_shapes else None
    epsg = _epsg(table, declared, reading.epsg) if has_shapes else None
    unsaid = {k: v for k, v in constants.items() if k not in headers}
    return Opened(table, headers, unsaid, source, epsg, declared)


def process(opened: Opened, register: Register) -> Iterator[Batch]:
    """One file through all phases, batch by batch."""
    for rows in ahead(opened.table.batches(opened.wanted)):
        yield checked(rows, opened, register)


def checked(rows: Rows, opened: Opened, register: Register) -> Batch:
    """Some rows of a file through all phases: pure, on whatever machine."""
    batch, present = _batch(opened, rows)
    if opened.epsg and batch.shapes is not None and rows.numbers[0] == 1:
        check_plausible(batch.shapes, opened.epsg, opened.table.name)
    if opened.epsg:
        reproject(batch, opened.epsg)
        check_geometry(batch, register, present)
    parse(batch, register)
    check_schemes(batch, register)
    check_rows(batch, register)
    _flag_damaged(batch, opened.table.undecodable)
    batch.issues.sort(key=lambda issue: issue.row)  # the same for stretches of any length
    return locate(batch)


def _batch(opened: Opened, rows: Rows) -> tuple[Batch, np.ndarray]:
    columns = {field: rows.columns[header] for field, header in opened.headers.items()}
    for name, value in opened.constants.items():
        columns[name] = np.full(len(rows.numbers), value, object)
    if rows.wkb is None or not opened.epsg:
        return Batch(opened.table.name, rows.numbers, columns), np.zeros(len(rows.numbers), bool)
    shapes = shapely.from_wkb(rows.wkb, on_invalid="ignore")
    return Batch(opened.table.name, rows.numbers, columns, shapes), ~is_none(rows.wkb)


def _flag_damaged(batch: Batch, undecodable: frozenset[int]) -> None:
    if undecodable:
        batch.flag(
            np.isin(batch.rows, list(undecodable)),
            "encoding",
            "文字无法解码，可能在截断处损坏",
            hint="请改正该行文字后重新导出",
        )


def _headers(
    table: Table, register: Register, source: Source | None, reading: Reading
) -> dict[str, str]:
    code_field = reading.code_field
    if code_field and code_field not in table.fields:
        raise Refused(f"{table.name} 没有列 {code_field}", f"现有：{'、'.join(table.fields)}")
    synonyms = {**CODE_SYNONYMS, **(source.columns if source else {})}
    if source and CODE in source.columns.values():
        synonyms = {**source.columns}
    synonyms = {h: f for h, f in synonyms.items() if f not in reading.columns.values()}
    synonyms.update(reading.columns)
    found = match_columns(table.fields, register.columns, synonyms, code_field)
    listed = "、".join(table.fields) or "无"
    if not found:
        wanted = "、".join(f"{c.name} {c.title}" for c in (CODE_COLUMN, *register.columns))
        raise Refused(
            f"{table.name} 没有一列能对应“{register.title}”（现有列：{listed}）",
            f"可用列：{wanted}",
            columns=table.fields,
        )
    if CODE not in found:
        raise Refused(
            f"{table.name} 没有编码列（现有列：{listed}）",
            "请把列名改为 code，或指明哪一列是编码（--code-field）",
            columns=table.fields,
        )
    return found


def _check_constants(register: Register, constants: Mapping[str, Any]) -> None:
    known = {column.name for column in register.columns}
    if strange := sorted(set(constants) - known):
        raise Refused(f"“{register.title}”没有字段 {'、'.join(strange)}")


def _declared(table: Table) -> int | None:
    try:
        return epsg_of(table.crs)
    except CrsError:
        return None


def _epsg(table: Table, declared: int | None, asked: int | None) -> int:
    epsg = asked or declared
    if not epsg and table.crs:
        raise Refused(
            f"{table.name} 的坐标系定义对不上任何 EPSG 编号",
            f"请核对后用 --crs 指明：{accepted_text()}",
        )
    if not epsg:
        raise Refused(f"{table.name} 没有声明坐标系", f"请用 --crs 指明：{accepted_text()}")
    check_crs(epsg, table.name)
    return epsg
