"""What one caller may see of one layer: its fields and districts, decided once.

Everything that leaves is made from a share, never from a layer: pages of items, tiles,
downloads, schemas, search. Two callers with the same share are of one access class:
caches are keyed by it, and the database role that reads for it can select its columns
of its view and nothing else.

A grant adds to what its holder has without it and takes nothing away: the rows and fields
of a public layer stay public for the holder of a narrow key. Where a grant opens reserved
fields of some districts, the rows of others are shown with their public fields.

>>> from layers.access.access import ANONYMOUS
>>> from layers.declarations.registry import layer_of
>>> share_of(ANONYMOUS, layer_of("units")) is None
True
"""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property, lru_cache

from layers.access.access import Caller, Grant, Sharing, may_see, may_see_reserved
from layers.declarations.audiences import audience_of, revision_name, widest_audience
from layers.declarations.declarations import Field, Layer
from layers.declarations.registry import all_layers, layer_named
from spatial.versions.audiences import Audience
from spatial.versions.districts import renewal_name

LOGIN = "tujing_reader"  # the login of outside requests; it has no rights but its roles
CUT, BLANKED = "@districts", "@reserved"  # what the names of the views by district end in
AT_PUBLIC = "@public"  # where the public sees fewer fields: the view with its bookkeeping
STATE = ("stands", "is_shown")  # whether a version is today's; whether its change was shown
BOOKKEEPING = ("id", "opened_by_id", "closed_by_id", "voided_by_id")


_known: dict[str, "Share"] = {}


class Share:
    """A layer as one access class sees it.

    With ``districts`` it has the rows of those; ``is_blanked``: the others as well, without
    their reserved fields.
    """

    is_inside = False  # read by the site's own login, never by that of outside requests

    def __init__(
        self,
        layer: Layer,
        fields: tuple[Field, ...],
        districts: tuple[str, ...] = (),
        *,
        is_blanked: bool = False,
    ):
        self.layer = layer
        self.fields = fields
        self.districts = districts
        self.is_blanked = is_blanked

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
    def audience(self) -> Audience | None:
        """Whose view of what has changed the share has: the narrowest that sees its fields."""
        return audience_of(self.layer, self.names)

    @cached_property
    def register(self) -> str:
        """The name under which the revisions that the share sees are counted."""
        return revision_name(self.layer, self.audience)

    @cached_property
    def renewals(self) -> str:
        """The name under which it is counted that features have come into other districts."""
        return renewal_name(self.layer.register)

    @cached_property
    def role(self) -> str:
        """The database role that reads for this share."""
        text = f"{self.view} {' '.join(self.columns)}"
        digest = hashlib.sha256(text.encode()).hexdigest()[:8]
        return f"tujing_{self.layer.id.replace('-', '_')}_{digest}"

    @cached_property
    def view(self) -> str:
        """The quoted SQL name of the view behind the share."""
        whose = "" if self.audience == widest_audience(self.layer) else AT_PUBLIC
        cut = BLANKED if self.is_blanked else CUT if self.districts else ""
        return f'published."{self.layer.id}{whose}{cut}"'

    def field(self, name: str) -> Field | None:
        """The visible field of that name, if there is one."""
        return next((field for field in self.fields if field.name == name), None)


def _share(
    layer: Layer, names: tuple[str, ...], districts: tuple[str, ...], *, is_blanked: bool = False
) -> Share:
    """The share, one object for all callers that have it."""
    fields = tuple(f for f in layer.fields if f.name in names)
    made = Share(layer, fields, districts, is_blanked=is_blanked)
    if layer_named(layer.id) is not layer:  # not the one declared
        return made
    return _known.setdefault(made.key, made)


@lru_cache(maxsize=4096)
def share_by_id(caller: Caller, layer_id: str) -> Share | None:
    """What the caller may see of the layer of that id; None alike for hidden and unknown."""
    layer = layer_named(layer_id)
    return share_of(caller, layer) if layer else None


def share_of(caller: Caller, layer: Layer) -> Share | None:
    """What the caller may see of the layer, or None."""
    if layer.sharing is Sharing.WITHHELD or layer.is_withdrawn or not may_see(caller, layer):
        return None
    before, grant = _names_without_grants(caller, layer), _grant(caller, layer)
    if before is None:  # all that the caller has is by the grant
        return _share(layer, visible_names(caller, layer), grant.districts) if grant else None
    names = visible_names(caller, layer)
    districts = grant.districts if grant and names != before else ()
    return _share(layer, names, districts, is_blanked=bool(districts))


def write_share_of(caller: Caller, layer: Layer) -> Share | None:
    """The fields and districts in which the caller may write, if it may: not more than granted.

    It says what may be written, and is not read with: what is read is the caller's share.
    """
    share = share_of(caller, layer)
    given = None if caller.is_admin else caller.grant_of(layer.id)
    if share is None or given is None:
        return share
    grant = _grant(caller, layer)
    return _share(layer, _granted_names(grant, layer), grant.districts) if grant else None


def may_write_whole(caller: Caller, layer: Layer) -> bool:
    """Whether the caller may create, end and move what it writes; a grant of single fields may not."""
    grant = None if caller.is_admin else _grant(caller, layer)
    return not (grant and grant.fields)


def visible_names(caller: Caller, layer: Layer) -> tuple[str, ...]:
    """The names of the fields that the caller may see, in the order of the declaration.

    What a grant opens comes on top of what the caller sees without it.
    """
    names = _names_without_grants(caller, layer) or ()
    grant = _grant(caller, layer)
    more = _granted_names(grant, layer) if grant else ()
    return tuple(f.name for f in layer.fields if f.name in names or f.name in more)


def _names_without_grants(caller: Caller, layer: Layer) -> tuple[str, ...] | None:
    """What the caller sees as one of the public, of a department or of an office; None: nothing."""
    plain = replace(caller, grants=())
    if not may_see(plain, layer):
        return None
    every = may_see_reserved(plain, layer)
    return tuple(f.name for f in layer.fields if every or not f.reserved)


def _granted_names(grant: Grant, layer: Layer) -> tuple[str, ...]:
    """The fields that a grant opens."""
    return tuple(f.name for f in layer.fields if not grant.fields or f.name in grant.fields)


def _grant(caller: Caller, layer: Layer) -> Grant | None:
    """The grant that holds; one of districts opens nothing of a layer that knows no districts."""
    grant = caller.grant_of(layer.id)
    return None if grant and grant.districts and not layer.has_districts else grant


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
            share = _share(layer, names, ())
            found[share.role] = share
    return list(found.values())


def forget_shares() -> None:
    """Empty the caches over the declarations: these have changed."""
    _known.clear()
    share_by_id.cache_clear()
