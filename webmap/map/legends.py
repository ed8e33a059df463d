"""Which classes of a layer are in use today, so that legends name no others."""

from functools import lru_cache

from layers.reading.features import features
from layers.reading.revisions import register_revision
from layers.reading.shares import Share
from spatial.versions.figures import tallied

MOST = 60


def values_in_use(share: Share) -> tuple[str, ...]:
    """The values of the field that a layer's colours follow, if it has a coding scheme."""
    layer = share.layer
    declared = share.field(layer.paint.by) if layer.paint and layer.paint.by else None
    if not declared or not declared.scheme:
        return ()
    return _values(share, declared.name, register_revision(layer))


@lru_cache(maxsize=256)
def _values(share: Share, name: str, revision: int) -> tuple[str, ...]:
    """From the register's tally, else read once per revision of the register."""
    known = tallied(share.layer.model, name)
    if known is not None:
        return tuple(sorted({one.values[0] for one in known if one.values[0]})[:MOST])
    values = features(share).current().values_list(name, flat=True).distinct()[:MOST]
    return tuple(sorted(value for value in values if value))
