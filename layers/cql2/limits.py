"""What is refused before a parser sees it.

The parser behind the text encoding recurses without a bound and goes back over a
parenthesis for every way to read it. Measured with cql2 0.6: each parenthesis takes
8 kB of the stack, each ``NOT``, ``-`` and ``=`` that follow on one another 3 kB, each
``AND`` 0.5 kB, so that a thousand nested ones kill a process with a stack of 8 MiB; and
a text that does not parse takes time in 2 to the power of its parentheses: 1 µs for
each token and way to read it, 4 s at 20 parentheses. So the nesting, the operators and
the ways to read are bounded; at the bounds the parser needs 0.3 s and 0.5 MB.
"""

import re

from layers.cql2.errors import FilterError

MAX_TEXT_CHARS = 20_000
MAX_JSON_CHARS = 1_000_000
MAX_PARENTHESES = 16
MAX_BRACKETS = 120
MAX_OPERATORS = 1_000
MAX_READINGS = 300_000
MAX_DEPTH = 60
MAX_ARITHMETIC = 50
POSITION_NUMBERS = 4
LONG_TOKEN = 32  # characters that take as long as one token

_TOKEN = re.compile(
    r"""(?P<quoted>'(?:[^']|'')*'|"(?:[^"]|"")*")
    |(?P<number>[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?)
    |(?P<word>[^\W\d][\w.:]*)
    |(?P<open>\()|(?P<close>\))|(?P<comma>,)|(?P<space>\s+)|(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_OPERATORS = frozenset({"not", "div", "is", "in", "like", "between"})
_JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]|,', re.DOTALL)


def check_text(text: str) -> None:
    """Refuse a text that the parser might not survive. Raises FilterError."""
    _check_length(text, MAX_TEXT_CHARS)
    load = _Load()
    for match in _TOKEN.finditer(text):
        kind, token = str(match.lastgroup), match.group()
        if kind == "space":
            continue
        if kind == "number":
            _check_integer(token)
        elif kind == "other":
            _check_closed(token, match.start())
        load.add(kind, token.lower())
        _check_nesting(load.depth, MAX_PARENTHESES, match.start())
        load.check()
    if load.depth:
        raise FilterError(f"filter 的括号没有配对：缺少 {load.depth} 个“)”")


class _Load:
    """What a text asks of the parser, counted token by token.

    ``chains`` holds, for every open parenthesis, the operators that nest in one another
    before it; AND, OR and a comma begin anew.
    """

    def __init__(self) -> None:
        self.chains = [0]
        self.nested = self.operators = self.readings = self.numbers = 0

    @property
    def depth(self) -> int:
        return len(self.chains) - 1

    def add(self, kind: str, token: str) -> None:
        self.readings += (1 + len(token) // LONG_TOKEN) << max(self.depth, 0)
        self.numbers = self.numbers + 1 if kind == "number" else 0
        if kind == "open":
            self.chains.append(0)
        elif kind == "close":
            self.nested -= self.chains.pop()
        elif kind == "comma" or token in ("and", "or"):
            self.operators += kind != "comma"
            self.nested -= self.chains[-1]
            self.chains[-1] = 0
        elif kind == "other" or token in _OPERATORS or self.numbers > POSITION_NUMBERS:
            self.operators += 1
            self.nested += 1
            self.chains[-1] += 1

    def check(self) -> None:
        if self.nested + self.depth > MAX_DEPTH:
            raise FilterError(f"filter 嵌套超过 {MAX_DEPTH} 层，请拆成几次查询")
        if self.operators > MAX_OPERATORS or self.readings > MAX_READINGS:
            raise FilterError(
                f"filter 太复杂：运算符最多 {MAX_OPERATORS} 个，括号套得越深可写的越少；"
                "请拆成几次查询，或改用 cql2-json"
            )


def check_json(text: str) -> None:
    """Refuse a JSON text that is too long or too deep. Raises FilterError."""
    _check_length(text, MAX_JSON_CHARS)
    depth = 0
    for match in _JSON_TOKEN.finditer(text):
        if match.group() in "[{":
            depth += 1
        elif match.group() in "]}":
            depth -= 1
        _check_nesting(max(depth, 0), MAX_BRACKETS, match.start())


def check_tree(tree: object) -> None:
    """Refuse a parsed filter that nests too deep or computes too much. Raises FilterError."""
    level, depth, arithmetic = [tree], 0, 0
    while level:
        depth += 1
        if depth > 2 * MAX_DEPTH:  # a node and the list of its arguments are two levels
            raise FilterError(f"filter 嵌套超过 {MAX_DEPTH} 层，请拆成几次查询")
        below: list[object] = []
        for node in level:
            if isinstance(node, dict):
                arithmetic += node.get("op") in ("+", "-", "*", "/", "%", "div", "^")
                below.extend(node.values())
            elif isinstance(node, list):
                below.extend(node)
        level = below
    if arithmetic > MAX_ARITHMETIC:
        raise FilterError(f"filter 的算术运算超过 {MAX_ARITHMETIC} 次，请先算好再查询")


def _check_length(text: str, most: int) -> None:
    if len(text) > most:
        raise FilterError(f"filter 有 {len(text)} 个字符，最多 {most} 个")
    if not text.strip():
        raise FilterError("filter 是空的")
    if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise FilterError("filter 中有数据库存不下的字符（NUL 或半个代理对）")


def _check_nesting(depth: int, most: int, at: int) -> None:
    if depth < 0:
        raise FilterError(f"filter 第 {at + 1} 个字符处的“)”没有与它配对的“(”")
    if depth > most:
        raise FilterError(f"filter 第 {at + 1} 个字符处括号嵌套超过 {most} 层")


def _check_closed(char: str, at: int) -> None:
    if char in "'\"":
        raise FilterError(f"filter 第 {at + 1} 个字符处的引号没有闭合")


def _check_integer(token: str) -> None:
    """The parser reads every number as a double; one that it would change is refused."""
    digits = token.lstrip("+-")
    if not digits.isdigit() or len(digits) <= 15:
        return
    if len(digits) > 300 or int(float(digits)) != int(digits):
        raise FilterError(f"整数 {token[:40]} 太大，在文本里读不准；请改用 cql2-json")
