"""What the scripts of the sketch say is known for translation, and nothing else is."""

import re
from pathlib import Path

from webmap.map.sketches.texts import TEXTS

SCRIPTS = Path(__file__).parents[4] / "webmap" / "static" / "sketch"
BY_CONDITION = {"周长", "长度"}  # chosen within one call


def test_every_text_is_listed():
    said = {
        text
        for path in SCRIPTS.glob("*.js")
        for text in re.findall(r'\bt\("([^"]+)"', path.read_text(encoding="utf-8"))
    }
    assert set(TEXTS) == said | BY_CONDITION
