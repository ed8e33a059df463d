"""The rows under a header, by column; what is no data is left out, and said."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from importers.errors import DeliveryRefused
from importers.formats.sheets.extract import EXACT, MAX_CELLS
from importers.formats.sheets.grid import SheetGrid
from importers.formats.sheets.header import Heading
from importers.formats.sheets.headings import folded, heading_words
from importers.formats.sheets.marks import NO_VALUE
from importers.values.cells import narrow
from importers.values.issues import Issue, Severity
from importers.values.numbers import has_decimal_comma

ROW_COLUMN = "表内行号"
ERRORS = frozenset(
    ("#REF!", "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#VALUE!", "#SPILL!", "#CALC!",
     "#GETTING_DATA", "#FIELD!", "#BLOCKED!", "#UNKNOWN!", NO_VALUE)
)  # fmt: skip
MOST = 10_000  # errors of one kind in one table
LISTED = 8  # row numbers in one remark
_LOST = re.compile(r"^[+-]?\d(\.\d+)?E\+(1[5-9]|[2-9]\d)$", re.IGNORECASE)
_SIGNED = re.compile(r"^([^:：]{1,8})[:：]")


@dataclass
class Body:
    """Rows as columns. ``numbers`` are the rows as a spreadsheet shows them, from 1."""

    file: str
    name: str
    columns: dict[str, list[Any]]
    numbers: list[int]
    remarks: list[Issue] = field(default_factory=list)
    damaged: frozenset[int] = frozenset()
    counts: Counter[str] = field(default_factory=Counter)
    refused: set[int] = field(default_factory=set)  # rows in error, from 1
    decimal_commas: set[str] = field(default_factory=set)  # columns

    def flag(self, index: int, code: str, message: str, name: str = "", hint: str = "") -> None:
        """An error in a row (index from 0), told with its number in the sheet.

        The first ``MOST`` of a kind are kept, and counted all.
        """
        self.counts[code] += 1
        self.refused.add(index + 1)
        if self.counts[code] > MOST:
            return
        where = f"表“{self.name}”第 {self.numbers[index]} 行"
        self.remarks.append(Issue(self.file, index + 1, code, f"{where}：{message}", name, hint))

    def said(self) -> list[Issue]:
        """The remarks by row, and how many more errors there are than were kept."""
        for code, count in self.counts.items():
            if count > MOST:
                self.warn("more-errors", f"这类错误（{code}）共 {count} 处，只列出 {MOST} 处")
        return sorted(self.remarks, key=lambda remark: remark.row)

    def warn(self, code: str, message: str, hint: str = "", name: str = "") -> None:
        """A remark on the table as a whole."""
        self.remarks.append(
            Issue(self.file, 0, code, f"表“{self.name}”{message}", name, hint, Severity.WARNING)
        )


def read_body(grid: SheetGrid, heading: Heading, file: str) -> Body:
    """The data of a sheet.

    Raises:
        DeliveryRefused: there is no row under the header, or more merged cells than any table has.
    """
    body = Body(file, grid.name, {}, [], list(grid.remarks))
    kept = list(_data_rows(grid, heading, body))
    if not kept:
        raise DeliveryRefused(f"{file} 的表“{grid.name}”只有表头，没有数据", "请核对后重新导出")
    body.numbers = [number for number, _ in kept]
    body.damaged = frozenset(i for i, n in enumerate(body.numbers, 1) if n in grid.damaged)
    rows = [cells for _, cells in kept]
    width = max(len(cells) for cells in rows)
    names = _unique(heading.names, rows, width, body)
    for column, name in names.items():
        body.columns[name] = [c[column] if column < len(c) else None for c in rows]
    _fill_merged(body, grid, names)
    for name in body.columns:
        _check_cells(body, name)
    if ROW_COLUMN not in body.columns:
        body.columns[ROW_COLUMN] = list(body.numbers)
    return body


def _data_rows(grid: SheetGrid, heading: Heading, body: Body) -> Iterator[tuple[int, list[Any]]]:
    left_out: dict[str, list[int]] = {}
    for number, cells in grid.rows[heading.position :]:
        if tuple(cells) == heading.source:
            left_out.setdefault("重复的表头", []).append(number)
        elif reason := _no_data(cells, len(heading.names)):
            left_out.setdefault(reason, []).append(number)
        else:
            yield number, cells
    for reason, numbers in left_out.items():
        body.warn(
            "row-skipped", f"有{reason} {_listed(numbers)}，没有读入", "如是数据请改正首列文字"
        )


def _no_data(cells: Sequence[Any], width: int) -> str:
    """Why a row is a total or a remark; '' for data.

    >>> _no_data(["合 计", None, 12.5], 3), _no_data(["注：高程为1985国家高程基准"], 3)
    ('合计', '说明')
    """
    filled = [cell for cell in cells if cell is not None]
    if not isinstance(filled[0], str):
        return ""
    roles = heading_words("skipped_rows")
    if roles.get(folded(filled[0])) == "total":
        return "合计"
    sign = _SIGNED.match(filled[0].replace(" ", ""))
    if sign and roles.get(folded(sign.group(1))) == "remark" and len(filled) <= max(1, width / 2):
        return "说明"
    return ""


def _listed(numbers: Sequence[int]) -> str:
    shown = "、".join(str(number) for number in numbers[:LISTED])
    more = f"等 {len(numbers)} 行" if len(numbers) > LISTED else ""
    return f"第 {shown} 行{more}"


def _unique(
    names: Sequence[str | None], rows: Sequence[Sequence[Any]], width: int, body: Body
) -> dict[int, str]:
    """Column → name, for columns that have a name or a value; names are made unique."""
    used = np.zeros(max(width, len(names)), bool)
    for cells in rows:
        for column, cell in enumerate(cells):
            used[column] |= cell is not None
    found: dict[int, str] = {}
    for column, filled in enumerate(used):
        name = names[column] if column < len(names) else None
        if name is None and not filled:
            continue
        if name is None:
            name = f"第{column + 1}列"
            body.warn("header-missing", f"第 {column + 1} 列没有列名", "不认得的列不读入", name)
        if name in found.values():
            body.warn("header-duplicate", f"有多列都叫“{name}”", "请改成不同的列名", name)
            number = 2
            while f"{name}_{number}" in found.values():
                number += 1
            name = f"{name}_{number}"
        found[column] = name
    return found


def _fill_merged(body: Body, grid: SheetGrid, names: dict[int, str]) -> None:
    """A cell merged downwards holds for each of its rows."""
    last = body.numbers[-1]
    if sum(max(0, min(m.bottom, last) - m.top) for m in grid.merges) > MAX_CELLS:
        raise DeliveryRefused(f"{body.file} 的表“{grid.name}”合并单元格太多", "请取消合并后重交")
    at = {number: index for index, number in enumerate(body.numbers)}
    filled = 0
    for merge in grid.merges:
        if merge.bottom == merge.top or merge.left not in names or merge.top not in at:
            continue
        column = body.columns[names[merge.left]]
        value = column[at[merge.top]]
        for number in range(merge.top + 1, min(merge.bottom, last) + 1):
            if number in at and column[at[number]] is None and value is not None:
                column[at[number]] = value
                filled += 1
    if filled:
        body.warn("cell-merged", f"有合并单元格，{filled} 个单元格按合并处的值读取")


def _check_cells(body: Body, name: str) -> None:
    """Formula errors, and codes of which a spreadsheet has kept 15 digits only."""
    column = body.columns[name]
    for index, cell in enumerate(column):
        if isinstance(cell, str):
            wrong = _wrong_text(cell)
            if ("," in cell or "，" in cell) and has_decimal_comma(narrow(cell)):
                body.decimal_commas.add(name)
        elif isinstance(cell, int | float) and abs(cell) >= EXACT:
            wrong = "code-as-number"
        else:
            continue
        if not wrong:
            continue
        column[index] = None
        if cell == NO_VALUE:
            body.flag(
                index, wrong, "公式没有保存计算结果，不知道值是多少", name,
                "请用 Excel 或 WPS 打开并保存后重交，或粘贴为数值",
            )  # fmt: skip
        elif wrong == "formula-error":
            body.flag(index, wrong, f"公式出错 {cell}", name, "请改正公式，或粘贴为数值")
        else:
            body.flag(
                index, wrong, f"“{cell}”超过 15 位，已被表格软件当作数字，末尾几位丢失", name,
                "请将该列设为文本格式，重新填写或重新导出",
            )  # fmt: skip


def _wrong_text(text: str) -> str:
    if text.startswith("#") and text.upper() in ERRORS:
        return "formula-error"
    return "code-as-number" if _LOST.match(text) else ""
