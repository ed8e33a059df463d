"""Personal fields: read for the office of a layer, masked; in full only with a reason, logged first.

Nothing else reads them for a page. A role of its own, which can select these columns alone,
reads them. Whoever is not shown every change of the row is shown nothing of them, not a mask
either: it would tell of changes that the bookkeeping hides (docs/adr/0011-bookkeeping.md). What
a column holds sealed, this alone opens (``spatial.sealed``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any

from django.db.models import Field
from django.utils import timezone
from django.utils.translation import gettext as _

from layers.access.access import Caller, may_see_personal
from layers.declarations.declarations import Layer
from layers.declarations.registry import all_layers
from layers.errors import LayersError
from layers.models import PersonalRead
from layers.reading.features import features
from layers.reading.offices import OfficeShare, PersonalShare
from layers.reading.shares import Share
from spatial.sealed.fields import SealedColumn, SealedField, column_of
from spatial.sealed.queries import SealedPlace, masks_of, open_values, places_of
from spatial.sealed.rules.formats import Kind, mask

MOST_VERSIONS = 500  # of which one reading gives the values in full
MOST_REASON = 200  # characters
SEARCHES_PER_MINUTE = 20  # of one person

Texts = dict[str, str]  # by the name of the personal field; those that have a value


class PersonalDenied(LayersError):
    """The caller may not have the personal fields of the layer in full."""


class ReasonMissing(LayersError):
    """Personal values are read in full, or searched, without a reason."""

    field = "reason"

    def __init__(self) -> None:
        super().__init__(_("请写明查阅个人信息的事由"))


class SearchedTooOften(LayersError):
    """Somebody has searched people more often than a minute allows."""


@dataclass(frozen=True)
class PersonFound:
    """A feature that has, or had, what was searched as a personal value."""

    layer: Layer
    code: str
    field: str
    mask: str
    stands: bool


def masked_values(share: Share, versions: Sequence[Any]) -> dict[int, Texts]:
    """The personal fields by version: masks of those that have a value, for the layer's office.

    For everybody else each of them is '', whether it has a value or not. ``versions`` are of
    the share: whom the page shows.
    """
    if not isinstance(share, OfficeShare):
        return {version.pk: dict.fromkeys(share.layer.personal, "") for version in versions}
    kept = _values(share.layer, versions)
    masks = masks_of(text for texts in kept.values() for text in texts.values())
    kinds = {name: _kind(share.layer.column(name)) for name in share.layer.personal}
    return {
        number: {name: masks.get(text) or mask(kinds[name], text) for name, text in texts.items()}
        for number, texts in kept.items()
    }


def masks_of_rows(model: Any, names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> Texts:
    """The masks of what rows of a register hold in personal columns, by what they hold."""
    fields = {name: model._meta.get_field(name) for name in names}
    texts = {str(row[n]): fields[n] for row in rows for n in names if row.get(n)}
    plain = {t: mask(_kind(f), t) for t, f in texts.items() if not isinstance(f, SealedField)}
    return plain | masks_of(texts.keys() - plain.keys())


def full_values(
    caller: Caller, share: Share, versions: Sequence[Any], code: str, reason: str
) -> dict[int, Texts]:
    """The personal fields that have a value, by version, in full; the reading is logged first.

    ``code`` is of the thing whose record is read. Of more than ``MOST_VERSIONS`` the last are.

    Raises:
        PersonalDenied: the layer was not granted to the caller.
        ReasonMissing: no reason is given.
        SealingError: a key is lost or wrong, or a seal broken.
    """
    layer = share.layer
    is_office = isinstance(share, OfficeShare) and may_see_personal(caller, layer)
    if not layer.personal or not is_office:
        raise PersonalDenied(layer.id)
    record_reading(caller.name, layer.id, code, layer.personal, reason)
    shown = versions[-MOST_VERSIONS:]
    kept, codes = _values(layer, shown), {v.pk: v.code for v in shown}
    numbers = list(kept)
    for name in layer.personal:
        field = layer.column(name)
        if isinstance(field, SealedField):
            pairs = [(codes[number], kept[number].get(name, "")) for number in numbers]
            opened = open_values(column_of(layer.model, field), pairs)
            for number, value in zip(numbers, opened, strict=True):
                if value:
                    kept[number][name] = value
    return kept


def opened_texts(version: Any, names: Sequence[str]) -> Texts:
    """Sealed fields of one version of a register with policies of its own, in full.

    Whoever asks has asked those policies, and has logged the reading.

    Raises:
        SealingError: a key is lost or wrong, or a seal broken.
    """
    fields = [version._meta.get_field(name) for name in names]
    return {
        field.name: open_values(
            column_of(type(version), field), [(version.code, getattr(version, field.name))]
        )[0]
        for field in fields
    }


def record_reading(
    who: str, layer_id: str, code: str, fields: Sequence[str], reason: str
) -> PersonalRead:
    """Log a reading of personal values in full, before it takes place.

    Raises:
        ReasonMissing: no reason is given.
    """
    reason = reason.strip()
    if not reason:
        raise ReasonMissing
    return PersonalRead.objects.create(
        who=who,
        layer=layer_id,
        code=code,
        fields="、".join(fields),
        reason=reason[:MOST_REASON],
    )


def changed_fields(share: Share, versions: Sequence[Any]) -> dict[int, set[str]]:
    """The names of the personal fields in which a version differs from the one before it.

    ``versions`` follow each other, oldest first. For all but the layer's office: none.
    """
    if not isinstance(share, OfficeShare):
        return {}
    values = _values(share.layer, versions)
    return {
        new.pk: {
            name
            for name in share.layer.personal
            if values.get(old.pk, {}).get(name) != values.get(new.pk, {}).get(name)
        }
        for old, new in pairwise(versions)
    }


def search_columns(layer: Layer) -> list[SealedColumn]:
    """The sealed columns of a layer."""
    fields = [layer.column(name) for name in layer.personal]
    return [column_of(layer.model, field) for field in fields if isinstance(field, SealedField)]


def layers_searched(caller: Caller) -> list[Layer]:
    """The layers in which a caller may search people."""
    return [
        layer for layer in all_layers() if may_see_personal(caller, layer) and search_columns(layer)
    ]


def find_people(caller: Caller, text: str, reason: str) -> list[PersonFound]:
    """What has, or had, a name or number as a personal value: exact but for blanks and width.

    In every layer whose personal values the caller may read; the search is logged first, in
    each. At most ``spatial.sealed.queries.MOST_FOUND``.

    Raises:
        PersonalDenied: there is no such layer.
        ReasonMissing: no reason is given.
        SearchedTooOften: more searches than a minute allows.
        SealingError: a key is lost or wrong.
    """
    layers = layers_searched(caller)
    if not layers:
        raise PersonalDenied
    check_frequency(caller.name, layers[0].id)
    for layer in layers:
        record_reading(caller.name, layer.id, "", [c.name for c in search_columns(layer)], reason)
    columns = [column for layer in layers for column in search_columns(layer)]
    by_register = {layer.model._meta.label_lower: layer for layer in layers}
    places = places_of(text, columns)
    return [
        found
        for register, layer in by_register.items()
        for found in _found(layer, [place for place in places if place.register == register])
    ]


def check_frequency(who: str, layer_id: str) -> None:
    """Whether somebody may search again now.

    Raises:
        SearchedTooOften: not before a minute is over.
    """
    lately = timezone.now() - timedelta(minutes=1)
    searches = PersonalRead.objects.filter(who=who, layer=layer_id, code="", at__gt=lately)
    if searches.count() >= SEARCHES_PER_MINUTE:
        raise SearchedTooOften(_("查人过于频繁，请一分钟后再试"))


def _found(layer: Layer, places: Sequence[SealedPlace]) -> list[PersonFound]:
    """Which of the places still hold their value; those that no version holds are left out."""
    if not places:
        return []
    names = {str(layer.column(name).column): name for name in layer.personal}
    rows = (
        features(PersonalShare(layer))
        .filter(code__in={place.code for place in places})
        .values("code", "stands", *names.values())
    )
    held: dict[tuple[str, str, str], bool] = {}
    for row in rows:
        for column, name in names.items():
            key = (row["code"], column, str(row[name] or ""))
            held[key] = held.get(key, False) or row["stands"]
    return [
        PersonFound(layer, p.code, names[p.column], p.mask, held[p.code, p.column, p.token])
        for p in places
        if (p.code, p.column, p.token) in held
    ]


def _kind(field: Field) -> Kind:
    return field.kind if isinstance(field, SealedField) else Kind.NAME


def _values(layer: Layer, versions: Sequence[Any]) -> dict[int, Texts]:
    """What the personal columns hold, by version: tokens, or what is not sealed."""
    if not layer.personal or not versions:
        return {}
    rows = (
        features(PersonalShare(layer))
        .filter(code__in={v.code for v in versions}, id__in=[v.pk for v in versions])
        .values_list("id", *layer.personal)
    )
    return {
        number: {name: str(text) for name, text in zip(layer.personal, texts, strict=True) if text}
        for number, *texts in rows
    }
