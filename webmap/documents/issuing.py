"""Issuing a document: its number, its check code, its file; and taking it back.

The number is taken, the page is set and the row is written in one transaction, under the lock
of the series: what fails leaves no gap, and no two get one number.
"""

import hashlib
import io
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import segno
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from spatial.audit.actions import record_event
from spatial.audit.models import Kind as Act
from spatial.city import city
from spatial.languages import in_english
from webmap.documents.templates import Kind
from webmap.models import DocumentSeries, IssuedDocument
from webmap.web.errors import Conflicting

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that is mistaken for another sign
CODE_LENGTH = 16  # 79 bits: no code is guessed
MOST_REASON = 500
Typeset = Callable[[str, Mapping[str, Any], Mapping[str, bytes]], bytes]


@dataclass(frozen=True)
class Contents:
    """What a document says: data of its template, pictures by name, and what they were read as.

    ``used`` names what must still be open to its reader when the file is fetched.
    """

    data: Mapping[str, Any]
    files: Mapping[str, bytes] = field(default_factory=dict)
    used: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Issuer:
    """Who hands a document out: an account ('' for the public), a name for print, an office."""

    username: str
    name: str
    office: str


def folder() -> Path:
    """Where the files lie."""
    return Path(settings.DOCUMENTS)


def file_of(issued: IssuedDocument) -> Path:
    """Where the file of a document lies, or lay."""
    return folder() / f"{issued.code}.pdf"


def issue(kind: Kind, contents: Contents, issuer: Issuer, typeset: Typeset) -> IssuedDocument:
    """Number, set and file a document.

    Raises:
        TemplateFault: its template does not compile; then no number is used.
    """
    today = timezone.localdate()
    with transaction.atomic():
        serial = _next(kind.id, today.year)
        number, code = kind.number_of(today.year, serial), new_code()
        shared = _common(kind, number, code, issuer, today)
        files = {**contents.files, "check.svg": check_picture(code)}
        pdf = typeset(kind.template, {**shared, **contents.data}, files)
        issued = IssuedDocument.objects.create(
            kind=kind.id,
            year=today.year,
            serial=serial,
            number=number,
            code=code,
            office=issuer.office,
            issued_on=today,
            digest=hashlib.sha256(pdf).hexdigest(),
            who=issuer.username,
        )
        path = file_of(issued)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pdf)
    return issued


def withdraw(issued: IssuedDocument, who: str, why: str) -> None:
    """Take a document back: its check page says so from now on. The file goes.

    Raises:
        Conflicting: it was taken back before.
    """
    with transaction.atomic():
        changed = IssuedDocument.objects.filter(pk=issued.pk, withdrawn_at=None).update(
            withdrawn_at=timezone.now(), withdrawn_by=who, withdrawn_because=why[:MOST_REASON]
        )
        if not changed:
            raise Conflicting(_("这份文档已经撤回"))
        record_event(Act.DOCUMENT_WITHDRAWN, who, subject=issued.kind, code=issued.number)
    file_of(issued).unlink(missing_ok=True)


def new_code() -> str:
    """A check code that nobody guesses."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def is_code(text: str) -> bool:
    """Whether a text has the form of a check code."""
    return len(text) == CODE_LENGTH and set(text) <= set(ALPHABET)


def in_groups(code: str) -> str:
    """A check code as it is printed.

    >>> in_groups("ABCDEFGHJKMNPQRS")
    'ABCD-EFGH-JKMN-PQRS'
    """
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def check_address(code: str) -> str:
    """The address at which a document is verified."""
    return f"{settings.SITE_URL}/verify/{code}"


def check_picture(code: str) -> bytes:
    """The QR code of the address as SVG."""
    out = io.BytesIO()
    segno.make(check_address(code), error="m", micro=False).save(out, kind="svg", border=0)
    return out.getvalue()


def _next(kind: str, year: int) -> int:
    """The next number of a series; the row stays locked until the transaction ends."""
    DocumentSeries.objects.get_or_create(kind=kind, year=year)
    series = DocumentSeries.objects.select_for_update().get(kind=kind, year=year)
    series.last += 1
    series.save(update_fields=["last"])
    return series.last


def _common(kind: Kind, number: str, code: str, issuer: Issuer, today: date) -> dict[str, Any]:
    now = timezone.localtime()
    english = in_english()
    return {
        "kind": kind.id,
        "title": kind.title_en if english else kind.title,
        "lang": "en" if english else "zh",
        "city": city().name_en if english else city().name,
        "number": number,
        "code": in_groups(code),
        "check_address": check_address(code),
        "office": issuer.office,
        "day": f"{today:%Y-%m-%d}" if english else f"{today.year}年{today.month}月{today.day}日",
        "made_at": now.strftime("%Y-%m-%d %H:%M"),
        "made_by": issuer.name,
    }
