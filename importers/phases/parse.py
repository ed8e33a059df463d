"""Cells become values of the register's types; what cannot be read is an issue."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from importers.errors import DeliveryRefused
from importers.values import numbers
from importers.values.batch import Batch, is_none
from importers.values.cells import (
    READERS,
    RoundedNumber,
    UnreadableCell,
    cell_text,
    code_text,
    has_clock,
    narrow,
)
from importers.values.columns import CODE, CODE_COLUMN, Column, Register
from importers.values.issues import Severity

KIND_TITLES = {
    "integer": "整数",
    "number": "数值",
    "boolean": "是或否",
    "date": "日期",
    "datetime": "日期时间",
    "uuid": "标识（UUID）",
}
HINTS = {
    "date": "写成 2024-05-31 这样的日期",
    "datetime": "写成 2024-05-31 08:00 这样的时间",
    "boolean": "写“是”或“否”",
}
LONGEST_SHOWN = 60
NUMBERS = ("integer", "number")
DAMAGED = ("\x00", "\ufffd")  # a NUL, and what a failed decoding leaves behind


def parse(batch: Batch, register: Register) -> Batch:
    """Read every cell as its column's type; Chinese choice labels become their codes.

    Raises:
        DeliveryRefused: a column holds what no one foresaw; it is named.
    """
    columns = [CODE_COLUMN if n == CODE else register.column(n) for n in batch.columns]
    batch.decimal_commas = batch.decimal_commas or any(
        _has_decimal_comma(batch.columns[c.name]) for c in columns if c.kind in NUMBERS
    )
    for column in columns:
        read = _texts if column.kind == "text" else _typed
        try:
            batch.columns[column.name] = read(batch, column, batch.columns[column.name])
        except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
            raise DeliveryRefused(
                f"{batch.file} 的“{column.title}”列无法解读（{type(error).__name__}）",
                "请把该列改为文本或数值后重新导出，或不要对应这一列",
            ) from error
    return batch


def is_missing(values: np.ndarray) -> np.ndarray:
    """Which cells are empty: None, NaN, NaT."""
    if values.dtype == object:
        return is_none(values)
    if values.dtype.kind in "fM":
        return np.isnan(values) if values.dtype.kind == "f" else np.isnat(values)
    return np.zeros(len(values), bool)


def _texts(batch: Batch, column: Column, values: np.ndarray) -> np.ndarray:
    texts = _as_text(batch, column, values)
    if column.choices:
        texts = _chosen(batch, column, texts)
    if column.required:
        _flag_empty(batch, column, np.equal(texts, ""))
    limit = column.max_length
    if limit and max(map(len, texts), default=0) > limit:
        long = np.fromiter((len(t) > limit for t in texts), bool, len(texts))
        batch.flag(
            long,
            "too-long",
            lambda i: f"“{column.title}”有 {len(texts[i])} 字，最多 {limit} 字",
            field=column.name,
        )
    joined = "".join(texts)
    if any(mark in joined for mark in DAMAGED):
        bad = np.fromiter((any(m in t for m in DAMAGED) for t in texts), bool, len(texts))
        batch.flag(
            bad,
            "encoding",
            f"“{column.title}”含已损坏的字符",
            field=column.name,
            hint="请用正确的编码重新导出",
        )
    return texts


def _as_text(batch: Batch, column: Column, values: np.ndarray) -> np.ndarray:
    read = code_text if column.name == CODE else cell_text
    is_text = values.dtype == object and _are_texts(values)
    if is_text and (column.name != CODE or _is_plain("".join(values))):
        return values
    cells = list(values) if values.dtype.kind in "fM" else values.tolist()
    if values.dtype.kind in "iu":
        return np.array(list(map(str, cells)), object)
    if values.dtype == object:
        texts = ["" if cell is None else cell for cell in cells]
        if _are_texts(texts) and (column.name != CODE or _is_plain("".join(texts))):
            return np.array(texts, object)
    return _read_texts(batch, column, cells, read)


def _read_texts(
    batch: Batch, column: Column, cells: list, read: Callable[[Any], str]
) -> np.ndarray:
    texts = np.full(len(cells), "", object)
    rounded, bad = {}, {}
    for position, cell in enumerate(cells):
        try:
            texts[position] = read(cell)
        except RoundedNumber as error:
            rounded[position] = str(error)
        except UnreadableCell as error:
            bad[position] = str(error)
    batch.flag(
        list(rounded),
        "code-as-number",
        lambda i: f"“{column.title}”是位数过多的数 {rounded[i]}，存为浮点数时末尾几位已经丢失",
        field=column.name,
        hint="请将该列改为文本（或整数）后重新导出",
    )
    batch.flag(
        list(bad),
        "text",
        lambda i: f"“{column.title}”的值是{bad[i]}，不是文字",
        field=column.name,
        hint="请将该列改为文本后重新导出",
    )
    return texts


def _is_plain(text: str) -> bool:
    """Whether a text is ASCII without blanks or +, as codes mostly are: nothing to look at."""
    return (
        text.isascii()
        and "+" not in text
        and len(text.split(None, 1)) <= 1
        and text.strip() == text
    )


def _are_texts(values: Iterable) -> bool:
    try:
        "".join(values)
    except TypeError:
        return False
    return True


def _chosen(batch: Batch, column: Column, texts: np.ndarray) -> np.ndarray:
    known = {**{label: code for code, label in column.choices.items()}}
    known.update({code: code for code in column.choices})
    present, inverse = np.unique(texts.astype(str), return_inverse=True)
    codes = [known.get(value.strip(), value) for value in present.tolist()]
    strange = np.array([bool(c) and c not in column.choices for c in codes], bool)[inverse]
    batch.flag(
        strange,
        "choice",
        lambda i: f"“{column.title}”的值“{texts[i]}”不在可选范围",
        field=column.name,
        hint="可填：" + "、".join(f"{c} {t}" for c, t in column.choices.items()),
    )
    return np.array(codes, object)[inverse]


def _typed(batch: Batch, column: Column, values: np.ndarray) -> np.ndarray:
    read, accepts = READERS[column.kind], {"integer": "iu", "number": "iuf", "boolean": "b"}
    if values.dtype.kind in accepts.get(column.kind, ""):
        parsed = values
    else:
        parsed = _read_cells(batch, column, values, read)
    missing = is_missing(parsed)
    if missing.any():
        _flag_empty(batch, column, missing)
        if not column.nullable and column.default is not None:
            parsed = parsed.astype(object)
            parsed[missing] = column.default
    if column.kind in NUMBERS:
        _check_range(batch, column, parsed, missing)
    return parsed


def _read_cells(batch: Batch, column: Column, values: np.ndarray, read: Callable) -> np.ndarray:
    parsed, bad = np.full(len(values), None, object), []
    cells = values.tolist() if values.dtype.kind != "M" else list(values)
    for position, cell in enumerate(cells):
        try:
            parsed[position] = read(cell)
        except UnreadableCell:
            bad.append(position)
    batch.flag(
        bad,
        column.kind,
        lambda i: f"“{column.title}”的值“{_shown(values[i])}”不是{KIND_TITLES[column.kind]}",
        field=column.name,
        hint=lambda i: HINTS.get(column.kind, "") or _advice(column, values[i]),
    )
    if column.kind in NUMBERS and batch.decimal_commas:
        _flag_doubtful(batch, column, cells)
    if column.kind == "date":
        _tell_clocks(batch, column, cells)
    return parsed


def _shown(cell: Any) -> str:
    text = str(cell)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _advice(column: Column, cell: Any) -> str:
    return numbers.advice(narrow(cell)) if column.kind in NUMBERS else ""


def _has_decimal_comma(values: np.ndarray) -> bool:
    if values.dtype != object:
        return False
    return any(
        isinstance(cell, str)
        and ("," in cell or "，" in cell)
        and numbers.has_decimal_comma(narrow(cell))
        for cell in values.tolist()
    )


def _flag_doubtful(batch: Batch, column: Column, cells: list) -> None:
    doubtful = [
        i for i, c in enumerate(cells) if isinstance(c, str) and numbers.is_doubtful(narrow(c))
    ]
    batch.flag(
        doubtful,
        column.kind,
        lambda i: f"“{column.title}”的值“{cells[i]}”读不准",
        field=column.name,
        hint=numbers.DOUBTFUL,
    )


def _tell_clocks(batch: Batch, column: Column, cells: list) -> None:
    found = [int(row) for row, c in zip(batch.rows, cells, strict=True) if has_clock(c)]
    if found:
        text = f"“{column.title}”有 {len(found)} 个值带有时刻（如第 {found[0]} 行），只存日期"
        batch.note("time-dropped", text, Severity.WARNING)


def _flag_empty(batch: Batch, column: Column, empty: np.ndarray) -> None:
    empty = empty & ~batch.rejected
    if column.required:
        what = "missing-code" if column.name == CODE else "required"
        batch.flag(empty, what, f"“{column.title}”不能为空", field=column.name)
    elif not column.nullable and column.kind != "text":
        batch.flag(
            empty,
            "defaulted",
            f"“{column.title}”为空，按 {column.default} 入库",
            field=column.name,
            severity=Severity.WARNING,
        )


def _check_range(batch: Batch, column: Column, parsed: np.ndarray, missing: np.ndarray) -> None:
    if parsed.dtype == object:
        numbers = np.array([np.nan if v is None else v for v in parsed], float)
    else:
        numbers = parsed
    outside = np.isinf(numbers) if numbers.dtype.kind == "f" else np.zeros(len(numbers), bool)
    if column.minimum is not None:
        outside |= numbers < column.minimum
    if column.maximum is not None:
        outside |= numbers > column.maximum
    batch.flag(
        outside & ~missing,
        "range",
        lambda i: f"“{column.title}”的值 {parsed[i]} 超出允许范围",
        field=column.name,
    )
