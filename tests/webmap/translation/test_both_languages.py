"""A law: whatever is declared and read by people has Chinese and English."""

import csv
import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.utils.functional import Promise
from django.utils.translation import gettext, override

from layers.declarations.cycles import cycles
from layers.declarations.declarations import Field, Relation
from layers.declarations.known_roles import known_roles
from layers.declarations.registry import all_layers, layer_of
from layers.ogc.processes.listed import PROCESSES
from spatial.casework.procedures import all_procedures
from spatial.codes import schemes
from spatial.languages import holds_chinese
from spatial.workflow import english_of
from webmap.translation.messages import DEPARTMENTS
from webmap.web.professions import professions

Fault = tuple[str, str]
# Words of machines, or of whom they concern in Chinese only.
UNREAD = frozenset({"id", "noun", "numbered", "role", "roles", "department", "waits_for"})


def english_in(value: Any) -> str:
    """A text of a declaration as a reader of English is shown it."""
    if isinstance(value, Promise):
        return str(value)
    own = english_of(value)
    return own if own is not value else gettext(value) if value else ""


def texts_in(declared: Any, where: str) -> Iterator[tuple[str, str]]:
    """(where, English) of every Chinese text in a declaration, and in those within it."""
    if isinstance(declared, str | Promise):
        with override("zh-hans"):
            is_chinese = holds_chinese(str(declared))
        if is_chinese:
            yield where, english_in(declared)
    elif dataclasses.is_dataclass(declared) and not isinstance(declared, type):
        for one in dataclasses.fields(declared):
            if one.name not in UNREAD:
                yield from texts_in(getattr(declared, one.name), f"{where}.{one.name}")
    elif isinstance(declared, Mapping):
        for key, value in declared.items():
            yield from texts_in(value, f"{where}[{key}]")
    elif isinstance(declared, list | tuple | frozenset | set):
        for value in declared:
            yield from texts_in(value, where)


def layer_texts(layer) -> Iterator[tuple[str, str]]:
    """(where, English) of a layer, of its fields and relations, their choices and classes."""
    where = f"layer {layer.id}"
    yield where, layer.title_en
    yield f"{where} cycle", cycles()[layer.update_cycle].title_en
    for text in (layer.description, layer.steward, layer.reason, layer.group):
        yield f"{where}: {text}", gettext(text)
    for one in (*layer.fields, *layer.relations):
        yield f"{where} {one}", one.title_en
    for field in layer.fields:
        yield from ((f"{where} {field.name}", t) for t in layer.choices_shown(field.name).values())
    for title, _colour in layer.paint.colours.values() if layer.paint else ():
        yield f"{where} class {title}", gettext(title)


def code_texts() -> Iterator[tuple[str, str]]:
    """(where, English) of the code lists; a name says where its English is from."""
    for scheme in schemes().values():
        yield f"codes {scheme.id}", scheme.title_en
        yield f"codes {scheme.id} source", scheme.source_en
        for code in scheme.codes.values():
            yield f"codes {scheme.id} {code.code}", code.name_en
            yield f"codes {scheme.id} {code.code} source", code.name_en_source


def every_text() -> Iterator[tuple[str, str]]:
    """(where, English) of all that is declared."""
    for layer in all_layers():
        yield from layer_texts(layer)
    yield from code_texts()
    for kind in (all_procedures(), professions(), PROCESSES):
        for one in kind:
            yield from texts_in(one, f"{type(one).__name__} {one.id}")
    for role in known_roles().values():
        yield f"role {role}", gettext(str(role))
    for row in csv.DictReader(DEPARTMENTS.open(encoding="utf-8", newline="")):
        yield f"department {row['name']}", gettext(row["name"])


def faults(texts) -> list[Fault]:
    """Those without English, or with Chinese in it."""
    with override("en"):
        return [(where, text) for where, text in texts if not text or holds_chinese(text)]


def test_whatever_people_read_has_both_languages():
    found = faults(every_text())
    assert "\n".join(f"{where}: {text}" for where, text in found) == ""


@pytest.mark.parametrize(
    "change",
    [
        {"title_en": ""},
        {"description": "没有译文的说明"},
        {"fields": (Field("name", "名称"),)},
        {"relations": (Relation("roads", "旁边的路", ""),)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_layer_without_english_is_found(change):
    broken = dataclasses.replace(layer_of("roads"), **change)
    assert len(faults(layer_texts(broken))) == 1


def test_a_code_and_a_process_without_english_are_found(monkeypatch):
    scheme = schemes()["right_kinds"]
    code = dataclasses.replace(scheme.codes["mortgage"], name_en="")
    broken = dataclasses.replace(scheme, codes={**scheme.codes, "mortgage": code})
    monkeypatch.setattr(f"{__name__}.schemes", lambda: {"right_kinds": broken})
    assert [where for where, _text in faults(code_texts())] == ["codes right_kinds mortgage"]
    process = dataclasses.replace(PROCESSES[0], title="没有译文的处理")
    assert [where for where, _text in faults(texts_in(process, "p"))] == ["p.title"]
