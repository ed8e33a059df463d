"""Cells become values of the register's types; what cannot be read is an issue."""

from collections.abc import Callable

import numpy as np

from importers.issues import Severity
from importers.phases.batch import Batch, is_none
from importers.phases.cells import READERS, Unreadable, code_text
from importers.phases.columns import CODE, CODE_COLUMN, Column, Register

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
DAMAGED = ("\x00", "\ufffd")  # a NUL, and what a failed decoding leaves behind


def parse(batch: Batch, register: Register) -> Batch:
    """Read every cell as its column's type; Chinese choice labels become their codes."""
    for name in list(batch.columns):
        column = CODE_COLUMN if name == CODE else register.column(name)
        values = batch.columns[name]
        if column.kind == "text":
            batch.columns[name] = _texts(batch, column, values)
        else:
            batch.columns[name] = _typed(batch, column, values)
    return batch


def is_missing(values: np.ndarray) -> np.ndarray:
    """Which cells are empty: None, NaN, NaT."""
    if values.dtype == object:
        return is_none(values)
    if values.dtype.kind in "fM":
        return np.isnan(values) if values.dtype.kind == "f" else np.isnat(values)
    return np.zeros(len(values), bool)


def _texts(batch: Batch, column: Column, values: np.ndarray) -> np.ndarray:
    missing = is_missing(values)
    texts = _as_text(column, values, missing)
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


def _as_text(column: Column, values: np.ndarray, missing: np.ndarray) -> np.ndarray:
    if column.name == CODE:
        if values.dtype == object and _are_texts(values) and _is_plain("".join(values)):
            return values
        return np.array([code_text(v) for v in values.tolist()], object)
    if values.dtype == object:
        if _are_texts(values):
            return values
        return np.array(["" if v is None else str(v) for v in values], object)
    cells = values.tolist()
    if values.dtype.kind == "f":
        cells = [int(v) if v == v and float(v).is_integer() else v for v in cells]
    texts = np.array([str(v) for v in cells], object)
    texts[missing] = ""
    return texts


def _is_plain(text: str) -> bool:
    """Whether a text is ASCII without blanks, as codes mostly are: nothing to narrow."""
    return text.isascii() and len(text.split(None, 1)) <= 1 and text.strip() == text


def _are_texts(values: np.ndarray) -> bool:
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
    if column.kind in ("integer", "number"):
        _check_range(batch, column, parsed, missing)
    return parsed


def _read_cells(batch: Batch, column: Column, values: np.ndarray, read: Callable) -> np.ndarray:
    parsed, bad = np.full(len(values), None, object), []
    for position, cell in enumerate(values.tolist() if values.dtype.kind != "M" else values):
        try:
            parsed[position] = read(cell)
        except Unreadable:
            bad.append(position)
    batch.flag(
        bad,
        column.kind,
        lambda i: f"“{column.title}”的值“{values[i]}”不是{KIND_TITLES[column.kind]}",
        field=column.name,
        hint=HINTS.get(column.kind, ""),
    )
    return parsed


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
