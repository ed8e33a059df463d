"""Every kind of finding has a name that an official understands."""

import ast
import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from importers.checks.titles import english_title_of, english_titles, title_of, titles
from importers.phases.parse import KIND_TITLES
from layers.declarations.registry import all_layers

FLOOR = Path(__file__).resolve().parents[3] / "importers"
CODE = re.compile(r"[a-z]+(-[a-z0-9]+)+")


def codes() -> Iterator[str]:
    """Every text of the form of a code that is no layer, encoding or name of a source."""
    layers = {layer.id for layer in all_layers()}
    for path in FLOOR.rglob("*.py"):
        if "sources" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            text = str(node.value) if isinstance(node, ast.Constant) else ""
            if CODE.fullmatch(text) and text not in layers and not is_encoding(text):
                yield text


def is_encoding(text: str) -> bool:
    try:
        codecs.lookup(text)
    except LookupError:
        return False
    return True


def test_every_kind_of_finding_has_a_title():
    found = set(codes()) - {"sample-city"}  # the name of a command
    assert {"geometry-invalid", "zone-header", "point-count", "missing-code"} <= found
    assert sorted(found - set(titles())) == []
    assert sorted(set(KIND_TITLES) - set(titles())) == []  # what a value is not: also a finding


def test_titles_are_chinese_and_a_code_without_one_stays():
    assert title_of("overlap") != "overlap"
    assert all(re.search("[\u4e00-\u9fff]", title) for title in titles().values())
    assert title_of("never-heard") == "never-heard"


def test_every_title_is_there_in_english():
    assert sorted(set(titles()) ^ set(english_titles())) == []
    assert not any(re.search("[\u4e00-\u9fff]", title) for title in english_titles().values())
    assert english_title_of("date") == "Not a date"
