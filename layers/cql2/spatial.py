"""The spatial functions: S_INTERSECTS and its seven companions."""

from collections.abc import Sequence

from layers.cql2.errors import FilterError
from layers.cql2.placing import Target, placed
from layers.cql2.terms import Scope, Term, check_count, check_kind, joined

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
FOR_COLLECTIONS = frozenset({"s_disjoint", "s_intersects"})


def spatial(op: str, args: Sequence[Term], scope: Scope) -> Term:
    """A relation in space between two geometries, one of them usually a column."""
    check_count(op.upper(), args, 2)
    for term in args:
        check_kind(op.upper(), term, "geometry")
        if _is_collection(term) and op not in FOR_COLLECTIONS:
            raise FilterError(
                f"GEOMETRYCOLLECTION 只能用于 S_INTERSECTS、S_DISJOINT，不能用于 {op.upper()}"
            )
    srid = next((term.srid for term in args if term.srid), scope.crs.epsg)
    target = Target(srid, scope.window, keeps_outside=op not in LOCAL)
    left, right = (_in_one_crs(term, scope, target) for term in args)
    return joined("boolean", f"{FUNCTIONS[op]}({{0}}, {{1}})", left, right)


def _in_one_crs(term: Term, scope: Scope, target: Target) -> Term:
    if term.value is not None:
        return placed(term, scope.crs, target)
    if term.srid != target.srid:
        return joined("geometry", f"ST_Transform({{0}}, {target.srid})", term)
    return term


def _is_collection(term: Term) -> bool:
    return term.value is not None and term.value.geom_type == "GeometryCollection"
