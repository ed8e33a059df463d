"""Professions: what a field of work adds to the pages, as declarations that are discovered.

A profession is the ``PROFESSION`` of a module ``profession.py``, in a room of ``webmap`` or
in an installed app of its own. No other module lists professions by name. Its addresses
are a module that it names, so that a declaration loads no view.
"""

import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.functional import Promise

import webmap
from layers.access.access import Caller
from layers.declarations.discovery import app_modules
from layers.search.search import SearchHit
from spatial.casework.titles import title_shown
from spatial.periods import AsOf
from webmap.web.procedure_pages import ProcedurePages

Text = str | Promise
Context = Callable[[str, AsOf, Caller], Mapping[str, Any]]
May = Callable[[HttpRequest], bool]


def anybody(request: HttpRequest) -> bool:
    """Everybody may, signed in or not."""
    return True


@dataclass(frozen=True)
class Entrance:
    """One entrance to the map: the page and program of all, with layers and a view of its own.

    ``zoom`` is relative to the city profile's; ``layers`` are those shown first; ``records``
    are layers whose features open at an address of their own (address + code).
    """

    id: str
    path: str
    title: Text
    subtitle: Text
    hint: Text
    layers: tuple[str, ...]
    zoom: float = 0.0
    whole: bool = False  # opens on the whole city, and on a phone with the head of its fragment
    pitch: float = 0.0
    bearing: float = 0.0
    solid: bool = False  # buildings stand up
    relief: bool = False  # terrain shading
    fragment: str = ""  # what the panel shows before a click
    muted: tuple[tuple[str, float], ...] = ()  # layer and opacity, where it is background
    records: tuple[tuple[str, str], ...] = ()
    picks_place: bool = False  # a click asks what stands there, not for the topmost feature
    wide_panel: bool = False


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
class Readings:
    """What the map writes beside a layer's points: numbers of the moment shown, in colours of their class.

    The address answers ``?at=`` and ``?choice=`` with choices, classes and points.
    """

    layer: str
    address: str


@dataclass(frozen=True)
class FactTable:
    """Figures that a profession adds to a layer's features in what stands at a point."""

    layer: str
    caption: Text
    facts: Callable[[Any], Sequence[tuple[Text, str]]]  # of a version: titles and values


@dataclass(frozen=True)
class Finder:
    """How a profession finds features of a layer by more than the layer's own fields.

    ``find`` is asked for those who may see the layer, and answers the best few.
    """

    layer: str
    title: Text
    find: Callable[[str, AsOf, Caller], Sequence[SearchHit]]


@dataclass(frozen=True)
class Tab:
    """One page of a profession, in the bar on top of its pages."""

    id: str
    title: Text
    path: str
    may: May = anybody


@dataclass(frozen=True)
class Link:
    """A way from the map to a profession's pages, for those who may go."""

    title: Text
    path: str
    may: May = anybody


@dataclass(frozen=True)
class Task:
    """What waits for somebody; ``number`` counts it for who asks."""

    title: Text
    path: str
    number: Callable[[HttpRequest], int]
    may: May = anybody


@dataclass(frozen=True)
class DemoUser:
    """A demo account; ``prepare`` gives it what it needs beside its role."""

    username: str
    role: str
    prepare: Callable[[User], None] | None = None


@dataclass(frozen=True)
class Urls:
    """A module of addresses and what they begin with."""

    module: str
    prefix: str = ""


@dataclass(frozen=True)
class Profession:
    """A field of work of the city's offices."""

    id: str
    title: Text
    position: int  # its place among entrances and links
    entrance: Entrance | None = None
    urls: tuple[Urls, ...] = ()
    fragments: tuple[Fragment, ...] = ()
    readings: tuple[Readings, ...] = ()
    tables: tuple[FactTable, ...] = ()
    finders: tuple[Finder, ...] = ()
    tabs: tuple[Tab, ...] = ()
    menu: tuple[Link, ...] = ()
    tasks: tuple[Task, ...] = ()
    demo: tuple[DemoUser, ...] = ()
    procedures: tuple[ProcedurePages, ...] = ()
    module: str = ""  # never declared: set by the discovery, for what is said of doubles


@cache
def declared() -> tuple[Profession, ...]:
    """Every declared profession by position, doubles with them (``profession_faults``)."""
    modules = [import_module(module) for module in _rooms()]
    modules += app_modules("profession", "PROFESSION")
    found = [replace(module.PROFESSION, module=module.__name__) for module in modules]
    return tuple(sorted(found, key=lambda one: (one.position, one.id)))


@cache
def professions() -> tuple[Profession, ...]:
    """Every profession, by position."""
    first: dict[str, Profession] = {}
    for one in declared():
        first.setdefault(one.id, one)
    return tuple(first.values())


def fragments_of(layer_id: str) -> list[Fragment]:
    """What professions add to the records of a layer."""
    return [f for one in professions() for f in one.fragments if f.layer == layer_id]


def tables_of(layer_id: str) -> list[FactTable]:
    """What professions add to the features of a layer at a point."""
    return [t for one in professions() for t in one.tables if t.layer == layer_id]


def finders() -> list[Finder]:
    """What professions add to the search, by the position of the profession."""
    return [finder for one in professions() for finder in one.finders]


def tabs_of(one: Profession) -> list[Tab]:
    """The tabs of a profession, those of its procedures last."""
    return [
        *one.tabs,
        *(
            Tab(p.procedure, title_shown(p.declared.title), p.path, p.may_enter)
            for p in one.procedures
        ),
    ]


def links_of(one: Profession) -> list[Link]:
    """The ways from the map to a profession's pages and procedures."""
    shown = [p for p in one.procedures if p.in_menu]
    return [*one.menu, *(Link(title_shown(p.declared.title), p.path, p.may_enter) for p in shown)]


def tasks_of(one: Profession) -> list[Task]:
    """What may wait for somebody in a profession and its procedures."""
    found = [
        Task(title_shown(p.declared.title), p.path, p.number_waiting, p.may_have_tasks)
        for p in one.procedures
    ]
    return [*one.tasks, *found]


def procedure_pages(procedure: str) -> tuple[Profession, ProcedurePages] | None:
    """The pages of a procedure, and whose they are; None: it has none."""
    every = ((one, pages) for one in professions() for pages in one.procedures)
    return next((found for found in every if found[1].procedure == procedure), None)


def _rooms() -> Iterator[str]:
    for room in pkgutil.iter_modules(webmap.__path__):
        if room.ispkg and find_spec(f"webmap.{room.name}.profession"):
            yield f"webmap.{room.name}.profession"
