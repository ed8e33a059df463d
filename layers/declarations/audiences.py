"""The audiences of a register, by what its layers publish: the public, and whom it is shared with."""

from collections.abc import Iterable

from layers.access.access import Sharing
from layers.declarations.declarations import Layer
from layers.declarations.registry import all_layers
from spatial.versions.audiences import Audience, Seen, audiences_of, counted_as
from spatial.versions.models import SpatialFeature, VersionedFeature


def fields_seen(model: type[VersionedFeature]) -> Seen:
    """The fields of a register that each audience sees; {} if nobody reads it outside."""
    layers = [la for la in all_layers() if la.model is model and la.sharing is not Sharing.WITHHELD]
    if not layers:
        return {}
    public = [layer for layer in layers if layer.public] or layers
    # The field that names the district decides who is shown the row, published or not.
    named = {model.district_field} if issubclass(model, SpatialFeature) else set()
    return {
        Audience.PUBLIC: named | {f.name for la in public for f in la.fields if not f.reserved},
        Audience.SHARED: named | {f.name for la in layers for f in la.fields},
    }


def audience_of(layer: Layer, names: Iterable[str]) -> Audience | None:
    """The narrowest audience that sees these fields of a layer; None: who sees the whole row."""
    wanted, seen = set(names), fields_seen(layer.model)
    narrow = audiences_of(layer.model)
    return next((a for a in Audience if a in narrow and wanted <= set(seen[a])), None)


def widest_audience(layer: Layer) -> Audience | None:
    """The audience of whom everything published of a layer is shared with."""
    return audience_of(layer, [field.name for field in layer.fields])


def revision_name(layer: Layer, audience: Audience | None) -> str:
    """The name under which the revisions that an audience sees of a layer are counted."""
    return counted_as(layer.register, audience)
