"""The texts of a page's scripts in the language of the request."""

from collections.abc import Iterable

from django.utils.translation import gettext


def translated(texts: Iterable[str]) -> dict[str, str]:
    """{text: the text in the language}; without those that stay as they are."""
    every = {text: gettext(text) for text in texts}
    return {text: other for text, other in every.items() if other != text}
