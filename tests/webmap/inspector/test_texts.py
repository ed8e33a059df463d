"""The scripts of the phone say nothing that cannot be translated."""

import re
from pathlib import Path

from django.conf import settings
from django.test import Client
from django.utils import translation

from webmap.inspector.texts import TEXTS, translated_texts

SCRIPTS = sorted((Path(settings.BASE_DIR) / "webmap" / "static" / "inspector").glob("*.js"))
SAID = re.compile(r'\bt\("((?:[^"\\]|\\.)*)"')
OWN_NAME = "中文"  # of the language, in itself


def test_the_list_is_what_the_scripts_say():
    assert set(TEXTS) == {text for path in SCRIPTS for text in SAID.findall(path.read_text())}
    assert len(TEXTS) == len(set(TEXTS))


def test_no_script_says_anything_beside_the_list():
    for path in SCRIPTS:
        rest = SAID.sub("", re.sub(r"^\s*//.*$|\s// .*$", "", path.read_text(), flags=re.M))
        found = re.findall(r"[\u4e00-\u9fff]+", rest.replace(OWN_NAME, ""))
        assert not found, path.name


def test_the_shell_brings_the_words_of_its_language():
    assert translated_texts() == {}
    with translation.override("en"):
        assert translated_texts()["位置"] == "Position"
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = client.get("/inspector/").text
    assert '<html lang="en"' in page
    assert "Position" in page
