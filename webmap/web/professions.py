"""Professions: what a field of work adds to the pages, as declarations that are discovered.

A profession is the ``PROFESSION`` of a module ``profession.py``, in a room of ``webmap`` or
in an installed app of its own. No other module lists professions by name.
"""

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured

import webmap
from layers.access.access import Caller
from spatial.periods import AsOf

Context = Callable[[str, AsOf, Caller], Mapping[str, Any]]


@dataclass(frozen=True)
class Fragment:
    """What a profession adds to the record of a layer's features.

    ``context`` takes a feature's code, the moment and the caller, and returns what
    ``template`` is rendered with.
    """

    layer: str
    template: str
    context: Context


@dataclass(frozen=True)
class Profession:
    """A field of work of the city's offices."""

    id: str
    title: str
    fragments: tuple[Fragment, ...] = ()


@cache
def professions() -> tuple[Profession, ...]:
    """Every declared profession, by id.

    Raises:
        ImproperlyConfigured: two professions have one id.
    """
    found: dict[str, Profession] = {}
    for module in _modules():
        profession = import_module(module).PROFESSION
        if profession.id in found:
            raise ImproperlyConfigured(
                f"profession {profession.id!r} is declared twice, the second time in {module}"
            )
        found[profession.id] = profession
    return tuple(found[name] for name in sorted(found))


def fragments_of(layer_id: str) -> list[Fragment]:
    """What professions add to the records of a layer."""
    return [f for one in professions() for f in one.fragments if f.layer == layer_id]


def _modules() -> Iterator[str]:
    rooms = [f"webmap.{room.name}" for room in pkgutil.iter_modules(webmap.__path__) if room.ispkg]
    others = [app.name for app in apps.get_app_configs() if not app.name.startswith("webmap")]
    for package in rooms + others:
        if find_spec(f"{package}.profession"):
            yield f"{package}.profession"
