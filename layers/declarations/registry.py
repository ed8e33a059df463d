"""Every layer declaration, in the order in which maps and lists show them.

A declaration is a module with ``POSITION`` and ``LAYERS``: of ``layers.declarations.catalogue``,
or ``layers.py`` of an app of its own. A new one in the catalogue is found without a restart:
``manage.py publish_layers`` makes its view and counts a revision, at which every process
looks at the folder again. What is wrong with them together, ``faults`` says at the start.
"""

import logging
import pkgutil
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from importlib import import_module, invalidate_caches

from layers.declarations import catalogue
from layers.declarations.declarations import Layer
from layers.declarations.discovery import app_modules
from layers.declarations.faults import faults
from spatial.versions.models import VersionedFeature

logger = logging.getLogger(__name__)
_found: dict[str, tuple[int, tuple[Layer, ...]]] = {}
_layers: tuple[Layer, ...] = ()
_by_id: dict[str, Layer] = {}
_withdrawn: frozenset[str] = frozenset()
_listeners: list[Callable[[], None]] = []


def all_layers() -> tuple[Layer, ...]:
    """Every declared layer, published or withheld."""
    if not _layers:
        refresh()
    return _layers


def layer_named(layer_id: str) -> Layer | None:
    """The layer of that id, if there is one; whether the caller may see it is another question."""
    if not _layers:
        refresh()
    return _by_id.get(layer_id)


def layer_of(layer_id: str) -> Layer:
    """The layer of that id. Raises KeyError if there is none."""
    found = layer_named(layer_id)
    if found is None:
        raise KeyError(layer_id)
    return found


def layer_of_register(model: type[VersionedFeature]) -> Layer:
    """The layer that publishes a register. Raises KeyError if none does."""
    for layer in all_layers():
        if layer.model is model:
            return layer
    raise KeyError(model)


def refresh(*, strict: bool = True) -> bool:
    """Read the declarations that have come or gone; whether there were any.

    One that has changed is read at the next start: a running process keeps to what it
    has begun with. Unless ``strict``, one that cannot be read is left out and logged, as
    a running process must not fall over a colleague's mistake.
    """
    invalidate_caches()
    names = {f"{catalogue.__name__}.{m.name}" for m in pkgutil.iter_modules(catalogue.__path__)}
    names |= {module.__name__ for module in app_modules("layers", "LAYERS")}
    if names == _found.keys():
        return False
    for name in _found.keys() - names:
        del _found[name]
    fresh = sorted(names - _found.keys())
    for name in fresh:
        try:
            module = import_module(name)
            _found[name] = (module.POSITION, module.LAYERS)
        except Exception:
            if strict:
                raise
            logger.exception("the declarations in %s cannot be read", name)
            _found[name] = (0, ())
    if not strict:
        _leave_out_faulty(fresh)
    _arrange()
    return True


def _leave_out_faulty(fresh: Iterable[str]) -> None:
    """Declarations that a running process meets must not spoil those it has begun with."""
    wrong = {fault.layer: fault for fault in faults(declared(), modules_of())}
    for name in fresh:
        for layer in _found[name][1]:
            if layer.id in wrong:
                logger.error("the declarations in %s are left out: %s", name, wrong[layer.id])
                _found[name] = (0, ())
                break


def declared() -> list[Layer]:
    """The layers of every declaration that was read, doubles with them."""
    ordered = sorted(_found.items(), key=lambda item: (item[1][0], item[0]))
    return [layer for _, (_, layers) in ordered for layer in layers]


def modules_of() -> dict[str, list[str]]:
    """By the id of a layer: the modules that declare it."""
    modules = defaultdict(list)
    for name, (_position, layers) in _found.items():
        for layer in layers:
            modules[layer.id].append(name)
    return modules


def withdraw(layer_ids: Iterable[str]) -> None:
    """From now on these layers are taken off, and all others are not."""
    global _withdrawn
    if _withdrawn != (wanted := frozenset(layer_ids)):
        _withdrawn = wanted
        _arrange()


def _arrange() -> None:
    global _layers, _by_id
    first: dict[str, Layer] = {}
    for layer in declared():
        first.setdefault(layer.id, layer)
    _layers = tuple(
        replace(la, is_withdrawn=True) if la.id in _withdrawn else la for la in first.values()
    )
    _by_id = {layer.id: layer for layer in _layers}
    for tell in _listeners:
        tell()


def when_changed(tell: Callable[[], None]) -> None:
    """Have a cache over the declarations emptied when they change."""
    _listeners.append(tell)
