"""The glossary: each term once, each where it says that it stands."""

import re

import pytest

from tests.docs.guides import ROOT

ROW = re.compile(r"^\| (\S+) \| ([a-z ]+) \| (.+) \| `([\w/.]+)`(?: `(\w+)`)? \|$", re.MULTILINE)
TEXT = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
TERMS = ROW.findall(TEXT)


def test_every_row_is_a_term_and_no_name_is_taken_twice():
    assert len(TERMS) == TEXT.count("\n| ") - 1  # but the heading
    for column in (0, 1):
        names = [term[column] for term in TERMS]
        assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize(("english", "path", "name"), [(t[1], t[3], t[4]) for t in TERMS])
def test_a_term_stands_where_it_says(english, path, name):
    source = (ROOT / path).read_text(encoding="utf-8")
    defined = rf"^ *(?:class |def )?{name}\b(?:\(| *[:=])"
    assert not name or re.search(defined, source, re.MULTILINE)


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "docs/architecture.md"])
def test_who_reads_on_finds_the_glossary_and_the_guides(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    assert "glossary.md" in text
    assert "how-to" in text
