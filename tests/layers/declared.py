"""Layers declared otherwise than they are: what the catalogue happens not to have."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from layers.access.access import Sharing
from layers.declarations import registry
from layers.declarations.declarations import Layer

CLOSED: dict[str, Any] = {"public": False, "sharing": Sharing.CONDITIONAL}


@contextmanager
def redeclared(layer_id: str, **changes: Any) -> Iterator[Layer]:
    """A layer of the catalogue with some of its declaration changed, for as long as it lasts."""
    kept = dict(registry._found)
    for name, (position, layers) in kept.items():
        changed = (replace(la, **changes) if la.id == layer_id else la for la in layers)
        registry._found[name] = (position, tuple(changed))
    registry._arrange()
    try:
        yield registry.layer_of(layer_id)
    finally:
        registry._found.clear()
        registry._found.update(kept)
        registry._arrange()
