"""The history of one thing for people, as a share shows it: eras, who and why, what each changed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.db.models import Field as Column
from django.utils.translation import gettext as _

from layers.declarations.declarations import Layer
from layers.declarations.registry import all_layers
from layers.reading.personal import changed_fields
from layers.reading.queries import History
from layers.reading.shares import Share
from spatial.versions.models import Change, VersionedFeature
from spatial.versions.queries import attribute_fields
from webmap.web.values import NOTHING, field_title, scheme_of, shown


@dataclass(frozen=True)
class FieldDifference:
    """One field before and after. ``hidden`` when its values name people."""

    title: str
    before: str = ""
    after: str = ""
    hidden: bool = False


@dataclass(frozen=True)
class VersionEra:
    """One version: its time, the changes at both ends, and how it differs from the one before."""

    id: int
    start: datetime
    end: datetime | None
    opened_by: Change
    closed_by: Change | None
    differences: tuple[FieldDifference, ...]
    first: bool

    @property
    def same(self) -> bool:
        """Whether a version was replaced by one that shows the same."""
        return not self.first and not self.differences


def layer_for(model: type[VersionedFeature]) -> Layer | None:
    """The declaration over a register, if it is published."""
    return next((layer for layer in all_layers() if layer.model is model), None)


def columns_of(share: Share) -> list[Column]:
    """The attributes of a register that the share shows, without the shape."""
    own = attribute_fields(share.layer.model)
    return [field for field in own if field.column in share.columns and field.name != "geom"]


def personal_columns_of(share: Share) -> list[Column]:
    """The attributes that name people: their values stand on no page of a history."""
    return [share.layer.column(name) for name in share.layer.personal]


def eras(share: Share, shown: History) -> list[VersionEra]:
    """The versions of a history as eras, newest first, each compared with the one before."""
    versions = shown.versions if shown.before is None else [shown.before, *shown.versions]
    people = changed_fields(share, versions)
    found = [
        _era(new, tuple(differences(share, old, new, people.get(new.pk, ()))))
        for old, new in pairwise(versions)
    ]
    if shown.before is None and versions:
        found.insert(0, _era(versions[0], (), first=True))
    return found[::-1]


def differences(
    share: Share, before: Any, after: Any, people: Collection[str] = ()
) -> list[FieldDifference]:
    """What differs between two versions, field by field; of the geometry, its measure.

    ``people``: the names of the personal fields that differ.
    """
    found = [
        FieldDifference(
            field_title(share.layer, column),
            value_of(share, before, column),
            value_of(share, after, column),
        )
        for column in columns_of(share)
        if getattr(before, column.name) != getattr(after, column.name)
    ]
    for column in personal_columns_of(share):
        if column.name in people:
            found.append(FieldDifference(field_title(share.layer, column), hidden=True))
    old, new = getattr(before, "geom", None), getattr(after, "geom", None)
    if not _same_shape(old, new):
        found.append(FieldDifference(_("图形"), measure(old), measure_change(old, new)))
    return found


def value_of(share: Share, version: Any, column: Column) -> str:
    """One field of a version as people read it."""
    scheme = scheme_of(share.layer, column.name, getattr(version, "scheme", ""))
    return shown(column, getattr(version, column.name), scheme)


def measure(shape: GEOSGeometry | None) -> str:
    """The size of a shape: its area, its length, or where its point lies."""
    if shape is None or shape.empty:
        return NOTHING
    if shape.dims == 2:
        return f"{shape.area:,.1f} m²"
    if shape.dims == 1:
        return f"{shape.length:,.1f} m"
    return f"{shape.centroid.x:.3f}, {shape.centroid.y:.3f}"


def measure_change(before: GEOSGeometry | None, after: GEOSGeometry | None) -> str:
    """The size after, and by how much it grew, shrank or moved."""
    size = measure(after)
    if not before or not after or before.dims != after.dims:
        return size
    if after.dims == 0:
        return _("%(size)s（移动 %(by)s m）") % {
            "size": size,
            "by": f"{before.distance(after):,.2f}",
        }
    grown = after.area - before.area if after.dims == 2 else after.length - before.length
    unit = "m²" if after.dims == 2 else "m"
    if abs(grown) < 0.05:
        return _("%(size)s（大小不变，形状改变）") % {"size": size}
    return f"{size}（{grown:+,.1f} {unit}）"


def _same_shape(before: GEOSGeometry | None, after: GEOSGeometry | None) -> bool:
    if before is None or after is None:
        return before is after
    return before.equals_exact(after)


def _era(version: Any, found: tuple[FieldDifference, ...], *, first: bool = False) -> VersionEra:
    return VersionEra(
        version.pk,
        version.valid.lower,
        version.valid.upper,
        version.opened_by,
        version.closed_by,
        found,
        first,
    )
