"""Split and merge: parcels end, their successors open, and the descent is recorded."""

from collections.abc import Mapping, Sequence
from typing import Any

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db import transaction
from django.forms.models import model_to_dict

from spatial.parcels.models import Parcel
from spatial.parcels.rules.division import division_faults, shared_areas
from spatial.versions.actions import apply, record_ancestry
from spatial.versions.edits import Action, Edit, VersionConflict
from spatial.versions.models import Change
from spatial.versions.queries import attribute_fields

REGISTER = Parcel._meta.label_lower


def split_parcel(change: Change, code: str, pieces: Mapping[str, GEOSGeometry]) -> None:
    """End a parcel and open its pieces, each with a new code and the parcel's attributes.

    Args:
        change: the change that this is part of.
        code: the parcel to split.
        pieces: new code → polygon in the city's projected CRS.

    Raises:
        VersionConflict: no such parcel now, fewer than two pieces, or the pieces do not make
            up the parcel; nothing is written.
    """
    if len(pieces) < 2:
        raise VersionConflict([(code, "分割后至少应有两宗")])
    _descend(change, [code], pieces)


def merge_parcels(change: Change, codes: Sequence[str], new_code: str) -> None:
    """End several parcels and open their union under a new code.

    Attributes are taken from the first. The boundary is the union's; neighbours must
    touch, so that one polygon results.

    Raises:
        VersionConflict: fewer than two, one does not exist now, or they do not touch.
    """
    if len(set(codes)) < 2:
        raise VersionConflict([(new_code, "合并至少需要两宗")])
    parcels = _standing(codes)
    union = shapely.union_all([_shape(parcel.geom) for parcel in parcels])
    if union.geom_type != "Polygon":
        raise VersionConflict([(new_code, "这些宗地不相邻，不能合并为一宗")])
    whole = GEOSGeometry(memoryview(shapely.to_wkb(union)), srid=parcels[0].geom.srid)
    _descend(change, list(codes), {new_code: whole})


def _descend(change: Change, codes: Sequence[str], children: Mapping[str, GEOSGeometry]) -> None:
    with transaction.atomic():
        parents = _standing(codes)
        before = [_shape(parcel.geom) for parcel in parents]
        after = [_shape(geom) for geom in children.values()]
        if faults := division_faults(shapely.union_all(before), after):
            raise VersionConflict([(codes[0], fault) for fault in faults])
        attributes = _attributes(parents[0])
        edits = [Edit(Action.END, parent.code, expected=parent.pk) for parent in parents]
        edits += [
            Edit(Action.OPEN, code, {**attributes, "geom": geom, "registered_area_m2": geom.area})
            for code, geom in children.items()
        ]
        apply(change, Parcel, edits)
        areas = shared_areas(before, after)
        links = [
            (parent.code, child, float(areas[i, j]))
            for i, parent in enumerate(parents)
            for j, child in enumerate(children)
            if areas[i, j] > 0
        ]
        record_ancestry(change, REGISTER, links)


def _standing(codes: Sequence[str]) -> list[Parcel]:
    found = {parcel.code: parcel for parcel in Parcel.objects.current().filter(code__in=codes)}
    if missing := [code for code in codes if code not in found]:
        raise VersionConflict([(code, "不存在或已经终止") for code in missing])
    return [found[code] for code in codes]


def _attributes(parcel: Parcel) -> dict[str, Any]:
    names = [field.name for field in attribute_fields(Parcel) if field.name != "geom"]
    return model_to_dict(parcel, fields=names)


def _shape(geom: GEOSGeometry) -> shapely.Geometry:
    return shapely.from_wkb(bytes(geom.wkb))
