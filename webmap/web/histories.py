"""The whole history of one thing for people: eras, who and why, and what each changed."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.contrib.gis.geos import GEOSGeometry
from django.utils.translation import gettext as _

from layers.declarations.declarations import Layer
from layers.declarations.registry import all_layers
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
        """Whether a version was replaced by one alike."""
        return not self.first and not self.differences


def layer_for(model: type[VersionedFeature]) -> Layer | None:
    """The declaration over a register, if it is published."""
    return next((layer for layer in all_layers() if layer.model is model), None)


def personal_fields(model: type[VersionedFeature]) -> tuple[str, ...]:
    """The register's fields that name people; of an undeclared register, all of them."""
    layer = layer_for(model)
    return layer.personal if layer else tuple(f.name for f in attribute_fields(model))


def versions_of(
    model: type[VersionedFeature], code: str
) -> tuple[list[VersionedFeature], list[VersionedFeature]]:
    """Every version of a code: those that stand, oldest first, and those that undos voided."""
    rows = list(
        model.objects.filter(code=code)
        .select_related("opened_by", "closed_by", "voided_by")
        .order_by("id")
    )
    standing = sorted((v for v in rows if not v.valid.isempty), key=lambda v: v.valid.lower)
    return standing, [v for v in rows if v.valid.isempty]


def eras(versions: list[VersionedFeature]) -> list[VersionEra]:
    """The standing versions as eras, newest first, each compared with the one before."""
    if not versions:
        return []
    found = [_era(versions[0], (), first=True)]
    found += [
        _era(after, tuple(differences(before, after)), first=False)
        for before, after in pairwise(versions)
    ]
    return found[::-1]


def differences(before: VersionedFeature, after: VersionedFeature) -> list[FieldDifference]:
    """What differs between two versions, field by field; of the geometry, its measure."""
    model = type(after)
    layer, personal = layer_for(model), personal_fields(model)
    found = []
    for column in attribute_fields(model):
        old, new = getattr(before, column.name), getattr(after, column.name)
        if column.name == "geom":
            if not _same_shape(old, new):
                found.append(FieldDifference(_("图形"), measure(old), measure_change(old, new)))
        elif old != new:
            title = field_title(layer, column)
            if column.name in personal:
                found.append(FieldDifference(title, hidden=True))
            else:
                found.append(
                    FieldDifference(
                        title, value_of(before, column.name), value_of(after, column.name)
                    )
                )
    return found


def value_of(version: VersionedFeature, name: str) -> str:
    """One field of a version as people read it."""
    column = version._meta.get_field(name)
    layer = layer_for(type(version))
    scheme = scheme_of(layer, name, getattr(version, "scheme", ""))
    return shown(column, getattr(version, name), scheme)  # type: ignore[arg-type]


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


def _era(
    version: VersionedFeature, found: tuple[FieldDifference, ...], *, first: bool
) -> VersionEra:
    return VersionEra(
        version.pk,
        version.valid.lower,
        version.valid.upper,
        version.opened_by,
        version.closed_by,
        found,
        first,
    )
