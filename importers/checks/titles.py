"""What a kind of finding is called: for lists and filters."""

import csv
from functools import cache
from pathlib import Path

from importers.checks.catalogue import rules
from spatial.languages import in_english

RULES = Path(__file__).resolve().parents[2] / "data" / "rules"
FINDINGS, ENGLISH = RULES / "findings.csv", RULES / "titles_en.csv"


@cache
def titles() -> dict[str, str]:
    """Code of a finding → its title: of the rules in force, and of what reading finds."""
    with FINDINGS.open(encoding="utf-8", newline="") as file:
        found = {row["code"]: row["title"] for row in csv.DictReader(file)}
    return {rule.code: rule.title for rule in rules().values()} | found


def title_of(code: str) -> str:
    """The title of a kind of finding; its code where it has none."""
    return titles().get(code, code)


@cache
def english_titles() -> dict[str, str]:
    """Code of a finding → its title in English."""
    with ENGLISH.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["title"] for row in csv.DictReader(file)}


def shown_title_of(code: str) -> str:
    """The title of a kind of finding in the reader's language."""
    return english_title_of(code) if in_english() else title_of(code)


def english_title_of(code: str) -> str:
    """The English title of a kind of finding; where it has none, the Chinese one."""
    return english_titles().get(code) or title_of(code)
