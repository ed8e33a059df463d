"""Broken tables, SECONDS long: each is read or refused, nothing else.

    python tests/fuzz/fuzz_sheets.py SECONDS [SEED]

Bytes of CSV and XLSX files are changed, cut out, doubled and cut off; in XLSX also inside
the packed parts, so that more than the archive's checksums is tried. A failure is written
to the folder that is printed.
"""

import io
import random
import sys
import time
import traceback
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path
from tempfile import mkdtemp

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from importers.errors import DeliveryRefused  # noqa: E402
from importers.formats.sheets.open import open_csv, open_sheet  # noqa: E402
from importers.values.table import Ask  # noqa: E402
from tests.importers.formats.sheets.workbooks import Raw, letters, write_xlsx  # noqa: E402

SLOW_S = 20
CSV = [
    "宗地号,界址点号,圈号,X,Y,权利人\n" + "".join(f"A{n // 4},J{n % 4},1,{n},{n * n},张\n" for n in range(24)),
    "起点,,,终点,,,管径\n点号,X,Y,点号,X,Y,\nJ1,3064268.1,566090.9,J2,3064278.1,566090.9,300\n",
    '标题\n点号\t经度\t纬度\nJ1\t111°40′12″\t27-41-24\n"J2"\t１１１\t27.5\n合计\t2\n',
    "Exp_No,X,Y,High,Feature,Subsid\nJ1,3064268.1,37566090.9,150,三通,\nJ2,#REF!,4.31382E+18,,,\n",
]  # fmt: skip
POINTS = [["物探点号", "特征", "X", "Y"], ["A", "三通", 3064268.1, 566090.9], ["B", None, 1e7, 2]]
LINES = [["起点点号", "终点点号", "管径"], ["A", "B", 300], ["B", "C", Raw("e", "#REF!")]]
BOUNDARY = [["宗地号", "点号", "X", "Y"], *[["A" if n < 5 else "B", n, n * n, n] for n in range(9)]]
ODD = [None, "", "X", "合计", "注：", 0, -1, 1e15, 1e300, 4.31382e18, True, date(2024, 5, 1), "1,234.5",
       "１２", "111°40′", Raw("e", "#N/A"), "点号", "起点", "\u3000", "#REF!", "A", "B"]  # fmt: skip
WORDS = [b'"', b",", b"\n", b"\0", b"\xff\xfe", b"\t", "，".encode("gbk"), b"1e308", b"-", b'r="XFD1048576"',
         b't="e"', b"<row>", b"</c>", b"&amp;", b"&#0;", b"999999999999999999", b"<v>", b"s"]  # fmt: skip


def changed(raw: bytes, dice: random.Random) -> bytes:
    """The same with a few things wrong."""
    data = bytearray(raw)
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(len(data) + 1)
        end = min(len(data), at + dice.randint(1, 40))
        kind = dice.randrange(6)
        if kind == 0 and at < len(data):
            data[at] = dice.randrange(256)
        elif kind == 1:
            data[at:at] = dice.choice(WORDS)
        elif kind == 2:
            del data[at:end]
        elif kind == 3:
            data[at:at] = data[at:end] * dice.randint(1, 20)
        elif kind == 4:
            data[at:end] = dice.choice(WORDS)
        elif dice.random() < 0.2:
            del data[at:]
    return bytes(data)


def changed_inside(raw: bytes, dice: random.Random) -> bytes:
    """A package with one of its parts changed and packed again."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as source, zipfile.ZipFile(out, "w") as target:
        victim = (
            dice.choice(source.namelist()) if dice.random() < 0.3 else "xl/worksheets/sheet1.xml"
        )
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, changed(content, dice) if name == victim else content)
    return out.getvalue()


def write_odd(path: Path, dice: random.Random) -> None:
    """A whole workbook with odd cells, rows and merged ranges."""
    sheets, merged = {}, {}
    for name, rows in (("管线", dice.choice([LINES, BOUNDARY])), ("管点", POINTS)):
        cells = [list(row) for row in rows]
        for _ in range(dice.randint(0, 8)):
            row = dice.choice(cells)
            row[dice.randrange(len(row))] = dice.choice(ODD)
        if dice.random() < 0.3:
            cells.insert(
                dice.randrange(len(cells) + 1), dice.choice([[], ["合计"], ["注：x"], ODD])
            )
        top, left = dice.randint(1, 6), dice.randint(0, 4)
        low, right = top + dice.randint(0, 3), left + dice.randint(0, 3)
        sheets[name] = cells
        merged[name] = [f"{letters(left)}{top}:{letters(right)}{low}"]
    write_xlsx(path, sheets, merged)


def once(folder: Path, workbook: bytes, dice: random.Random) -> tuple[Path, str]:
    """One broken file: where it lies, and what came of it."""
    ask = Ask(folder, dice.choice([(), ("pipe-lines",), ("pipe-points",), ("parcels",)]))
    if dice.random() < 0.85:
        path, opened = folder / "JSLine.csv", open_csv
        text = dice.choice(CSV).encode(
            dice.choice(["utf-8", "gbk", "utf-16", "utf-8-sig"]), "replace"
        )
        path.write_bytes(changed(text, dice))
    else:
        path, opened = folder / "给水.xlsx", open_sheet
        if dice.random() < 0.6:
            write_odd(path, dice)
        else:
            path.write_bytes((changed if dice.random() < 0.2 else changed_inside)(workbook, dice))
    try:
        table = opened(path, ask)
        read = sum(len(rows.numbers) for rows in table.batches(table.fields, 7))
    except DeliveryRefused as refused:
        if "读不下去" in refused.message:  # the reader died without saying why: to be looked at
            path.rename(folder / f"died{time.time_ns()}{path.suffix}")
            return path, "reader died"
        return path, "refused"
    if read != table.features:
        raise AssertionError(f"{read} rows of {table.features}")
    return path, "read"


def main(seconds: float, seed: int) -> int:
    """Break files until the time is over; the number of failures."""
    dice, folder, failures = random.Random(seed), Path(mkdtemp(prefix="fuzz-sheets-")), 0
    workbook = write_xlsx(folder / "whole.xlsx", {"管线": LINES, "管点": POINTS}).read_bytes()
    (folder / "JSPoint.csv").write_text("物探点号,特征,X,Y\nJ1,三通,3064268,566090\nJ2,,1,2\n")
    outcomes: Counter[str] = Counter()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        try:
            path, came = once(folder, workbook, dice)
            outcomes[path.suffix + " " + came] += 1
        except Exception:  # whatever it is, it is a finding
            failures += 1
            for left in (folder / "JSLine.csv", folder / "给水.xlsx"):
                if left.exists():
                    left.rename(folder / f"failure{failures}{left.suffix}")
            (folder / f"failure{failures}.txt").write_text(traceback.format_exc())
            traceback.print_exc(limit=-3)
        if time.monotonic() - began > SLOW_S:
            failures += 1
            print("slow:", time.monotonic() - began)
    print(f"seed {seed}, {dict(outcomes)}, {failures} failures", folder)
    return failures


if __name__ == "__main__":
    sys.exit(bool(main(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)))
