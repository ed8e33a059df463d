"""The auditor's page: who read what, how often; personal data and refused writes one by one."""

from datetime import datetime, time, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet, Sum
from django.db.models.functions import TruncDate
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from layers.access.access import may_audit
from layers.declarations.registry import layer_named
from layers.models import AccessCount, PersonalRead, RefusedWrite
from layers.sharing.metering import REFUSED
from webmap.sharing.forms import PeriodForm
from webmap.sharing.guards import only_if, page
from webmap.web.spreadsheets import csv_answer
from webmap.web.values import layer_title

PER_PAGE = 100
COLUMNS = ("day", "who", "key", "layer", "operation", "requests", "bytes")
WITHIN = timedelta(days=7)


@only_if(may_audit)
@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """``/sharing/audit``: counts by day, reader, layer and operation; the two records."""
    form = _form(request)
    valid = form.is_valid()
    counts = _counts(form.cleaned_data) if valid else AccessCount.objects.none().values()
    asked = form.cleaned_data if valid else None
    personal = _recorded(PersonalRead, asked)
    writes = _recorded(RefusedWrite, asked)
    shown: Any = Paginator(counts, PER_PAGE).get_page(request.GET.get("page"))
    totals = AccessCount.objects.none()
    if valid:
        totals = _within(form.cleaned_data)
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        "form": form,
        "rows": [{**row, "title": _title(row["layer"])} for row in shown],
        "pages": shown,
        "kept": kept.urlencode(),
        "total": totals.aggregate(n=Sum("requests"))["n"] or 0,
        "refused": totals.filter(operation=REFUSED).aggregate(n=Sum("requests"))["n"] or 0,
        "personal": personal[:PER_PAGE],
        "personal_total": personal.count(),
        "writes": writes[:PER_PAGE],
        "writes_total": writes.count(),
    }
    return page(request, "audit", 200 if valid else 400, **context)


@only_if(may_audit)
@require_safe
def audit_csv(request: HttpRequest) -> HttpResponseBase:
    """The same counts as a table for a spreadsheet."""
    form = _form(request)
    if not form.is_valid():
        return page(request, "audit", 400, form=form, rows=[], personal=[])
    head = [_("日期"), _("使用者"), _("密钥"), _("图层"), _("操作"), _("次数"), _("字节")]
    rows = _counts(form.cleaned_data).iterator(chunk_size=2000)
    return csv_answer("access.csv", head, ([row[name] for name in COLUMNS] for row in rows))


def _form(request: HttpRequest) -> PeriodForm:
    today = timezone.localdate()
    given = {"since": today - WITHIN, "until": today, **request.GET.dict()}
    return PeriodForm(given)


def _within(asked: dict[str, Any]) -> QuerySet[AccessCount]:
    found = AccessCount.objects.filter(
        hour__gte=_start(asked["since"]), hour__lt=_start(asked["until"] + timedelta(days=1))
    )
    for name in ("who", "layer"):
        if asked[name]:
            found = found.filter(**{name: asked[name]})
    return found


def _counts(asked: dict[str, Any]) -> QuerySet:
    days = _within(asked).annotate(day=TruncDate("hour"))
    summed = days.values("day", "who", "key", "layer", "operation")
    return summed.annotate(requests=Sum("requests"), bytes=Sum("bytes")).order_by(
        "-day", "who", "layer", "operation", "key"
    )


def _recorded(model: Any, asked: dict[str, Any] | None) -> QuerySet:
    """The rows of a record within the days asked for; none if that could not be read."""
    if asked is None:
        return model.objects.none()
    found = model.objects.filter(
        at__gte=_start(asked["since"]), at__lt=_start(asked["until"] + timedelta(days=1))
    )
    for name in ("who", "layer"):
        if asked[name]:
            found = found.filter(**{name: asked[name]})
    return found


def _start(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _title(layer_id: str) -> str:
    layer = layer_named(layer_id) if layer_id else None
    return layer_title(layer) if layer else layer_id
