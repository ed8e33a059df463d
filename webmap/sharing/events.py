"""The auditor's search: who did what, when, from where; and whether the audit is whole.

A search is sent as a form and is itself written to the audit; looking at the empty page is not.
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from layers.access.access import may_read_audit
from layers.declarations.registry import layer_named
from spatial.audit.actions import record_event
from spatial.audit.models import AuditEvent, Kind
from spatial.audit.queries import AuditPosition, AuditSearch, audit_state, page_of, rows_of
from spatial.audit.verification import TITLES, AuditFault
from webmap.sharing.forms import AuditForm
from webmap.sharing.guards import only_if, page
from webmap.sharing.jobs import verify_audit
from webmap.web.callers import caller_of
from webmap.web.spreadsheets import csv_answer
from webmap.web.values import layer_title

MOST_ROWS = 100_000  # of one file
WITHIN = timedelta(days=7)


@only_if(may_read_audit)
@require_http_methods(["GET", "HEAD", "POST"])
def events(request: HttpRequest) -> HttpResponse:
    """``/sharing/events``: the state of the audit; a search, when the form is sent."""
    today = timezone.localdate()
    form = AuditForm(request.POST or None, initial={"since": today - WITHIN, "until": today})
    context: dict[str, Any] = {"form": form, "state": _state()}
    if request.method != "POST":
        return page(request, "events", **context)
    if not form.is_valid():
        return page(request, "events", 400, **context)
    search, after = _search(form.cleaned_data), form.cleaned_data["after"]
    found, following = page_of(search, AuditPosition(*after) if after else None)
    _record(request, search, len(found), is_file=False)
    rows = [(event, _kind(event.kind), _subject(event.subject)) for event in found]
    following_key = f"{following.at.isoformat()} {following.id}" if following else ""
    return page(request, "events", **context, searched=True, rows=rows, following=following_key)


@only_if(may_read_audit)
@require_POST
def events_csv(request: HttpRequest) -> HttpResponseBase:
    """``/sharing/events.csv``: what a search finds, newest first, as a file."""
    form = AuditForm(request.POST)
    if not form.is_valid():
        return page(request, "events", 400, form=form, state=_state())
    search = _search(form.cleaned_data)
    _record(request, search, MOST_ROWS, is_file=True)
    head = [_("时间"), _("事项"), _("操作人"), _("代表"), _("来源地址"), _("请求编号"), _("对象"), _("编码"), _("说明")]  # fmt: skip
    return csv_answer("audit.csv", head, _lines(rows_of(search, MOST_ROWS)))


@only_if(may_read_audit)
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """``/sharing/events/verify``: have a worker verify the whole audit."""
    verify_audit.enqueue(caller_of(request).name)
    messages.success(request, _("已安排校验，稍后刷新本页查看结果。"))
    return redirect("sharing-events")


def _lines(found: Iterable[AuditEvent]) -> Iterable[list[str]]:
    for e in found:
        at = timezone.localtime(e.recorded_at).isoformat(sep=" ", timespec="milliseconds")
        about = [_kind(e.kind), e.who, e.on_behalf, e.address, e.request_id]
        yield [at, *about, _subject(e.subject), e.code, _details(e.details)]


def _search(values: dict[str, Any]) -> AuditSearch:
    names = ("who", "kind", "subject", "code", "text")
    until = _start(values["until"] + timedelta(days=1))
    return AuditSearch(_start(values["since"]), until, **{name: values[name] for name in names})


def _record(request: HttpRequest, search: AuditSearch, rows: int, *, is_file: bool) -> None:
    """Write down that somebody searched, and by what; of a text only that there was one."""
    asked = {name: getattr(search, name) for name in ("who", "kind", "subject", "code")}
    details = {
        **{name: value for name, value in asked.items() if value},
        "since": search.since.isoformat(),
        "until": search.until.isoformat(),
        "text": bool(search.text),
        "file": is_file,
        "rows": rows,
    }
    record_event(Kind.AUDIT_READ, caller_of(request).name, subject="audit", details=details)


def _state() -> dict[str, Any]:
    state = audit_state()
    first = state.verified.details.get("first", []) if state.verified else []
    faults = [(TITLES[AuditFault(fault)], place) for fault, place in first]
    return {"head": state.head, "verified": state.verified, "whole": state.whole, "faults": faults}


def _start(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _kind(kind: str) -> str:
    return str(Kind(kind).label) if kind in Kind.values else kind


def _subject(name: str) -> str:
    """The title of a layer or a table; what is neither, as it is."""
    if layer := layer_named(name):
        return layer_title(layer)
    title = _table_titles().get(name)
    return _(title) if title else name


@cache
def _table_titles() -> dict[str, str]:
    return {model._meta.db_table: model._meta.verbose_name_raw for model in apps.get_models()}


def _details(details: dict[str, Any]) -> str:
    return "；".join(
        f"{name}={value}" for name, value in details.items() if value not in ("", None)
    )
