"""Personal fields: read for one caller, masked; in full only where that is logged first.

Nothing else reads them for a page. A role of its own, which can select these columns alone,
reads them; the versions that a page shows are matched by the ids of its audience.
"""

from collections.abc import Sequence
from typing import Any

from layers.access.access import Caller, may_see_personal
from layers.access.masking import masked
from layers.errors import LayersError
from layers.models import PersonalRead
from layers.reading.features import features
from layers.reading.offices import PersonalShare, audience_id
from layers.reading.shares import Share

Texts = dict[str, str]  # by the name of the personal field; those that have a value


class PersonalDenied(LayersError):
    """The caller may not have the personal fields of the layer in full."""


def masked_values(caller: Caller, share: Share, versions: Sequence[Any]) -> dict[int, Texts]:
    """The personal fields that have a value, by version: masks; '' for nobody known.

    ``versions`` are of the share: whom the page shows.
    """
    return {
        number: {name: "" if caller.is_anonymous else masked(text) for name, text in texts.items()}
        for number, texts in _values(share, versions).items()
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
    if not layer.personal or not may_see_personal(caller, layer):
        raise PersonalDenied(layer.id)
    PersonalRead.objects.create(
        who=caller.name, layer=layer.id, code=code, fields="、".join(layer.personal)
    )
    return _values(share, versions)


def _values(share: Share, versions: Sequence[Any]) -> dict[int, Texts]:
    layer = share.layer
    if not layer.personal or not versions:
        return {}
    shown = audience_id(share.audience)
    rows = (
        features(PersonalShare(layer))
        .filter(code__in={v.code for v in versions}, **{f"{shown}__in": [v.pk for v in versions]})
        .values_list(shown, *layer.personal)
    )
    return {
        number: {name: str(text) for name, text in zip(layer.personal, texts, strict=True) if text}
        for number, *texts in rows
    }
