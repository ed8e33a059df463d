"""What one caller may see of one layer: its fields and districts, decided once.

Everything that leaves is made from a share, never from a layer: pages of items, tiles,
downloads, schemas, search. Two callers with the same share are of one access class:
caches are keyed by it, and the database role that reads for it can select its columns
of its view and nothing else.

>>> from layers.access import ANONYMOUS
>>> from layers.registry import layer_of
>>> share_of(ANONYMOUS, layer_of("units")) is None
True
"""

import hashlib
from collections.abc import Iterable
from functools import cached_property, lru_cache

from layers.access import Caller, Sharing, may_see, may_see_reserved
from layers.declarations import Field, Layer
from layers.registry import all_layers, layer_named, layer_of, when_changed

LOGIN = "tujing_reader"  # the login of outside requests; it has no rights but its roles
BOOKKEEPING = ("id", "opened_by_id", "closed_by_id", "voided_by_id")


class Share:
    """A layer as one access class sees it."""

    def __init__(self, layer: Layer, fields: tuple[Field, ...], districts: tuple[str, ...] = ()):
        self.layer = layer
        self.fields = fields
        self.districts = districts

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Share) and other.key == self.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return f"Share({self.key})"

    @cached_property
    def key(self) -> str:
        """The access class: layer, fields and districts in one short text."""
        cut = ",".join(self.districts)
        return f"{self.role}:{cut}" if cut else self.role

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the visible fields."""
        return frozenset(field.name for field in self.fields)

    @cached_property
    def tile_fields(self) -> tuple[Field, ...]:
        """The visible fields that go into vector tiles."""
        return tuple(field for field in self.fields if field.in_tiles)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns of the published view that the share may read."""
        shape = ("geom",) if self.layer.geometry else ()
        own = (str(self.layer.column(field.name).column) for field in self.fields)
        return (*BOOKKEEPING, "code", *own, *shape, "valid")

    @cached_property
    def role(self) -> str:
        """The database role that reads for this share."""
        text = f"{self.view} {' '.join(self.columns)}"
        digest = hashlib.sha256(text.encode()).hexdigest()[:8]
        return f"tujing_{self.layer.id.replace('-', '_')}_{digest}"

    @cached_property
    def view(self) -> str:
        """The quoted SQL name of the view behind the share."""
        return f'published."{self.layer.id}{"@districts" if self.districts else ""}"'

    def field(self, name: str) -> Field | None:
        """The visible field of that name, if there is one."""
        return next((field for field in self.fields if field.name == name), None)


@lru_cache(maxsize=4096)
def _share(layer_id: str, names: tuple[str, ...], districts: tuple[str, ...]) -> Share:
    layer = layer_of(layer_id)
    return Share(layer, tuple(f for f in layer.fields if f.name in names), districts)


@lru_cache(maxsize=4096)
def share_by_id(caller: Caller, layer_id: str) -> Share | None:
    """What the caller may see of the layer of that id; None alike for hidden and unknown."""
    layer = layer_named(layer_id)
    return share_of(caller, layer) if layer else None


def share_of(caller: Caller, layer: Layer) -> Share | None:
    """What the caller may see of the layer, or None."""
    if layer.sharing is Sharing.WITHHELD or layer.is_withdrawn or not may_see(caller, layer):
        return None
    grant = None if caller.is_admin else caller.grant_of(layer.id)
    names = visible_names(caller, layer)
    return _share(layer.id, names, grant.districts if grant else ())


def visible_names(caller: Caller, layer: Layer) -> tuple[str, ...]:
    """The names of the fields that the caller may see, in the order of the declaration.

    A grant that names fields opens those; what is public of a public layer is public
    for the holder of a key too.
    """
    if not may_see_reserved(caller, layer):
        return tuple(f.name for f in layer.fields if not f.reserved)
    grant = None if caller.is_admin else caller.grant_of(layer.id)
    if not grant or not grant.fields:
        return tuple(f.name for f in layer.fields)
    return tuple(
        f.name for f in layer.fields if f.name in grant.fields or (layer.public and not f.reserved)
    )


def shares_of(caller: Caller, layers: Iterable[Layer] | None = None) -> list[Share]:
    """The caller's share of every layer that it may see, in the order of the registry."""
    found = (share_of(caller, layer) for layer in layers or all_layers())
    return [share for share in found if share]


def standing_shares() -> list[Share]:
    """The shares that exist without any key: of the public, and of departments."""
    found: dict[str, Share] = {}
    for layer in all_layers():
        if layer.sharing is Sharing.WITHHELD:
            continue
        every = tuple(f.name for f in layer.fields)
        open_ones = tuple(f.name for f in layer.fields if not f.reserved)
        for names in (every, open_ones):
            share = _share(layer.id, names, ())
            found[share.role] = share
    return list(found.values())


when_changed(share_by_id.cache_clear)
