"""Every layer declaration, in the order in which maps and lists show them."""

from functools import cache

from layers.catalogue import base, grid, hazards, housing, parcels, pipes, planning
from layers.declarations import Layer


@cache
def all_layers() -> tuple[Layer, ...]:
    """Every declared layer, published or withheld."""
    modules = (base, parcels, housing, pipes, planning, hazards, grid)
    return tuple(layer for module in modules for layer in module.LAYERS)


@cache
def _by_id() -> dict[str, Layer]:
    return {layer.id: layer for layer in all_layers()}


def layer_named(layer_id: str) -> Layer | None:
    """The layer of that id, if there is one; whether the caller may see it is another question."""
    return _by_id().get(layer_id)


def layer_of(layer_id: str) -> Layer:
    """The layer of that id. Raises KeyError if there is none."""
    return _by_id()[layer_id]
