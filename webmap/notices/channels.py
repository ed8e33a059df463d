"""Handing a message to its channel: a file by default, else e-mail, a gateway of SMS, a webhook.

Each is handed the key of the delivery: as Message-ID, as ``id`` of what is posted, as the key of a
line. The file looks whether it has the line already; gateways and readers of e-mail do so by it.
"""

import fcntl
import json
import smtplib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage, get_connection
from django.utils import timezone
from django.utils.crypto import salted_hmac

from layers.webhooks.addresses import AddressRefused, target_of
from layers.webhooks.sending import DeliveryFailed, post
from spatial.outbox.delivering import Message
from spatial.outbox.errors import NotDelivered
from spatial.outbox.rules import Channel
from webmap.notices.rendering import NoticeText, rendered

SMTP_S = 15
_known: dict[Path, tuple[int, set[str]]] = {}  # of a file: how far it was read, the keys so far


@dataclass(frozen=True)
class Outgoing:
    """A message as it leaves; ``day`` is that of its order, whenever it is sent."""

    key: UUID
    channel: Channel
    recipient: str
    address: str
    secret: str
    text: NoticeText
    urgent: bool
    day: date


def send(message: Message) -> None:
    """Hand a message to its channel.

    Raises:
        NotDelivered: no account, no address, or the channel did not take it.
    """
    user = User.objects.filter(username=message.recipient, is_active=True)
    found = user.select_related("staff", "notice_contact").first()
    if found is None:
        raise NotDelivered("账号已停用", is_final=True)
    address = address_of(found, message.channel)
    if not address:
        raise NotDelivered("没有登记地址", is_final=True)
    words = rendered(
        message.template,
        message.topic,
        message.about,
        message.values,
        message.level,
        language_of(found),
    )
    day = timezone.localtime(message.at).date()
    out = Outgoing(
        message.key,
        message.channel,
        message.recipient,
        address,
        secret_of(found),
        words,
        message.urgent,
        day,
    )
    _adapter(message.channel)(out)


def address_of(user: User, channel: Channel) -> str:
    """Where somebody is reached by a channel; "" where nothing is known."""
    if channel is Channel.EMAIL:
        return user.email
    if channel is Channel.SMS:
        return getattr(getattr(user, "staff", None), "phone", "")
    return getattr(getattr(user, "notice_contact", None), "webhook", "")


def language_of(user: User) -> str:
    """In which language somebody reads notices: as they chose, else the city's."""
    chosen = getattr(getattr(user, "notice_contact", None), "language", "")
    return chosen or settings.LANGUAGE_CODE


def secret_of(user: User) -> str:
    """The secret that signs what is posted to somebody's webhook."""
    return salted_hmac("webmap.notices", str(user.pk), algorithm="sha256").hexdigest()


def to_file(out: Outgoing) -> None:
    """Add a line to the file of the channel and day, unless its key stands there.

    A line that was cut off when somebody died in it is taken away first.
    """
    folder = Path(settings.OUTBOX)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{out.channel.value}-{out.day}.jsonl"
    path.touch(mode=0o600)
    with path.open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        keys = _keys_in(path, file)
        if str(out.key) in keys:
            return
        file.truncate(_known[path][0])
        file.seek(0, 2)
        line = {
            "id": str(out.key),
            "at": timezone.now().isoformat(),
            "recipient": out.recipient,
            "address": out.address,
            "title": out.text.title,
            "text": out.text.body,
            "urgent": out.urgent,
        }
        file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")


def sweep_files(before: date) -> int:
    """Remove the files of days before one; returns how many."""
    old = [path for path in Path(settings.OUTBOX).glob("*.jsonl") if _day_of(path) < before]
    for path in old:
        path.unlink(missing_ok=True)
        _known.pop(path, None)
    return len(old)


def to_smtp(out: Outgoing) -> None:
    """An e-mail, whose Message-ID is the key."""
    parts = urlsplit(settings.OUTBOX_EMAIL)
    is_safe = parts.scheme == "smtps"
    connection = get_connection(
        "django.core.mail.backends.smtp.EmailBackend",
        host=parts.hostname,
        port=parts.port or (465 if is_safe else 25),
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        use_ssl=is_safe,
        timeout=SMTP_S,
    )
    host = urlsplit(settings.SITE_URL).hostname
    text = "\n\n".join(part for part in (out.text.body, f"{settings.SITE_URL}/notices/") if part)
    mail = EmailMessage(
        out.text.title,
        text,
        settings.OUTBOX_EMAIL_FROM or None,
        [out.address],
        headers={"Message-ID": f"<{out.key}@{host}>"},
        connection=connection,
    )
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        raise NotDelivered("邮件服务器不接受该地址", is_final=True) from error
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise NotDelivered(f"邮件未发出：{type(error).__name__}") from error


def to_gateway(out: Outgoing) -> None:
    """A text message: the title alone, posted to the city's gateway, signed as webhooks are."""
    body = {"id": str(out.key), "to": out.address, "text": out.text.title}
    _post(str(settings.OUTBOX_SMS), body, settings.OUTBOX_SMS_SECRET)


def to_webhook(out: Outgoing) -> None:
    """The notice, posted to the person's own address."""
    body = {
        "id": str(out.key),
        "recipient": out.recipient,
        "title": out.text.title,
        "text": out.text.body,
        "urgent": out.urgent,
    }
    _post(out.address, body, out.secret)


def _post(address: str, body: Mapping[str, object], secret: str) -> None:
    try:
        post(target_of(address), json.dumps(body, ensure_ascii=False).encode(), secret)
    except (AddressRefused, DeliveryFailed) as error:
        raise NotDelivered(str(error)) from error


def _adapter(channel: Channel) -> Callable[[Outgoing], None]:
    """What the settings name for a channel; files where they name nothing."""
    if channel is Channel.EMAIL and settings.OUTBOX_EMAIL:
        return to_smtp
    if channel is Channel.SMS and settings.OUTBOX_SMS:
        return to_gateway
    if channel is Channel.WEBHOOK and settings.OUTBOX_WEBHOOKS:
        return to_webhook
    return to_file


def _keys_in(path: Path, file: BinaryIO) -> set[str]:
    """The keys of the whole lines of a file; only what is new to this process is read."""
    size = file.seek(0, 2)
    read, keys = _known.get(path, (0, set()))
    if size < read:
        read, keys = 0, set()
    file.seek(read)
    new = file.read()
    whole = new[: new.rfind(b"\n") + 1]
    keys |= {json.loads(line)["id"] for line in whole.splitlines()}
    _known[path] = (read + len(whole), keys)
    return keys


def _day_of(path: Path) -> date:
    try:
        return date.fromisoformat(path.stem[-10:])
    except ValueError:
        return date.max


def keep_days(days: int) -> date:
    """The first of so many days up to today."""
    return timezone.localdate() - timedelta(days=days)
