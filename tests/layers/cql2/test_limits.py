"""What would kill or stall the parser never reaches it."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from layers.cql2.errors import FilterError
from layers.cql2.parsing import parse

ROOT = Path(__file__).resolve().parents[3]
SLOW_S = 2.0
# n stands for the number of repetitions.
SHAPES = {
    "not": "'NOT ' * n + 'a'",
    "not-parenthesis": "'NOT (' * n + 'a' + ')' * n",
    "parenthesis": "'(' * n + 'a' + ')' * n",
    "open": "'(' * n",
    "closed": "')' * n",
    "empty": "'(' * n + ')' * n",
    "junk": "'((a=1) AND ' * n + 'b b' + ')' * n",
    "list-junk": "'a IN (' * n + '1 1' + ')' * n",
    "minus": "'a=' + '-' * n + '1'",
    "minus-blank": "'a=' + '- ' * n + '1'",
    "and": "' AND '.join(['a=1'] * n)",
    "or-junk": "' OR '.join(['(a=1)'] * n) + ' b'",
    "plus": "'a=' + '+'.join('1' * n)",
    "signs": "'a=1' + ' -1' * n",
    "power": "'a=' + '^'.join('1' * n)",
    "equals": "'a' + '=1' * n",
    "function": "'f(' * n + 'a' + ')' * n",
    "casei": "'CASEI(' * n + 'a' + ')' * n + '=1'",
    "list": "'a IN (' + ','.join('1' * n) + ')'",
    "line": "'S_INTERSECTS(g,LINESTRING(' + ','.join(['1 2'] * n) + '))'",
    "digits": "'a=' + '9' * n",
    "exponent": "'a=1e' + '9' * n",
    "quotes": "'a=' + chr(39) * n",
    "unterminated": "'a=' + chr(39) + 'x' * n",
    "names": "chr(34) * n",
    "blanks": "' ' * n + 'a'",
    "collections": "'GEOMETRYCOLLECTION(' * n + 'POINT(1 1)' + ')' * n",
    "json-not": "'{\"op\":\"not\",\"args\":[' * n + 'true' + ']}' * n",
    "json-list": "'[' * n + ']' * n",
    "json-open": "'[' * n",
    "json-object": "'{\"a\":' * n + '1' + '}' * n",
    "json-quotes": "chr(34) * n",
}
PROBE = """
import sys, time
from layers.cql2.errors import FilterError
from layers.cql2.parsing import parse
for line in sys.stdin.read().splitlines():
    name, shape = line.split(chr(9))
    for n in (1, 8, 15, 16, 17, 40, 500, 999, 1001, 5000, 20000, 100000):
        text = eval(shape)
        began = time.process_time()
        try:
            parse(text, 'cql2-json' if name.startswith('json') else 'cql2-text')
        except FilterError:
            pass
        if time.process_time() - began > 2:
            sys.exit(name + ' ' + str(n))
"""


def test_no_shape_kills_or_stalls():
    lines = "\n".join(f"{name}\t{shape}" for name, shape in SHAPES.items())
    done = subprocess.run(
        [sys.executable, "-c", PROBE], input=lines, text=True, capture_output=True, cwd=ROOT,
        timeout=120, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


LARGE = {
    "and": " AND ".join(["a=1"] * 500),
    "or": " OR ".join(["a AND b"] * 400),
    "minus": "a=" + "-" * 58 + "1",
    "not": "NOT " * 59 + "a",
    "sum": "a=" + "+".join(["b"] * 50),
    "parenthesis": "(" * 14 + "a=1" + ")" * 14,
    "nested": ("NOT " * 5 + "(") * 9 + "a" + ")" * 9,
}
THREAD = """
import sys, threading
from layers.cql2.parsing import parse
threading.stack_size(1024 * 1024)
thread = threading.Thread(target=parse, args=(sys.stdin.read(), 'cql2-text'))
thread.start()
thread.join()
"""


@pytest.mark.parametrize("shape", LARGE)
def test_what_is_let_through_fits_a_stack_of_one_mebibyte(shape):
    done = subprocess.run(
        [sys.executable, "-c", THREAD], input=LARGE[shape], text=True, capture_output=True,
        cwd=ROOT, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_the_worst_that_is_let_through_is_quick():
    text = "(((a=1) AND ((1)+(b IN (" + ",".join(["1"] * 2500) + " x)))))"
    began = time.monotonic()
    with pytest.raises(FilterError):
        parse(text, "cql2-text")
    assert time.monotonic() - began < SLOW_S


def test_a_filter_of_ordinary_size_is_let_through():
    ring = ", ".join(f"{111 + n / 1e4:.6f} 27.123456" for n in range(800))
    text = f"((kind = 'a') AND (area > 5 OR S_INTERSECTS(geom, LINESTRING({ring}))))"
    assert parse(text, "cql2-text")["op"] == "and"
    assert parse(" OR ".join(f"code = 'A{n}'" for n in range(400)), "cql2-text")["op"] == "or"


@pytest.mark.parametrize("text", ["x" * 20_001, "a = '" + "x" * 20_000 + "'"])
def test_a_long_text_is_refused_with_its_length(text):
    with pytest.raises(FilterError, match="个字符，最多 20000 个"):
        parse(text, "cql2-text")


def test_a_panic_of_the_parser_is_a_refusal(monkeypatch):
    class Panic(BaseException):
        pass

    def panicking(_text: str) -> None:
        raise Panic("called `Option::unwrap()`")

    monkeypatch.setattr("cql2.parse_text", panicking)
    with pytest.raises(FilterError, match="语法"):
        parse("true", "cql2-text")
