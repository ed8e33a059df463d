"""Documents of the API in the reader's language: the texts in them that are said to people."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

SAID = ("title", "description", "summary", "label")
LISTED = "keywords"


def in_reader_language(document: Any) -> Any:
    """The document with its titles, descriptions and keywords in the reader's language.

    What the catalogue of texts does not hold, the names of places among them, stays as it is.
    """
    if isinstance(document, list | tuple):
        return [in_reader_language(entry) for entry in document]
    if not isinstance(document, dict):
        return document
    return {key: _value(key, value) for key, value in document.items()}


def _value(key: str, value: Any) -> Any:
    if key in SAID and isinstance(value, str):
        return _(value) if value else value
    if key == LISTED and isinstance(value, list | tuple):
        return [_(word) if isinstance(word, str) and word else word for word in value]
    return in_reader_language(value)


def in_english_words(text: str) -> str:
    """A text of ours in English, whoever reads."""
    with override("en"):
        return _(text) if text else ""
