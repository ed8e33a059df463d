"""Broken VCT files, SECONDS long: each is read or refused, nothing else.

    python tests/fuzz/fuzz_vct.py SECONDS [SEED]

Bytes and whole lines of small files of both versions are changed, cut out, doubled and
cut off. A failure is written to the folder that is printed.
"""

import random
import signal
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from tempfile import mkdtemp

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import shapely  # noqa: E402

from importers.formats.vct.reader import open_vct  # noqa: E402
from importers.formats.vct.writer import VctTable, write_vct  # noqa: E402
from tests.fuzz.fuzz_texts import SLOW_S, _too_slow, changed, once  # noqa: E402

LINES = ["0", "-1", "1", "21", "22", "100", "11", "12", "x", "1,2", "nan,inf", "9" * 30, "PolygonEnd", "LineBegin",
         "AttributeBegin", "TableEnd", "HeadEnd", "FeatureCodeBegin", "StyleBegin", ",,,,", "1000000000000"]  # fmt: skip


def seeds(folder: Path) -> list[bytes]:
    """Small files of both versions with polygons, lines, points and a table of texts."""
    cells = [shapely.box(i * 10, 0, i * 10 + 10, 10) for i in range(3)]
    cells[0] = cells[0].difference(shapely.box(2, 2, 4, 4))
    fields = (("BSM", "Char,8"), ("MJ", "Float,15,2"), ("SL", "Int,4"))
    rows = [(f"B{i}", 1.5, i) for i in range(3)]
    tables = [
        VctTable("20", "图斑", "polygon", "DLTB", fields, rows, cells),
        VctTable("30", "线状", "line", "XZDW", fields, rows, [c.exterior for c in cells]),
        VctTable("40", "界址点", "point", "JZD", fields, rows, [c.centroid for c in cells]),
        VctTable("50", "权利", "", "QLR", fields, rows),
    ]
    found = []
    for version in ("3.0", "2.0"):
        write_vct(folder / "seed.vct", tables, version, {"XAxisDirection": "E", "Offset": "0,0"})
        found.append((folder / "seed.vct").read_bytes())
    return found


def rearranged(raw: bytes, dice: random.Random) -> bytes:
    """Whole lines put in, taken out, doubled, moved."""
    lines = raw.split(b"\r\n")
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(lines))
        kind = dice.randrange(4)
        if kind == 0:
            lines[at] = dice.choice(LINES).encode()
        elif kind == 1:
            lines.insert(at, dice.choice(LINES).encode())
        elif kind == 2:
            del lines[at : at + dice.randint(1, 6)]
        else:
            lines[at:at] = lines[dice.randrange(len(lines)) :][: dice.randint(1, 30)]
        lines = lines or [b""]
    return b"\r\n".join(lines)


def main(seconds: float, seed: int) -> int:
    """Break files until the time is over; the number of failures."""
    dice, folder, failures = random.Random(seed), Path(mkdtemp(prefix="fuzz-vct-")), 0
    whole, path = seeds(folder), folder / "a.vct"
    outcomes: Counter[str] = Counter()
    signal.signal(signal.SIGALRM, _too_slow)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        path.write_bytes(dice.choice([changed, rearranged])(dice.choice(whole), dice))
        table = dice.choice(["DLTB", "XZDW", "JZD", "QLR"])
        signal.alarm(SLOW_S)
        try:
            outcomes[f"{table} {once(path, open_vct, (table,))}"] += 1
        except Exception:  # whatever it is, it is a finding
            failures += 1
            path.rename(folder / f"failure{failures}.vct")
            traceback.print_exc(limit=-3)
        signal.alarm(0)
    print(f"seed {seed}, {dict(outcomes)}, {failures} failures", folder)
    return failures


if __name__ == "__main__":
    sys.exit(bool(main(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)))
