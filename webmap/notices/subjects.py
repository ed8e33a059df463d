"""Where the subject of a notice is shown; rooms declare it by kind when the site starts."""

from collections.abc import Callable
from urllib.parse import quote

_paths: dict[str, Callable[[str], str]] = {}


def declare_subject(kind: str, path_of: Callable[[str], str]) -> None:
    """Have notices about a kind of things lead to the page of each; the code comes quoted."""
    _paths[kind] = path_of


def path_of(kind: str, code: str) -> str:
    """The page of a subject; "" where it has none."""
    return _paths[kind](quote(code, safe="")) if kind in _paths and code else ""
