"""Who may read what: consumers, keys, grants, applications, layers put on and taken off.

The only writes of these tables, one transaction each. What changes what a key opens
counts a revision of ``layers.sharing.keys``, so it holds in every process within a tenth of a
second. ``by`` is who does it; what that person may not do raises ``NotSteward``.
"""

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
    may_know_of,
    may_maintain,
    may_manage_sharing,
)
from layers.declarations.registry import layer_named
from layers.models import ApiKey, Consumer, LayerGrant, LayerState
from layers.sharing.acts import record_act
from layers.sharing.application_queries import (
    Application,
    application_of,
    applications,
    applications_of,
)
from layers.sharing.applications import (
    DATA_APPLICATION,
    MAX_ANSWER,
    MAX_BASIS,
    MAX_PURPOSE,
    OPEN,
    actor_for,
    due,
)
from layers.sharing.grants import (
    InvalidApplication,
    LayerPart,
    NotSteward,
    checked_part,
    end_grants,
    ensure_granted,
    grant_layer,
    keys_changed,
)
from layers.sharing.keys import SHOWN, new_key
from spatial.audit.models import Kind
from spatial.casework.actions import take
from spatial.casework.actors import CLOCK
from spatial.casework.acts import SubjectRef
from spatial.casework.beginning import open_matter
from spatial.casework.models import Matter
from spatial.casework.texts import plain
from spatial.casework.titles import state_shown

__all__ = [
    "Application",
    "InvalidApplication",
    "LayerPart",
    "NotSteward",
    "apply_for_layer",
    "decide_application",
    "expire_applications",
    "grant_layer",
    "issue_key",
    "register_consumer",
    "revoke_key",
    "rotate_key",
    "set_published",
    "set_terms",
    "take_back_application",
    "withdraw_grant",
]

OVERLAP = timedelta(days=7)  # how long the old key goes on working beside its successor


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
    ensure_granted(consumer)
    keys_changed()


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
    keys_changed()
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
    keys_changed()


@transaction.atomic
def withdraw_grant(by: Caller, grant: LayerGrant, *, why: str) -> None:
    """End a grant at once; the application that it came from ends with it, and says why.

    Raises:
        NotSteward: who does it does not decide on the layer.
        InvalidApplication: no reason, or one too long.
    """
    layer = layer_named(grant.layer)
    if not may_manage_sharing(by) and not (layer and may_decide(by, layer)):
        raise NotSteward(_("您不能收回该授权"))
    why = plain(why)
    if not why or len(why) > MAX_ANSWER:
        raise InvalidApplication(_("收回授权须说明理由，不超过 %(n)s 字") % {"n": MAX_ANSWER})
    came_of = applications().filter(step="granted", values__grant=grant.pk).first()
    if came_of:
        take(DATA_APPLICATION, actor_for(by), came_of.code, "withdraw", {"reason": why})
    else:
        end_grants(by, LayerGrant.objects.filter(pk=grant.pk))


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
    if not plain(purpose) or not plain(legal_basis):
        raise InvalidApplication(_("用途和依据不能为空"))
    if len(plain(purpose)) > MAX_PURPOSE or len(plain(legal_basis)) > MAX_BASIS:
        raise InvalidApplication(_("用途或依据过长"))
    if until and until <= timezone.now():
        raise InvalidApplication(_("使用期限已经过去"))
    Consumer.objects.select_for_update(of=("self",)).get(pk=consumer.pk)  # one at a time
    if applications_of([consumer.pk]).filter(values__layer=layer.id, step__in=OPEN).exists():
        said = _("“%(consumer)s”已有一项对“%(layer)s”的申请待审批")
        raise InvalidApplication(said % {"consumer": consumer.name, "layer": layer.title})
    values = {
        "consumer": consumer.pk,
        "layer": layer.id,
        "fields": list(part.fields),
        "districts": list(part.districts),
        "purpose": plain(purpose),
        "legal_basis": plain(legal_basis),
        "until": until.isoformat() if until else None,
    }
    matter = open_matter(
        DATA_APPLICATION,
        actor_for(by),
        title=f"{consumer.name}：{layer.title}",
        values=values,
        subjects=[SubjectRef(layer.id)],
        department=layer.steward,
    )
    return application_of(matter)


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
    matter = _open_application(application.code)
    layer = layer_named(application.layer)
    if layer is None or not may_decide(by, layer):
        raise NotSteward(_("您不能审批该申请"))
    if granted:
        given = {"note": answer, **({"part": part} if part else {}), **terms}
        done = take(DATA_APPLICATION, actor_for(by), matter.code, "grant", given)
    elif not answer.strip():
        raise InvalidApplication(_("不批准须说明理由"))
    else:
        done = take(DATA_APPLICATION, actor_for(by), matter.code, "refuse", {"reason": answer})
    return application_of(done)


@transaction.atomic
def take_back_application(by: Caller, application: Application) -> Application:
    """Ask no longer.

    Raises:
        NotSteward: not the consumer's keeper.
        InvalidApplication: it was decided before.
    """
    matter = _open_application(application.code)
    _check_keeper(by, application.consumer)
    return application_of(take(DATA_APPLICATION, actor_for(by), matter.code, "take_back"))


def expire_applications(now: datetime | None = None) -> int:
    """End the grants of applications that have come to their day; returns how many."""
    codes = due(now)
    for code in codes:
        take(DATA_APPLICATION, CLOCK, code, "expire")
    return len(codes)


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
    keys_changed()
    return state


def _check_keeper(by: Caller, consumer: Consumer) -> None:
    if not may_maintain(by, consumer.kept_by.get_username() if consumer.kept_by else ""):
        raise NotSteward(_("“%(consumer)s”不由您管理") % {"consumer": consumer.name})


def _open_application(code: str) -> Matter:
    """The matter of an application that nobody has decided."""
    found = applications().get(code=code)
    if found.step not in OPEN:
        title = state_shown(DATA_APPLICATION, found.step)
        raise InvalidApplication(_("该申请已经办结：%(state)s") % {"state": title})
    return found
