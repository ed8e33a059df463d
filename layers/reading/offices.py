"""What pages show beyond the shares: to the office that keeps a layer, and of personal fields.

Whom a layer was granted to sees, on the pages, its rows with the bookkeeping of the whole
row: an ``OfficeShare``. Personal fields are no part of it; they are read by ``personal`` alone,
as a ``PersonalShare``. Behind both stands one view per layer that shows nothing outside: the
login of outside requests cannot become the roles of these shares, the site's own login can.
"""

from functools import cached_property, lru_cache

from layers.access.access import Caller, may_see_personal
from layers.declarations.declarations import Layer
from layers.declarations.registry import all_layers, layer_named
from layers.reading.features import Features, features
from layers.reading.shares import BOOKKEEPING, STATE, Share, share_of
from spatial.versions.audiences import Audience

OFFICE = "@office"  # what the name of a layer's view for its office ends in


class OfficeShare(Share):
    """A layer as the pages show it to its office: all districts, the whole row's bookkeeping."""

    is_inside = True

    def __init__(self, layer: Layer) -> None:
        super().__init__(layer, layer.fields)

    @cached_property
    def audience(self) -> Audience | None:  # type: ignore[override]
        """None: every change of the row is shown."""
        return None

    @cached_property
    def columns(self) -> tuple[str, ...]:  # type: ignore[override]
        """The published columns, and those that only pages of the office read."""
        return office_columns(self.layer)

    @cached_property
    def view(self) -> str:  # type: ignore[override]
        """The quoted SQL name of the layer's view for its office."""
        return f'published."{self.layer.id}{OFFICE}"'


class PersonalShare(OfficeShare):
    """The personal fields of a layer, and which version they belong to."""

    @cached_property
    def columns(self) -> tuple[str, ...]:  # type: ignore[override]
        """Ids, codes and the personal columns."""
        return ("id", "code", *personal_columns(self.layer))


def office_columns(layer: Layer) -> tuple[str, ...]:
    """The columns of a layer's register that its office reads on pages, without personal ones."""
    names = (*(field.name for field in layer.fields), *layer.office_fields)
    own = dict.fromkeys(str(layer.column(name).column) for name in names)
    shape = ("geom",) if layer.geometry else ()
    return (*BOOKKEEPING, "code", *own, *shape, "valid")


def personal_columns(layer: Layer) -> tuple[str, ...]:
    """The columns of a layer's register that name people."""
    return tuple(str(layer.column(name).column) for name in layer.personal)


def office_sql(layer: Layer) -> str:
    """The definition of a layer's view for its office."""
    columns = dict.fromkeys((*office_columns(layer), *personal_columns(layer)))
    listed = [f'"{column}"' for column in columns]
    stands, is_shown = STATE
    listed += [f'upper_inf(valid) AS "{stands}"', f'true AS "{is_shown}"']
    return f'SELECT {", ".join(listed)} FROM public."{layer.model._meta.db_table}"'


def page_share(caller: Caller, layer: Layer) -> Share | None:
    """What the pages show a caller of a layer: its office's part, else the caller's share."""
    return _page_share(caller, layer.id)


@lru_cache(maxsize=4096)
def _page_share(caller: Caller, layer_id: str) -> Share | None:
    layer = layer_named(layer_id)
    if layer is None or (layer.is_withdrawn and not caller.is_admin):
        return None
    return OfficeShare(layer) if may_see_personal(caller, layer) else share_of(caller, layer)


def page_shares(caller: Caller) -> list[Share]:
    """What the pages show a caller of every layer of which they show anything."""
    found = (page_share(caller, layer) for layer in all_layers())
    return [share for share in found if share]


def features_shown(caller: Caller, layer: Layer) -> Features:
    """The features of a layer that the pages show a caller; none where they show nothing."""
    share = page_share(caller, layer)
    return features(share) if share else features(OfficeShare(layer)).none()


def office_shares() -> list[OfficeShare]:
    """The shares that the pages of offices read with, of every layer."""
    found: list[OfficeShare] = []
    for layer in all_layers():
        found.append(OfficeShare(layer))
        if layer.personal:
            found.append(PersonalShare(layer))
    return found


def forget_page_shares() -> None:
    """Empty the cache over the declarations: these have changed."""
    _page_share.cache_clear()
