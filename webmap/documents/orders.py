"""Documents as jobs: ordered by a page, made by a worker, fetched by who ordered them.

The pattern is that of exported maps: bounds per caller, a state that the page watches, files
swept when their time is over. The right to what a document shows is asked when it is ordered,
when it is made, and when it is fetched.
"""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import DatabaseError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_tasks import task

from layers.errors import LayersError
from layers.jobs.leases import repeatable
from spatial.city import city
from spatial.languages import in_english
from webmap.documents.contents import content_of
from webmap.documents.errors import DoesNotFit, NothingToPrint, TemplateFault
from webmap.documents.issuing import Issuer, file_of, folder, issue
from webmap.documents.templates import kinds
from webmap.models import DocumentOrder, IssuedDocument
from webmap.web.callers import actor_of
from webmap.web.orders import PENDING, STUCK_AFTER, Asker, OrderBounds, give_up

FORGOTTEN_AFTER = timedelta(days=1)  # what failed
BOUNDS = OrderBounds(pending=3, hourly=60, in_all=60)
TOLD = (DoesNotFit, NothingToPrint, TemplateFault, LayersError)  # messages for the reader

log = logging.getLogger(__name__)


def order(kind: str, params: Mapping[str, Any], asker: Asker, language: str) -> DocumentOrder:
    """Queue a document. The parameters are checked before by its kind's form.

    Raises:
        TooOften: the bounds on unfinished and hourly orders are reached.
    """
    BOUNDS.check(DocumentOrder.objects.all(), asker)
    with transaction.atomic():
        row = DocumentOrder.objects.create(
            asked_by=asker.user,
            owner=asker.token,
            kind=kind,
            params={**params, "language": language},
        )
        make_document.enqueue(str(row.pk))
    return row


@task()
@repeatable
def make_document(order_id: str) -> None:
    """The job: read, set, number, file; a failure is told to who ordered it, not raised.

    One that runs already has lost the worker that was at it; one that was issued is done.
    """
    mine = DocumentOrder.objects.filter(pk=order_id, state__in=PENDING)
    if not mine.update(state=DocumentOrder.State.RUNNING):
        return
    row = DocumentOrder.objects.select_related("asked_by").get(pk=order_id)
    with translation.override(row.params["language"]):
        try:
            _make(row)
        except TOLD as error:
            _fail(row, str(error))
        except DatabaseError:
            log.exception("document %s", row.pk)
            _fail(row, _("数据读取失败或超时，请缩小范围后重试。"))
        except Exception:
            log.exception("document %s", row.pk)
            _fail(row, _("生成失败，已记录，请联系管理员。"))


def _make(row: DocumentOrder) -> None:
    from webmap.documents.typesetting import typeset  # the typesetter is loaded by workers only

    contents = content_of(row.kind).collect(row.params, row.asked_by, _progress(row))
    row.used = dict(contents.used)
    with transaction.atomic():  # the number, and the order that has it
        row.issued = issue(kinds()[row.kind], contents, issuer_of(row.asked_by), typeset)
        row.state, row.finished_at = DocumentOrder.State.DONE, timezone.now()
        row.save(update_fields=["used", "issued", "state", "finished_at"])


def _progress(row: DocumentOrder) -> Any:
    def advance(done: int, total: int) -> None:
        DocumentOrder.objects.filter(pk=row.pk).update(done=done, total=total)

    return advance


def _fail(row: DocumentOrder, message: str) -> None:
    DocumentOrder.objects.filter(pk=row.pk).update(
        state=DocumentOrder.State.FAILED, message=message[:1000], finished_at=timezone.now()
    )


def issuer_of(user: User | None) -> Issuer:
    """Who hands out: the account's department, else the city's platform."""
    name = city().name_en if in_english() else city().name
    platform = _("%(city)s空间信息平台") % {"city": name}
    if user is None:
        return Issuer("", _("公众自助"), platform)
    person = user.first_name or user.get_username()
    return Issuer(user.get_username(), person, actor_of(user).department or platform)


def may_still_have(row: DocumentOrder) -> bool:
    """Whether what is in the file is still open to the one who ordered it."""
    user = row.asked_by
    if user is not None and not user.is_active:
        return False
    return content_of(row.kind).is_open(row.params, user, row.used)


def is_fetchable(row: DocumentOrder) -> bool:
    """Whether the file is there, stands, and may still be had."""
    issued = row.issued
    return bool(
        issued and issued.withdrawn_at is None and file_of(issued).is_file() and may_still_have(row)
    )


def sweep() -> None:
    """Remove files past their time, and orders that failed; give up on jobs that were lost."""
    now = timezone.now()
    give_up(DocumentOrder.objects.all(), make_document)
    failed = DocumentOrder.objects.filter(state=DocumentOrder.State.FAILED)
    failed.filter(created_at__lt=now - FORGOTTEN_AFTER).delete()
    for kind in kinds().values():
        old = IssuedDocument.objects.filter(
            kind=kind.id, recorded_at__lt=now - timedelta(days=kind.kept_days)
        )
        for order_ in DocumentOrder.objects.filter(issued__in=old).select_related("issued"):
            if order_.issued:
                file_of(order_.issued).unlink(missing_ok=True)
            order_.delete()
    _remove_strays(now.timestamp())


def _remove_strays(now: float) -> None:
    """Files of no document: of a transaction that was rolled back after its file was written."""
    for path in folder().glob("*.pdf"):
        is_old = path.stat().st_mtime < now - STUCK_AFTER.total_seconds()
        if is_old and not DocumentOrder.objects.filter(issued__code=path.stem).exists():
            path.unlink(missing_ok=True)
