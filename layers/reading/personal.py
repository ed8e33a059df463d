"""Personal fields: read for the office of a layer, masked; in full only where that is logged first.

Nothing else reads them for a page. A role of its own, which can select these columns alone,
reads them. Whoever is not shown every change of the row is shown nothing of them, not a mask
either: it would tell of changes that the bookkeeping hides (docs/adr/0011-bookkeeping.md).
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from layers.access.access import Caller, may_see_personal
from layers.access.masking import masked
from layers.declarations.declarations import Layer
from layers.errors import LayersError
from layers.models import PersonalRead
from layers.reading.features import features
from layers.reading.offices import OfficeShare, PersonalShare
from layers.reading.shares import Share

Texts = dict[str, str]  # by the name of the personal field; those that have a value


class PersonalDenied(LayersError):
    """The caller may not have the personal fields of the layer in full."""


def masked_values(share: Share, versions: Sequence[Any]) -> dict[int, Texts]:
    """The personal fields by version: masks of those that have a value, for the layer's office.

    For everybody else each of them is '', whether it has a value or not. ``versions`` are of
    the share: whom the page shows.
    """
    if not isinstance(share, OfficeShare):
        return {version.pk: dict.fromkeys(share.layer.personal, "") for version in versions}
    return {
        number: {name: masked(text) for name, text in texts.items()}
        for number, texts in _values(share.layer, versions).items()
    }


def full_values(
    caller: Caller, share: Share, versions: Sequence[Any], code: str
) -> dict[int, Texts]:
    """The personal fields that have a value, by version, in full; the reading is logged first.

    ``code`` is of the thing whose record is read.

    Raises:
        PersonalDenied: the layer was not granted to the caller.
    """
    layer = share.layer
    is_office = isinstance(share, OfficeShare) and may_see_personal(caller, layer)
    if not layer.personal or not is_office:
        raise PersonalDenied(layer.id)
    PersonalRead.objects.create(
        who=caller.name, layer=layer.id, code=code, fields="、".join(layer.personal)
    )
    return _values(layer, versions)


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


def _values(layer: Layer, versions: Sequence[Any]) -> dict[int, Texts]:
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
