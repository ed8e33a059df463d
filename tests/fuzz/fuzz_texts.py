"""Broken survey texts, SECONDS long: each is read or refused, nothing else.

    python tests/fuzz/fuzz_texts.py SECONDS [SEED]

Bytes of 勘测定界 TXT and DAT files are changed, cut out, doubled and cut off, in several
encodings. A failure is written to the folder that is printed.
"""

import random
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp
from types import FrameType

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from importers.errors import DeliveryRefused  # noqa: E402
from importers.formats.dat import open_dat  # noqa: E402
from importers.formats.survey_text import open_survey_text  # noqa: E402
from importers.values.table import Ask, Table  # noqa: E402

SLOW_S = 20
HEAD = "[属性描述]\n格式版本号=1.01版本\n坐标系=2000国家大地坐标系\n几度分带=3\n计量单位=米\n带号=37\n精度=0.001\n转换参数=0,0,0,0,0,0,0\n[地块坐标]\n"
RING = "J1,1,3064000.000,37566000.000\nJ2,1,3064000.000,37566010.000\nJ3,1,3064010.000,37566010.000\nJ1,1,3064000.000,37566000.000\n"
HOLE = "J5,2,3064002.000,37566002.000\nJ6,2,3064004.000,37566002.000\nJ7,2,3064004.000,37566004.000\nJ5,2,3064002.000,37566002.000\n"
TEXTS = [
    HEAD + "8,0.0050,1,地块一,面,H49G001001,建设用地,0701,@\n" + RING + HOLE,
    HEAD + "4,0.0050,1,甲,面,,,,@\n" + RING + "4,,2,乙,面,,,,@\n" + RING.replace("37566", "566"),
    HEAD + "2,,3,沟,线,,,,@\nJ1,1,3064000,37566000\nJ2,1,3064000,37566010\n",
    HEAD + "1,,4,井,点,,,,@\nJ1,1,3064000，37566000\n",
]
POINTS = [
    "1,,566000.000,3064000.000,100.5\n2,GC200,566010.000,3064000.000,101\n3,JZD,37566010,3064000,\n",
    "1 ,F1, 111.66 , 27.69 , 0\n\n,,,\nxx,yy\n",
]
WORDS = [b",", b"\n", b"@", b"\0", b"\xff\xfe", b"=", "，".encode("gbk"), "＠".encode(), b"1e308", b"-", b"nan",
         b"inf", b"[", b"]", b"999999999999999999999", b"\r", b"J1,1,1,1\n", b"0,0,,,,,,,@\n"]  # fmt: skip
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16")
Opener = Callable[[Path, Ask], Table]
KINDS: tuple[tuple[str, Opener, list[str]], ...] = (
    ("a.txt", open_survey_text, TEXTS),
    ("a.dat", open_dat, POINTS),
)


def changed(raw: bytes, dice: random.Random) -> bytes:
    """The same with a few things wrong."""
    data = bytearray(raw)
    for _ in range(dice.randint(1, 8)):
        at = dice.randrange(len(data) + 1)
        end = min(len(data), at + dice.randint(1, 60))
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


def once(path: Path, opened: Opener, wanted: tuple[str, ...] = ()) -> str:
    """What came of one file."""
    try:
        table = opened(path, Ask(path.parent, wanted))
        read = sum(len(rows.numbers) for rows in table.batches(table.fields, 7))
    except DeliveryRefused as refused:
        if "\n" not in str(refused):
            return "refused"
        raise
    if read != table.features:
        raise AssertionError(f"{read} rows of {table.features}")
    return "read"


def _too_slow(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError


def main(seconds: float, seed: int) -> int:
    """Break files until the time is over; the number of failures."""
    dice, folder, failures = random.Random(seed), Path(mkdtemp(prefix="fuzz-texts-")), 0
    outcomes: Counter[str] = Counter()
    signal.signal(signal.SIGALRM, _too_slow)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        name, opened, seeds = dice.choice(KINDS)
        text = dice.choice(seeds).encode(dice.choice(ENCODINGS))
        (folder / name).write_bytes(changed(text, dice))
        signal.alarm(SLOW_S)
        try:
            outcomes[f"{name} {once(folder / name, opened)}"] += 1
        except Exception:  # whatever it is, it is a finding
            failures += 1
            (folder / name).rename(folder / f"failure{failures}-{name}")
            traceback.print_exc(limit=-3)
        signal.alarm(0)
    print(f"seed {seed}, {dict(outcomes)}, {failures} failures", folder)
    return failures


if __name__ == "__main__":
    sys.exit(bool(main(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)))
