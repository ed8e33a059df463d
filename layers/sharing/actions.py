"""Who may read what: consumers, keys, grants, applications, layers put on and taken off.

The only writes of these tables, one transaction each. What changes what a key opens
counts a revision of ``layers.sharing.keys``, so it holds in every process within a tenth of a
second. ``by`` is who does it; what that person may not do raises ``NotSteward``.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from layers.access.access import (
    Caller,
    Sharing,
    may_decide,
    may_grant_writing,
    may_know_of,
    may_maintain,
    may_manage_sharing,
)
from layers.declarations.declarations import Layer
from layers.declarations.refusals import only_by_steps
from layers.declarations.registry import layer_named
from layers.errors import LayersError
from layers.models import ApiKey, Application, Consumer, LayerGrant, LayerState
from layers.reading.publish import ensure_roles
from layers.reading.revisions import KEYS, forget
from layers.reading.shares import share_of
from layers.sharing.acts import record_act
from layers.sharing.keys import SHOWN, caller_of_consumer, new_key
from spatial.audit.models import Kind
from spatial.city import city
from spatial.versions.districts import LENGTHS
from spatial.versions.revisions import count_revision

OVERLAP = timedelta(days=7)  # how long the old key goes on working beside its successor
DEFAULT_PER_MINUTE = 6000


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


def register_consumer(
    by: Caller, *, name: str, organisation: str, contact: str = "", phone: str = ""
) -> Consumer:
    """Register a system of one's own; it can do nothing until it has a key.

    Raises:
        NotSteward: nobody known, or a system.
        InvalidApplication: a name that is empty or taken.
    """
    if by.is_anonymous or by.key:
        raise NotSteward(_("登记使用系统须先登录"))
    if not name.strip() or not organisation.strip():
        raise InvalidApplication(_("系统名称和使用单位不能为空"))
    try:
        with transaction.atomic():
            consumer = Consumer.objects.create(
                name=name.strip(),
                organisation=organisation.strip(),
                contact=contact.strip(),
                phone=phone.strip(),
                kept_by=get_user_model().objects.get(username=by.name),
            )
            record_act(Kind.CONSUMER_REGISTERED, by, consumer)
            return consumer
    except IntegrityError:
        raise InvalidApplication(_("已有名为“%(name)s”的系统") % {"name": name.strip()}) from None


@transaction.atomic
def set_terms(by: Caller, consumer: Consumer, *, is_department: bool, per_minute: int) -> None:
    """Say whether a consumer is of the city's own government, and how often it may ask."""
    if not may_manage_sharing(by):
        raise NotSteward(_("只有数据管理员可以改"))
    if not 1 <= per_minute <= 1_000_000:
        raise InvalidApplication(_("每分钟请求上限应在 1 至 1,000,000 之间"))
    consumer.is_department, consumer.per_minute = is_department, per_minute
    consumer.save(update_fields=["is_department", "per_minute"])
    record_act(
        Kind.CONSUMER_TERMS, by, consumer, is_department=is_department, per_minute=per_minute
    )
    _ensure_granted(consumer)
    _changed()


@transaction.atomic
def issue_key(
    by: Caller, consumer: Consumer, *, expires_at: datetime | None = None
) -> tuple[ApiKey, str]:
    """A new key of a consumer, and its text: shown this once and kept nowhere.

    Raises:
        NotSteward: neither the consumer's keeper nor a steward.
        InvalidApplication: an expiry that has passed.
    """
    _check_keeper(by, consumer)
    if expires_at and expires_at <= timezone.now():
        raise InvalidApplication(_("到期时间已经过去"))
    text, digest = new_key()
    key = ApiKey.objects.create(
        consumer=consumer,
        prefix=text[:SHOWN],
        digest=digest,
        created_by=by.name,
        expires_at=expires_at,
    )
    record_act(Kind.KEY_ISSUED, by, consumer, key=key.pk, until=expires_at)
    _changed()
    return key, text


@transaction.atomic
def rotate_key(by: Caller, key: ApiKey, *, overlap: timedelta = OVERLAP) -> tuple[ApiKey, str]:
    """A key in place of another, which goes on working for the overlap.

    The new one lives as long as the old one was to live.

    Raises:
        NotSteward: neither the consumer's keeper nor a steward.
        InvalidApplication: the old key is dead.
    """
    now = timezone.now()
    old = ApiKey.objects.select_for_update(of=("self",)).get(pk=key.pk)
    if old.revoked_at or (old.expires_at and old.expires_at <= now):
        raise InvalidApplication(_("该密钥已失效，请签发新的密钥"))
    lives_until = now + (old.expires_at - old.created_at) if old.expires_at else None
    made = issue_key(by, old.consumer, expires_at=lives_until)
    old.expires_at = min(now + overlap, old.expires_at or now + overlap)
    old.save(update_fields=["expires_at"])
    record_act(Kind.KEY_REPLACED, by, old.consumer, key=old.pk, until=old.expires_at)
    return made


@transaction.atomic
def revoke_key(by: Caller, key: ApiKey) -> None:
    """End a key at once."""
    _check_keeper(by, key.consumer)
    ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(
        revoked_at=timezone.now(), revoked_by=by.name
    )
    record_act(Kind.KEY_REVOKED, by, key.consumer, key=key.pk)
    _changed()


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
    _withdraw(by, LayerGrant.objects.filter(consumer=consumer, layer=layer.id))
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
    _ensure_granted(consumer)
    _changed()
    return grant


@transaction.atomic
def withdraw_grant(by: Caller, grant: LayerGrant) -> None:
    """End a grant at once."""
    layer = layer_named(grant.layer)
    if not may_manage_sharing(by) and not (layer and may_decide(by, layer)):
        raise NotSteward(_("您不能收回该授权"))
    _withdraw(by, LayerGrant.objects.filter(pk=grant.pk))
    _changed()


@transaction.atomic
def apply_for_layer(
    by: Caller,
    consumer: Consumer,
    part: LayerPart,
    *,
    purpose: str,
    legal_basis: str,
    until: datetime | None = None,
) -> Application:
    """Ask that a consumer may read a layer; its steward decides.

    Raises:
        NotSteward: not the consumer's keeper.
        InvalidApplication: no such layer for this person, an unfit part, no purpose or basis, or an
            application that is still open.
    """
    _check_keeper(by, consumer)
    layer = layer_named(part.layer)
    if layer is None or not may_know_of(by, layer):
        raise InvalidApplication(_("没有图层“%(layer)s”") % {"layer": part.layer})
    checked_part(part)
    if not purpose.strip() or not legal_basis.strip():
        raise InvalidApplication(_("用途和依据不能为空"))
    if until and until <= timezone.now():
        raise InvalidApplication(_("使用期限已经过去"))
    try:
        with transaction.atomic():
            return Application.objects.create(
                consumer=consumer,
                layer=layer.id,
                fields=list(part.fields),
                districts=list(part.districts),
                purpose=purpose.strip(),
                legal_basis=legal_basis.strip(),
                until=until,
                asked_by=by.name,
            )
    except IntegrityError:
        said = _("“%(consumer)s”已有一项对“%(layer)s”的申请待审批")
        raise InvalidApplication(said % {"consumer": consumer.name, "layer": layer.title}) from None


@transaction.atomic
def decide_application(
    by: Caller,
    application: Application,
    *,
    granted: bool,
    answer: str,
    part: LayerPart | None = None,
    **terms: Any,
) -> Application:
    """Grant an application, whole or a ``part`` of it, or refuse it; ``terms`` as ``grant_layer``.

    Raises:
        NotSteward: who decides does not decide on the layer.
        InvalidApplication: it was decided before, or a refusal without a reason.
    """
    found = _open_application(application)
    layer = layer_named(found.layer)
    if layer is None or not may_decide(by, layer):
        raise NotSteward(_("您不能审批该申请"))
    if granted:
        whole = LayerPart(found.layer, tuple(found.fields), tuple(found.districts))
        terms = {"until": found.until, "conditions": answer, **terms}
        found.grant = grant_layer(by, found.consumer, part or whole, **terms)
    elif not answer.strip():
        raise InvalidApplication(_("不批准须说明理由"))
    found.state = Application.State.GRANTED if granted else Application.State.REFUSED
    found.decided_by, found.decided_at, found.answer = by.name, timezone.now(), answer.strip()
    found.save()
    about = {"application": found.pk, "granted": granted}
    record_act(Kind.APPLICATION_DECIDED, by, found.consumer, found.layer, **about)
    return found


@transaction.atomic
def take_back_application(by: Caller, application: Application) -> Application:
    """Ask no longer.

    Raises:
        NotSteward: not the consumer's keeper.
        InvalidApplication: it was decided before.
    """
    found = _open_application(application)
    _check_keeper(by, found.consumer)
    found.state, found.decided_at = Application.State.TAKEN_BACK, timezone.now()
    found.save()
    return found


@transaction.atomic
def set_published(by: Caller, layer_id: str, *, published: bool, why: str) -> LayerState:
    """Take a layer off, or put it on again; every process knows within a tenth of a second.

    Raises:
        NotSteward: neither a steward nor an administrator.
        InvalidApplication: no such layer, it is so already, or no reason is given.
    """
    if not may_manage_sharing(by):
        raise NotSteward(_("只有数据管理员可以发布或停止发布图层"))
    layer = layer_named(layer_id)
    if layer is None or layer.sharing is Sharing.WITHHELD:
        raise InvalidApplication(_("没有图层“%(layer)s”") % {"layer": layer_id})
    if not why.strip():
        raise InvalidApplication(_("事由不能为空"))
    if (layer_id not in LayerState.withdrawn()) == published:
        said = _("“%(layer)s”已在发布") if published else _("“%(layer)s”已停止发布")
        raise InvalidApplication(said % {"layer": layer.title})
    state = LayerState.objects.create(
        layer=layer_id, is_published=published, who=by.name, why=why.strip()
    )
    _changed()
    return state


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


def _check_keeper(by: Caller, consumer: Consumer) -> None:
    if not may_maintain(by, consumer.kept_by.get_username() if consumer.kept_by else ""):
        raise NotSteward(_("“%(consumer)s”不由您管理") % {"consumer": consumer.name})


def _open_application(application: Application) -> Application:
    found = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if found.state != Application.State.ASKED:
        raise InvalidApplication(
            _("该申请已经办结：%(state)s") % {"state": found.get_state_display()}
        )
    return found


def _withdraw(by: Caller, grants: Any) -> None:
    standing = list(grants.filter(withdrawn_at=None).select_related("consumer"))
    for grant in standing:
        record_act(Kind.GRANT_WITHDRAWN, by, grant.consumer, grant.layer)
    grants.filter(withdrawn_at=None).update(withdrawn_at=timezone.now(), withdrawn_by=by.name)


def _ensure_granted(consumer: Consumer) -> None:
    caller = caller_of_consumer(consumer)
    layers: Sequence[Layer | None] = [layer_named(grant.layer) for grant in caller.grants]
    shares = [share_of(caller, layer) for layer in layers if layer]
    ensure_roles([share for share in shares if share])


def _changed() -> None:
    """What keys open has changed: everywhere, and here at once."""
    count_revision(KEYS)
    forget()
    transaction.on_commit(forget)
