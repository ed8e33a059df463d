"""Reads a workbook in a process of its own and writes its cells to standard output.

A cell far out makes the library behind python-calamine allocate the whole rectangle up
to it (512 GB for one at XFD1048576), which aborts the process; broken files may make it
panic. So ``workbook.py`` starts this file as a script, under limits of memory and time.

    python -P extract.py PATH MEGABYTES SECONDS             the names of the sheets
    python -P extract.py PATH MEGABYTES SECONDS NUMBER ROWS the cells of one, from 0

Output are lines of JSON: first what is said of the whole, then ``[row, cells]`` for each
row that is not empty (rows from 1). Dates are ``{"d": "2024-05-01"}``, instants ``{"t": …}``,
numbers that look otherwise than they are ``{"n": 123, "s": "000123"}``.
Exit codes: 0 done, 3 password, 4 cannot be read, 5 too much.
"""

import contextlib
import datetime
import itertools
import json
import os
import runpy
import sys
from typing import Any

PASSWORD, UNREADABLE, TOO_MUCH = 3, 4, 5
MAX_ROWS = 1_048_576  # what Excel itself holds
MAX_COLUMNS = 500
MAX_CELLS = 10_000_000
EXACT = 10**15  # Excel keeps 15 digits


def main(arguments: list[str]) -> int:
    """Do what the command line says; the exit code."""
    path, megabytes, seconds, *wanted = arguments
    _limit(int(megabytes), int(seconds))
    try:
        from python_calamine import CalamineError, CalamineWorkbook, PasswordError
    except ImportError as error:  # python-calamine is a dependency of this project
        return _fail(UNREADABLE, error)
    try:
        # By content: from_path would go by the ending, which may be wrong.
        with open(path, "rb") as file, CalamineWorkbook.from_filelike(file) as book:
            return _write_sheet(path, book, *map(int, wanted)) if wanted else _write_names(book)
    except PasswordError as error:
        return _fail(PASSWORD, error)
    except MemoryError as error:
        return _fail(TOO_MUCH, error)
    except (CalamineError, OSError, ValueError, RuntimeError, LookupError) as error:
        return _fail(UNREADABLE, error)


def _limit(megabytes: int, seconds: int) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # not on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _fail(code: int, error: BaseException) -> int:
    sys.stderr.write(str(error).split("\n")[0][:160])
    return code


def _write_names(book: Any) -> int:
    sheets = [
        [number, meta.name, str(meta.visible).endswith(".Visible")]
        for number, meta in enumerate(book.sheets_metadata)
        if str(meta.typ).endswith(".WorkSheet")
    ]
    print(json.dumps({"sheets": sheets}))
    return 0


def _write_sheet(path: str, book: Any, index: int, rows: int) -> int:
    sheet = book.get_sheet_by_index(index)
    height, width = (last + 1 for last in sheet.end or (-1, -1))
    if height > MAX_ROWS or width > MAX_COLUMNS or height * width > 20 * MAX_CELLS:
        return _fail(TOO_MUCH, ValueError(f"{height} 行 {width} 列"))
    beside = runpy.run_path(os.path.join(os.path.dirname(__file__), "marks.py"))
    marks, put = beside["marks_of"](path, sheet.name), beside["put"]
    merged = [[*first, *last] for first, last in sheet.merged_cell_ranges or []]
    print(json.dumps({"merged": merged}))
    cells = 0
    below: list[list[Any]] = [
        [] for _ in range(height, min(max(marks, default=0), rows))
    ]  # with formulas only
    found = itertools.chain(sheet.to_python(skip_empty_area=False, nrows=rows), below)
    for number, row in enumerate(found, 1):
        plain = [_plain(cell) for cell in row]
        put(plain, marks.get(number, []))
        while plain and plain[-1] is None:
            plain.pop()
        if plain:
            cells += len(plain)
            if cells > MAX_CELLS:
                return _fail(TOO_MUCH, ValueError(f"多于 {MAX_CELLS} 个单元格"))
            print(json.dumps([number, plain], ensure_ascii=True))
    return 0


def _plain(cell: Any) -> Any:
    if isinstance(cell, str):
        return cell.strip() or None
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, float):
        if cell != cell or cell in (float("inf"), float("-inf")):
            return None
        return int(cell) if cell.is_integer() and abs(cell) < EXACT else cell
    if isinstance(cell, datetime.datetime):
        return {"t": cell.isoformat(sep=" ")}
    if isinstance(cell, datetime.date):
        return {"d": cell.isoformat()}
    return cell if cell is None or isinstance(cell, int) else str(cell)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
