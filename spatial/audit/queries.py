"""Searching the audit: newest first, a page at a time by key, so that millions are no matter."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import BooleanField, Q, QuerySet, TextField
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from spatial.audit.models import AuditEvent, AuditSeal, Kind

PER_PAGE = 50


@dataclass(frozen=True)
class AuditSearch:
    """What is looked for; "" is anything. ``text`` stands in the details, or is an address,
    a request's number or a system.
    """

    since: datetime
    until: datetime
    who: str = ""
    kind: str = ""
    subject: str = ""
    code: str = ""
    text: str = ""


@dataclass(frozen=True)
class AuditPosition:
    """The last event of a page."""

    at: datetime
    id: int


def events_of(search: AuditSearch) -> QuerySet[AuditEvent]:
    """The events, newest first."""
    exact = {name: getattr(search, name) for name in ("who", "kind", "subject", "code")}
    found = AuditEvent.objects.filter(
        recorded_at__gte=search.since,
        recorded_at__lt=search.until,
        **{name: value for name, value in exact.items() if value},
    )
    if search.text:
        found = found.annotate(words=Cast("details", TextField())).filter(
            Q(words__icontains=search.text)
            | Q(address=search.text)
            | Q(request_id=search.text)
            | Q(on_behalf=search.text)
        )
    return found.order_by("-recorded_at", "-id")


def page_of(
    search: AuditSearch, after: AuditPosition | None
) -> tuple[list[AuditEvent], AuditPosition | None]:
    """A page of events, and where the next one begins; None on the last page."""
    found = events_of(search)
    if after:
        key = RawSQL("(recorded_at, id) < (%s, %s)", [after.at, after.id], BooleanField())
        found = found.filter(key)
    page = list(found[: PER_PAGE + 1])
    last = page[PER_PAGE - 1] if len(page) > PER_PAGE else None
    return page[:PER_PAGE], AuditPosition(last.recorded_at, last.pk) if last else None


@dataclass(frozen=True)
class AuditState:
    """How the audit stands: the head of the chain, and the last verification, if there was one."""

    head: AuditSeal | None
    verified: AuditEvent | None
    whole: AuditEvent | None  # the last verification of everything that found nothing


def audit_state() -> AuditState:
    """How the audit stands now."""
    verified = AuditEvent.objects.filter(kind=Kind.AUDIT_VERIFIED).order_by("-recorded_at", "-id")
    return AuditState(
        AuditSeal.objects.order_by("-id").first(),
        verified.first(),
        verified.filter(details__faults=0, details__since=None).first(),
    )


def rows_of(search: AuditSearch, most: int) -> Iterator[AuditEvent]:
    """The events for a file, at most so many."""
    return events_of(search)[:most].iterator(chunk_size=2_000)
