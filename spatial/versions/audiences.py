"""Audiences: who sees which columns of a register, and when a thing changed for them.

A version that differs from the one before it in withheld columns alone is no change to who
does not see those: it continues the *span* of the version before. A register keeps with each
version, for each audience that sees less than the whole row,

- ``carried``: the next version continues its span, so that it is shown nowhere;
- ``valid``: the time of the whole span, where the span began before the version;
- ``first``: the version since which the audience has been shown no change of the thing.

Which columns an audience sees is said by the floor that publishes (``seen_by``). An audience
that sees every column is none, and costs nothing (docs/adr/0011-bookkeeping.md).
"""

from collections.abc import Callable, Collection, Mapping
from enum import StrEnum
from typing import Any

from spatial.versions.models import VersionedFeature
from spatial.versions.queries import attribute_fields


class Audience(StrEnum):
    """Those who see less than the whole row, the narrowest first."""

    PUBLIC = "public"  # the fields that are open to everybody
    SHARED = "shared"  # every field that is published


Seen = Mapping[Audience, Collection[str]]  # the names of the fields, by audience
_sources: list[Callable[[type[VersionedFeature]], Seen]] = []


def seen_by(source: Callable[[type[VersionedFeature]], Seen]) -> None:
    """Have the audiences of a register named by this function; {} where nobody reads outside."""
    _sources[:] = [source]


def audiences_of(model: type[VersionedFeature]) -> dict[Audience, tuple[str, ...]]:
    """The audiences that do not see the whole row, and the columns that each sees.

    Where two see the same, the wider one stands for both.
    """
    fields = attribute_fields(model)
    every = tuple(str(field.column) for field in fields)
    found: dict[Audience, tuple[str, ...]] = {}
    for audience, names in (_sources[0](model) if _sources else {}).items():
        found[audience] = tuple(
            str(f.column) for f in fields if f.name in names or f.name == "geom"
        )
    if found.get(Audience.PUBLIC) == found.get(Audience.SHARED):
        found.pop(Audience.PUBLIC, None)
    return {audience: columns for audience, columns in found.items() if columns != every}


def counted_as(register: str, audience: Audience | None) -> str:
    """The name under which the revisions that an audience sees are counted.

    >>> counted_as("parcels.parcel", Audience.SHARED), counted_as("parcels.parcel", None)
    ('parcels.parcel@shared', 'parcels.parcel')
    """
    return f"{register}@{audience}" if audience else register


def register_in(name: str) -> str:
    """The register in a name under which revisions are counted.

    >>> register_in("parcels.parcel@shared"), register_in("parcels.parcel")
    ('parcels.parcel', 'parcels.parcel')
    """
    return name.partition("@")[0]


def valid_sql(audience: Audience | None, alias: str = "") -> str:
    """The time of which a version is shown to an audience; empty: it is shown nowhere.

    >>> valid_sql(None, "v.")
    'v.valid'
    """
    if audience is None:
        return f"{alias}valid"
    return (
        f"CASE WHEN {alias}{audience}_carried THEN 'empty'::tstzrange"
        f" ELSE COALESCE({alias}{audience}_valid, {alias}valid) END"
    )


def first_of(version: VersionedFeature, audience: Audience | None) -> int:
    """The id of the version since which an audience has been shown no change of the thing."""
    return (getattr(version, f"{audience}_first") if audience else None) or version.pk


def span_of(version: VersionedFeature, audience: Audience | None) -> Any:
    """The time during which what a version shows an audience has been so, if it is not carried on."""
    return (getattr(version, f"{audience}_valid") if audience else None) or version.valid


def same_sql(columns: Collection[str], one: str, other: str) -> str:
    """The condition that two rows look the same in these columns; geometries by their corners."""
    tests = (f'{one}."{name}" IS NOT DISTINCT FROM {other}."{name}"' for name in columns)
    return f"({' AND '.join(tests)})" if columns else "true"


def closing_sql(audience: Audience, columns: Collection[str]) -> str:
    """The assignments that end the version ``v`` at ``%(at)s`` by the edit ``s``.

    What one change has shown the same of and ended is shown as ended.
    """
    return (
        f"{audience}_carried = (s.action = 'replace' AND {same_sql(columns, 'v', 's')}),"
        f" {audience}_valid = CASE WHEN v.{audience}_valid IS NOT NULL"
        f" THEN tstzrange(lower(v.{audience}_valid), %(at)s) END,"
        f" {audience}_first = CASE WHEN s.action <> 'end' OR v.opened_by_id <> %(change)s"
        f" THEN v.{audience}_first END"
    )


def opening_sql(audience: Audience) -> str:
    """Span and first of the version that follows the just closed version ``o``."""
    start = f"coalesce(lower(o.{audience}_valid), lower(o.valid))"
    return (
        f"CASE WHEN o.{audience}_carried AND {start} IS NOT NULL THEN tstzrange({start}, NULL) END,"
        f" CASE WHEN o.{audience}_carried THEN coalesce(o.{audience}_first, o.id) END"
    )


def span_columns(audience: Audience) -> str:
    """The columns that a new version sets for an audience."""
    return f"{audience}_valid, {audience}_first"


def carried_on_sql(table: str, audience: Audience, codes: str) -> str:
    """The versions of some codes that the change ``%(change)s`` opened and showed nothing by.

    ``codes`` is a FROM item ``s`` with the codes that the change touched.
    """
    return (
        f"SELECT FROM {codes} JOIN {table} v ON v.code = s.code"
        f" WHERE v.opened_by_id = %(change)s AND v.{audience}_first IS NOT NULL"
    )


def shown_sql(table: str, audience: Audience, codes: str, columns: str) -> str:
    """The versions of some codes of which the change ``%(change)s`` showed an audience something.

    Of what it replaced, the version that it opened says whether anything showed.
    """
    of_change = "%(change)s IN (v.opened_by_id, v.closed_by_id, v.voided_by_id)"
    return (
        f"WITH touched AS MATERIALIZED (SELECT v.* FROM {codes} JOIN {table} v ON v.code = s.code"
        f" WHERE {of_change}), hidden AS MATERIALIZED (SELECT code FROM touched"
        f" WHERE opened_by_id = %(change)s GROUP BY code HAVING bool_and({audience}_first IS NOT NULL))"
        f" SELECT {columns} FROM touched v"
        " WHERE NOT EXISTS (SELECT FROM hidden WHERE hidden.code = v.code)"
    )
