"""The rules as data: ``data/rules/checks.csv``, one row for each rule and layer.

A city changes a severity or tolerance there, or switches a rule off (``enabled`` no),
in a copy of its own that CHECK_RULES names. ``datum`` limits a rule to cities whose
profile has that datum: Chinese codes are looked for in Chinese registers only.

A layer without a row of its own is held to the general rules of its geometry, which stand
in the same file with ``*`` and the type of geometry (``*Polygon``) in the place of a layer,
and with ``*`` alone for all.
"""

import csv
import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from importers.errors import ImportersError
from importers.values.issues import Severity
from spatial.city import city

DEFAULT = Path(__file__).resolve().parents[2] / "data" / "rules" / "checks.csv"
COLUMNS = [
    "code",
    "layer",
    "severity",
    "tolerance",
    "unit",
    "tolerance2",
    "unit2",
    "enabled",
    "pattern",
    "datum",
    "title",
    "hint",
    "source",
    "status",
]
GENERAL = "*"  # in the place of a layer: those without a row of their own
SWITCH = {"yes": True, "no": False}
UNITS = frozenset({"", "m", "m2", "deg", "share", "digits"})
WORDS: dict[str, frozenset[str]] = {
    "severity": frozenset(Severity),
    "enabled": frozenset(SWITCH),
    "status": frozenset({"verified", "from memory"}),
    "unit": UNITS,
    "unit2": UNITS,
}


class RulesError(ImportersError):
    """The rules file is missing or says something that cannot be."""


@dataclass(frozen=True)
class Rule:
    """One rule for one layer. Tolerances are in the units named: m, m2, deg, share, digits.

    ``pattern`` is what the rule needs beside numbers: a regular expression, or words.
    """

    code: str
    layer: str
    severity: Severity
    tolerance: float
    tolerance2: float
    title: str
    hint: str
    pattern: str = ""
    datum: str = ""
    source: str = ""
    status: str = ""
    enabled: bool = True

    @property
    def is_error(self) -> bool:
        """Whether a row that breaks it is rejected."""
        return self.severity is Severity.ERROR


Rules = Mapping[tuple[str, str], Rule]


def load_rules(path: Path) -> Rules:
    """Read a rules file: (rule code, layer id) → rule.

    Raises:
        RulesError: missing, or a row is wrong; the message names file, line and column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise RulesError(
                    f"规则表 {path} 缺少列 {'、'.join(missing)}"
                    f" / the table of rules lacks the columns {', '.join(missing)}"
                )
            read = [(reader.line_num, _rule(path, reader.line_num, row)) for row in reader]
    except OSError as error:
        raise RulesError(
            f"规则表读不到：{path}（{error.strerror}）/ the table of rules cannot be read"
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise RulesError(
            f"规则表 {path} 不是 UTF-8 编码的 CSV（{error}）/ the table of rules is no CSV in UTF-8"
        ) from error
    found: dict[tuple[str, str], Rule] = {}
    for line, rule in read:
        if (rule.code, rule.layer) in found:
            raise RulesError(
                f"规则表 {path} 第 {line} 行：{rule.code} 对 {rule.layer} 重复"
                f" / line {line}: {rule.code} stands twice for {rule.layer}"
            )
        found[rule.code, rule.layer] = rule
    return found


_added: list[Path] = []


def add_rules(path: Path) -> None:
    """Take the rules of a register of its own app in, beside those of the house."""
    if path not in _added:
        _added.append(path)
        rules.cache_clear()


@cache
def rules() -> Rules:
    """The rules of this installation, read once per process. Raises RulesError."""
    found = dict(load_rules(Path(os.environ.get("CHECK_RULES") or DEFAULT)))
    for path in _added:
        found.update(load_rules(path))
    return found


def rules_fault() -> str:
    """What is wrong with the tables of rules; '' if nothing is."""
    try:
        rules()
    except RulesError as error:
        return str(error)
    return ""


def rules_for(layer: str, every: Rules | None = None, *, geometry: str = "") -> dict[str, Rule]:
    """The rules in force for a layer in this city, by code. Raises RulesError.

    Without a row of its own these are the general ones of its ``geometry``, an OGC type.
    """
    table = rules() if every is None else every
    names = {layer} if has_own_rules(layer, table) else {GENERAL, GENERAL + geometry}
    return {
        rule.code: rule
        for rule in table.values()
        if rule.layer in names and rule.enabled and rule.datum in ("", city().datum)
    }


def has_own_rules(layer: str, every: Rules | None = None) -> bool:
    """Whether any rule names the layer. Raises RulesError."""
    table = rules() if every is None else every
    return any(rule.layer == layer for rule in table.values())


def _rule(path: Path, line: int, row: Mapping[str, str | None]) -> Rule:
    cell = {name: (row.get(name) or "").strip() for name in COLUMNS}
    try:
        _check_words(cell)
        numbers = {name: _number(name, cell[name]) for name in ("tolerance", "tolerance2")}
    except _InvalidRule as error:
        column, zh, en = error.args
        raise RulesError(
            f"规则表 {path} 第 {line} 行 {column} 列：“{cell[column]}”{zh}"
            f" / line {line}, column {column}: {cell[column]!r} {en}"
        ) from None
    return Rule(
        code=cell["code"],
        layer=cell["layer"],
        severity=Severity(cell["severity"]),
        enabled=SWITCH[cell["enabled"]],
        tolerance=numbers["tolerance"],
        tolerance2=numbers["tolerance2"],
        title=cell["title"],
        hint=cell["hint"],
        pattern=cell["pattern"],
        datum=cell["datum"],
        source=cell["source"],
        status=cell["status"],
    )


class _InvalidRule(ImportersError):
    """(column, what is wrong with it in Chinese, in English)."""


def _check_words(cell: Mapping[str, str]) -> None:
    for name in ("code", "layer", "title"):
        if not cell[name]:
            raise _InvalidRule(name, "不能为空", "should not be empty")
    for name, allowed in WORDS.items():
        if cell[name] not in allowed:
            named = "、".join(sorted(filter(None, allowed)))
            raise _InvalidRule(name, f"只能是 {named}", f"should be one of {named}")
    try:
        re.compile(cell["pattern"])
    except re.error as error:
        raise _InvalidRule(
            "pattern", f"不是有效的正则表达式（{error}）", f"is no regular expression ({error})"
        ) from None


def _number(name: str, text: str) -> float:
    try:
        number = float(text or 0)
    except ValueError:
        raise _InvalidRule(name, "不是数值", "is no number") from None
    if not math.isfinite(number) or number < 0:
        raise _InvalidRule(name, "应为不小于 0 的数", "should be at least 0")
    return number
