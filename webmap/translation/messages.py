"""Every text that is said in Chinese and must be said in English: found in the sources.

GNU gettext is not needed: Python sources are read with ``ast``, templates with
Django's own ``templatize``.
"""

import ast
import csv
import re
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.utils.translation.template import templatize

from grid.cases.public_view import PROGRESS, TOLD
from grid.rules.indicators import COUNTS, INDICATORS, MEANINGS, SUBJECT_TITLES
from grid.rules.rulebook import KIND_TITLES
from importers.sources.registry import SOURCES
from layers.declarations.known_roles import known_roles
from layers.declarations.registry import all_layers

DEPARTMENTS = Path(settings.BASE_DIR) / "data" / "grid" / "departments.csv"
FLOORS = ("spatial", "grid", "layers", "importers", "webmap")
SINGLE = frozenset({"_", "gettext", "gettext_lazy", "gettext_noop"})
PLURAL = frozenset({"ngettext", "ngettext_lazy"})
# templatize leaves calls of these between stretches of XXXX
CALL = re.compile(
    r"""(?<![\w.])(_|gettext|ngettext)\(\s*u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
    r"""(?:\s*,\s*u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'))?"""
)

Message = str | tuple[str, str]


def chinese(text: str) -> bool:
    """Whether there is a Chinese character in the text."""
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def messages() -> dict[Message, list[str]]:
    """Every message, with the files that say it; a plural message is a pair."""
    found: dict[Message, list[str]] = {}
    for path in sources():
        name = path.relative_to(settings.BASE_DIR).as_posix()
        text = path.read_text(encoding="utf-8")
        said = in_python(text) if path.suffix == ".py" else in_template(text)
        for message in said:
            files = found.setdefault(message, [])
            if name not in files:
                files.append(name)
    for name, message in in_data():
        if not chinese(message):
            continue
        found.setdefault(message, []).append(name)
    return found


def in_data() -> Iterator[tuple[str, str]]:
    """(source, message) of titles that are data, and said by ``{% translate variable %}``."""
    for config in apps.get_app_configs():
        if config.name.split(".")[0] in FLOORS:
            yield config.name, str(config.verbose_name)
            for model in config.get_models():
                yield config.name, str(model._meta.verbose_name)
    yield from in_declarations()
    shares = INDICATORS.values()
    titles = (*SUBJECT_TITLES.values(), *COUNTS.values(), *(share.title for share in shares))
    for message in (*titles, *MEANINGS.values(), *dict.fromkeys(share.source for share in shares)):
        yield "grid/rules/indicators.py", message
    for message in dict.fromkeys((*PROGRESS, *TOLD.values())):
        yield "grid/cases/public_view.py", message


def in_declarations() -> Iterator[tuple[str, str]]:
    """(source, message) of what is declared, as its readers see it."""
    yield from in_layers()
    yield from in_choices()
    for source in SOURCES:
        yield "importers/sources", source.title
    for role in known_roles().values():
        yield "roles", str(role)
    for row in csv.DictReader(DEPARTMENTS.open(encoding="utf-8", newline="")):
        yield "data/grid/departments.csv", row["name"]
    for kind in KIND_TITLES.values():
        yield "grid/rules/rulebook.py", kind


def in_layers() -> Iterator[tuple[str, str]]:
    """(source, message) of the layers; the app of another floor brings a catalogue of its own."""
    for layer in all_layers():
        source = layer.model.__module__
        if source.split(".")[0] not in FLOORS:
            continue
        classes = (
            (*layer.paint.colours.values(), *layer.paint.sizes.values()) if layer.paint else ()
        )
        unpublished = (
            str(f.verbose_name)
            for f in layer.model._meta.concrete_fields
            if not layer.field(f.name)
        )
        told = (
            layer.description,
            layer.steward,
            layer.reason,
            layer.unchecked_because,
            *unpublished,
        )
        for message in (*told, *(title for title, _drawn in classes)):
            yield source, message


def in_choices() -> Iterator[tuple[str, str]]:
    """(app, message) of the values that columns may have."""
    for config in apps.get_app_configs():
        for model in config.get_models() if config.name.split(".")[0] in FLOORS else ():
            titles = (t for f in model._meta.concrete_fields for _value, t in f.flatchoices or ())
            yield from ((config.name, str(title)) for title in titles)


def sources() -> list[Path]:
    """The Python sources and templates of the project."""
    return sorted(
        path
        for floor in FLOORS
        for suffix in ("*.py", "*.html", "*.txt")
        for path in (Path(settings.BASE_DIR) / floor).rglob(suffix)
        if "migrations" not in path.parts
    )


def in_python(text: str) -> Iterator[Message]:
    """The literal messages of a Python source."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        said = [
            a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)
        ]
        if name in SINGLE and len(said) == 1:
            yield said[0]
        elif name in PLURAL and len(said) == 2:
            yield said[0], said[1]


def in_template(text: str) -> Iterator[Message]:
    """The messages of a template."""
    for match in CALL.finditer(templatize(text)):
        first = ast.literal_eval(match[2])
        if match[1] == "ngettext" and match[3]:
            yield first, ast.literal_eval(match[3])
        else:
            yield first
