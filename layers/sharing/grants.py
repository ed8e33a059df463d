"""Grants: what a consumer may read of a layer, given and ended.

What changes what a key opens counts a revision of ``layers.sharing.keys``, so it holds in
every process within a tenth of a second.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from layers.access.access import Caller, Sharing, may_decide, may_grant_writing
from layers.declarations.declarations import Layer
from layers.declarations.refusals import only_by_steps
from layers.declarations.registry import layer_named
from layers.errors import LayersError
from layers.models import Consumer, LayerGrant
from layers.reading.publish import ensure_roles
from layers.reading.revisions import KEYS, forget
from layers.reading.shares import share_of
from layers.sharing.acts import record_act
from layers.sharing.keys import caller_of_consumer
from spatial.audit.models import Kind
from spatial.city import city
from spatial.versions.districts import LENGTHS
from spatial.versions.revisions import count_revision


class NotSteward(LayersError, PermissionError):
    """The person may not do this."""


class InvalidApplication(LayersError, ValueError):
    """What was asked does not fit what there is; told in words for the person."""


@dataclass(frozen=True)
class LayerPart:
    """What is asked or granted of a layer; no fields or districts named: all of them."""

    layer: str
    fields: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()


@transaction.atomic
def grant_layer(
    by: Caller,
    consumer: Consumer,
    part: LayerPart,
    *,
    may_write: bool = False,
    conditions: str = "",
    until: datetime | None = None,
) -> LayerGrant:
    """Let a consumer read a layer or a part of it, in place of what it was granted before.

    Raises:
        NotSteward: who grants does not decide on the layer.
        InvalidApplication: fields or districts that the layer does not share, a date that has passed,
            or writing of what is written by its steps.
    """
    layer = checked_part(part)
    if not may_decide(by, layer):
        raise NotSteward(_("您不能批准使用“%(layer)s”") % {"layer": layer.title})
    if may_write and layer.by_steps:
        raise InvalidApplication(only_by_steps(layer))
    if may_write and not may_grant_writing(by, layer):
        raise NotSteward(_("您不能允许写入“%(layer)s”") % {"layer": layer.title})
    if until and until <= timezone.now():
        raise InvalidApplication(_("授权截止时间已经过去"))
    end_grants(by, LayerGrant.objects.filter(consumer=consumer, layer=layer.id))
    grant = LayerGrant.objects.create(
        consumer=consumer,
        layer=layer.id,
        fields=list(part.fields),
        districts=list(part.districts),
        may_write=may_write,
        conditions=conditions,
        until=until,
        granted_by=by.name,
    )
    record_act(Kind.GRANT_GIVEN, by, consumer, layer.id, part=asdict(part), may_write=may_write)
    ensure_granted(consumer)
    keys_changed()
    return grant


def end_grants(by: Caller, grants: Any) -> None:
    """End those of the grants that stand, at once."""
    standing = list(grants.filter(withdrawn_at=None).select_related("consumer"))
    for grant in standing:
        record_act(Kind.GRANT_WITHDRAWN, by, grant.consumer, grant.layer)
    grants.filter(withdrawn_at=None).update(withdrawn_at=timezone.now(), withdrawn_by=by.name)
    keys_changed()


def checked_part(part: LayerPart) -> Layer:
    """The layer of a part, once it is sure that the layer shares such a part.

    Raises:
        InvalidApplication: it does not.
    """
    layer = layer_named(part.layer)
    if layer is None or layer.sharing is Sharing.WITHHELD or layer.is_withdrawn:
        raise InvalidApplication(_("没有图层“%(layer)s”") % {"layer": part.layer})
    shared = {field.name for field in layer.fields} - set(layer.personal)
    if unknown := set(part.fields) - shared:
        told = {"layer": layer.title, "fields": "、".join(sorted(unknown))}
        raise InvalidApplication(_("“%(layer)s”不共享字段 %(fields)s") % told)
    if part.districts and not layer.has_districts:
        raise InvalidApplication(
            _("“%(layer)s”没有空间位置，不能按区划授权") % {"layer": layer.title}
        )
    for code in part.districts:
        if not (code.isascii() and code.isdigit() and len(code) in LENGTHS):
            raise InvalidApplication(_("“%(code)s”不是 6、9 或 12 位的区划编码") % {"code": code})
        if not code.startswith(city().adcode):
            raise InvalidApplication(_("“%(code)s”不是本市的区划") % {"code": code})
    return layer


def ensure_granted(consumer: Consumer) -> None:
    """Have the database know the roles of what a consumer was granted."""
    caller = caller_of_consumer(consumer)
    layers: Sequence[Layer | None] = [layer_named(grant.layer) for grant in caller.grants]
    shares = [share_of(caller, layer) for layer in layers if layer]
    ensure_roles([share for share in shares if share])


def keys_changed() -> None:
    """What keys open has changed: everywhere, and here at once."""
    count_revision(KEYS)
    forget()
    transaction.on_commit(forget)
