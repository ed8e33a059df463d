"""The spatial functions: S_INTERSECTS and its seven companions."""

from collections.abc import Sequence
from dataclasses import replace

import shapely

from layers.cql2.errors import FilterError
from layers.cql2.placing import LiteralTarget, placed
from layers.cql2.terms import Scope, Term, chained, check_count, check_kind, joined

FUNCTIONS = {
    "s_contains": "ST_Contains",
    "s_crosses": "ST_Crosses",
    "s_disjoint": "ST_Disjoint",
    "s_equals": "ST_Equals",
    "s_intersects": "ST_Intersects",
    "s_overlaps": "ST_Overlaps",
    "s_touches": "ST_Touches",
    "s_within": "ST_Within",
}
# Relations for which the part of a literal far from every feature says nothing.
LOCAL = frozenset({"s_disjoint", "s_intersects", "s_touches"})
# How the answers for the members of a collection make the answer for it.
JOINTS = {"s_intersects": "OR", "s_disjoint": "AND"}


def spatial(op: str, args: Sequence[Term], scope: Scope) -> Term:
    """A relation in space between two geometries, one of them usually a column."""
    check_count(op, args, 2)
    for term in args:
        check_kind(op, term, "geometry")
    collection = next((term for term in args if _is_collection(term)), None)
    if collection:
        return _with_members(op, args, collection, scope)
    srid = next((term.srid for term in args if term.srid), scope.crs.epsg)
    target = LiteralTarget(srid, scope.window, keeps_outside=op not in LOCAL)
    left, right = (_in_one_crs(term, scope, target) for term in args)
    return joined("boolean", f"{FUNCTIONS[op]}({{0}}, {{1}})", left, right)


def _with_members(op: str, args: Sequence[Term], collection: Term, scope: Scope) -> Term:
    """A collection's points, lines and polygons tested one after the other.

    PostGIS stumbles over a collection whose members overlap.
    """
    if op not in JOINTS:
        offered = "、".join(name.upper() for name in JOINTS)
        raise FilterError(f"GEOMETRYCOLLECTION 只能用于 {offered}，不能用于 {op.upper()}")
    members = shapely.get_parts(collection.value)
    dimensions = shapely.get_dimensions(members)
    parts = [
        replace(collection, value=shapely.union_all(members[dimensions == n]))
        for n in sorted(set(dimensions.tolist()))
    ]
    return chained(
        JOINTS[op],
        [spatial(op, [part if t is collection else t for t in args], scope) for part in parts],
    )


def _in_one_crs(term: Term, scope: Scope, target: LiteralTarget) -> Term:
    if term.value is not None:
        return placed(term, scope.crs, target)
    if term.srid != target.srid:
        return joined("geometry", f"ST_Transform({{0}}, {target.srid})", term)
    return term


def _is_collection(term: Term) -> bool:
    return term.value is not None and term.value.geom_type == "GeometryCollection"
