"""Formats and masks of personal values, as data: ``data/personal``. Pure.

A kind has formats in order; the first whose pattern fits a normalised value says how it is
masked, the last fits everything. A city corrects the files, not the code.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from spatial.sealed.rules.normalising import normalised

FOLDER = Path(__file__).resolve().parents[3] / "data" / "personal"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643
REMAINDERS = "10X98765432"
LEAST_HIDDEN = 3  # characters of a number; of one with fewer to hide the first alone is shown


class Kind(StrEnum):
    """The kinds of personal values."""

    NAME = "name"
    TELEPHONE = "telephone"
    ID_NUMBER = "id_number"
    ACCOUNT = "account"
    CERTIFICATE = "certificate"


@dataclass(frozen=True)
class Format:
    """One format of a kind: its pattern ("" fits all), check digit, and what a mask keeps."""

    kind: Kind
    title: str
    pattern: re.Pattern[str] | None
    check: str
    keep_first: int
    keep_last: int
    stars: str


@cache
def formats() -> Mapping[Kind, tuple[Format, ...]]:
    """The formats of each kind, in the order of the file."""
    found: dict[Kind, tuple[Format, ...]] = dict.fromkeys(Kind, ())
    for row in _rows("formats.csv"):
        kind = Kind(row["kind"])
        found[kind] += (
            Format(
                kind,
                row["title"],
                re.compile(row["pattern"]) if row["pattern"] else None,
                row["check"],
                int(row["keep_first"]),
                int(row["keep_last"]),
                row["stars"],
            ),
        )
    return found


@cache
def compound_surnames() -> frozenset[str]:
    """Surnames of two characters."""
    return frozenset(row["surname"] for row in _rows("compound_surnames.csv"))


@cache
def _no_names() -> tuple[frozenset[str], tuple[str, ...]]:
    rows = _rows("not_persons.csv")
    whole = frozenset(row["word"] for row in rows if row["how"] == "whole")
    return whole, tuple(row["word"] for row in rows if row["how"] == "end")


def may_name_person(text: str) -> bool:
    """Whether a short text can be somebody's name: not a placeholder, not an organisation's.

    >>> may_name_person("张三丰"), may_name_person("国有"), may_name_person("国土局")
    (True, False, False)
    """
    whole, endings = _no_names()
    return text not in whole and not text.endswith(endings)


def format_of(kind: Kind, value: str) -> Format:
    """The format that a value has.

    >>> format_of(Kind.TELEPHONE, "138-1234 5678").title
    '手机'
    """
    return _format_of(kind, normalised(kind, value))


def _format_of(kind: Kind, text: str) -> Format:
    every = formats()[kind]
    for one in every:
        if one.pattern is None or (one.pattern.fullmatch(text) and passes_check(one.check, text)):
            return one
    return every[-1]


def passes_check(check: str, text: str) -> bool:
    """Whether the check digit of a normalised number is right; true where there is none.

    >>> passes_check("gb11643", "11010519491231002X"), passes_check("gb11643", "110105194912310021")
    (True, False)
    """
    if check == "gb11643":
        total = sum(int(digit) * weight for digit, weight in zip(text, WEIGHTS, strict=False))
        return text[-1] == REMAINDERS[total % 11]
    if check == "luhn":
        digits = [int(digit) for digit in reversed(text)]
        doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
        return (sum(digits[::2]) + sum(doubled)) % 10 == 0
    return True


def mask(kind: Kind, value: str) -> str:
    """How a value looks to those who have not asked to see it in full; '' for none.

    The number of stars says nothing of the length.

    >>> mask(Kind.NAME, "张三丰"), mask(Kind.NAME, "欧阳修"), mask(Kind.NAME, "张")
    ('张**', '欧阳**', '**')
    >>> mask(Kind.TELEPHONE, "138 1234 5678"), mask(Kind.ID_NUMBER, "11010519491231002x")
    ('138****5678', '1****X')
    """
    text = value.strip()
    if not text:
        return ""
    if kind is Kind.NAME:
        return _masked_name(text)
    number = normalised(kind, text) or text
    one = _format_of(kind, number)
    if len(number) - one.keep_first - one.keep_last < LEAST_HIDDEN:
        return "**"
    return number[: one.keep_first] + one.stars + number[len(number) - one.keep_last :]


def _masked_name(text: str) -> str:
    if len(text) == 1:
        return "**"
    is_compound = len(text) > 2 and text[:2] in compound_surnames()
    return f"{text[: 2 if is_compound else 1]}**"


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
