"""Every layer declaration, in the order in which maps and lists show them.

A declaration is a module of ``layers.declarations.catalogue`` with ``POSITION`` and ``LAYERS``. A new
one is found without a restart: ``manage.py publish_layers`` makes its view and counts a
revision, at which every process looks at the folder again.
"""

import logging
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from importlib import import_module, invalidate_caches

from layers.declarations import catalogue
from layers.declarations.declarations import Layer

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


def refresh(*, strict: bool = True) -> bool:
    """Read the declarations that have come or gone; whether there were any.

    One that has changed is read at the next start: a running process keeps to what it
    has begun with. Unless ``strict``, one that cannot be read is left out and logged, as
    a running process must not fall over a colleague's mistake.
    """
    invalidate_caches()
    names = {module.name for module in pkgutil.iter_modules(catalogue.__path__)}
    if names == _found.keys():
        return False
    for name in _found.keys() - names:
        del _found[name]
    for name in names - _found.keys():
        try:
            module = import_module(f"{catalogue.__name__}.{name}")
            _found[name] = (module.POSITION, module.LAYERS)
        except Exception:
            if strict:
                raise
            logger.exception("the declarations in %s cannot be read", name)
            _found[name] = (0, ())
    _arrange()
    return True


def withdraw(layer_ids: Iterable[str]) -> None:
    """From now on these layers are taken off, and all others are not."""
    global _withdrawn
    if _withdrawn != (wanted := frozenset(layer_ids)):
        _withdrawn = wanted
        _arrange()


def _arrange() -> None:
    global _layers, _by_id
    declared = (
        layer
        for _, (_, layers) in sorted(_found.items(), key=lambda item: (item[1][0], item[0]))
        for layer in layers
    )
    _layers = tuple(
        replace(la, is_withdrawn=True) if la.id in _withdrawn else la for la in declared
    )
    _by_id = {layer.id: layer for layer in _layers}
    for tell in _listeners:
        tell()


def when_changed(tell: Callable[[], None]) -> None:
    """Have a cache over the declarations emptied when they change."""
    _listeners.append(tell)
