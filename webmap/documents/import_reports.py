"""The report of an import as a document: what came, what was found, what became of it."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from importers.checks.titles import shown_title_of
from importers.models import ImportRun
from layers.access.access import Caller, may_deliver, may_undo
from layers.declarations.declarations import Layer
from layers.declarations.registry import layer_named
from webmap.documents.errors import NothingToPrint
from webmap.documents.issuing import Contents
from webmap.documents.texts import common_texts
from webmap.imports.runs import issue_kinds, run_for
from webmap.web.orders import caller_of_user
from webmap.web.values import layer_title

MOST_ISSUES = 300  # listed one by one


def order(request: HttpRequest) -> dict[str, Any]:
    """``run``: the number of an import that the caller may look at.

    Raises:
        Http404: there is none for the caller.
        NothingToPrint: it is still at work.
    """
    number = request.POST.get("run", "")
    run, _layer = run_for(request, int(number) if number.isascii() and number.isdigit() else 0)
    if run.finished_at is None:
        raise NothingToPrint(_("入库批次还没有完成检查，请稍后再出报告"))
    return {"run": run.pk}


def collect(params: Mapping[str, Any], user: User | None, _progress: Any) -> Contents:
    """What the run says to this user now.

    Raises:
        NothingToPrint: the run, or the right to look at it, is gone.
    """
    run, layer = _run(params, caller_of_user(user))
    kinds = [
        (_severity(kind["severity"]), f"{kind['title']}（{kind['code']}）", f"{kind['number']:,}")
        for kind in issue_kinds(run)
    ]
    issues = list(run.issues.order_by("file", "row", "id")[:MOST_ISSUES])  # type: ignore[attr-defined]
    total = run.counts.get("issues_total", 0)
    data = {
        "heading": f"{layer_title(layer)}　{_('入库批次')} {run.pk}",
        "state": run.get_state_display(),
        "rows": _rows(run),
        "files": [_file(one) for one in run.files],
        "kinds": kinds,
        "issues": [
            (one.file, str(one.row or ""), one.field, f"{shown_title_of(one.code)}：{one.message}")
            for one in issues
        ],
        "omitted": _omitted(total, len(issues)),
        "disclaimer": _("检查结果以系统入库规则为准；图形与属性未作改动。"),
        "texts": common_texts(),
    }
    return Contents(data)


def is_open(params: Mapping[str, Any], user: User | None, _used: Mapping[str, str]) -> bool:
    """Whether the user may look at the run still."""
    try:
        _run(params, caller_of_user(user))
    except NothingToPrint:
        return False
    return True


def _run(params: Mapping[str, Any], caller: Caller) -> tuple[ImportRun, Layer]:
    run = ImportRun.objects.filter(pk=params["run"]).select_related("change").first()
    layer = layer_named(run.layer) if run else None
    if run is None or layer is None or layer.by_steps:
        raise NothingToPrint(_("没有这个入库批次"))
    if not may_deliver(caller, layer) and not may_undo(caller, [layer]):
        raise NothingToPrint(_("没有这个入库批次"))
    return run, layer


def _rows(run: ImportRun) -> list[tuple[str, str]]:
    counts = run.counts
    numbers = {
        _("读入行数"): run.total,
        _("新增"): counts.get("added"),
        _("变更"): counts.get("changed"),
        _("终止"): counts.get("ended"),
        _("未变"): counts.get("unchanged"),
    }
    moments = {_("开始时间"): run.started_at, _("完成时间"): run.finished_at}
    rows = [
        (_("来源"), run.source),
        (_("坐标系"), run.crs),
        (_("经办人"), run.who),
        *(
            (title, f"{timezone.localtime(at):%Y-%m-%d %H:%M}")
            for title, at in moments.items()
            if at
        ),
        *((title, f"{number:,}") for title, number in numbers.items() if number is not None),
        (_("说明"), run.message),
    ]
    return [(title, str(text)) for title, text in rows if text]


def _file(one: Any) -> tuple[str, str]:
    if not isinstance(one, Mapping):
        return str(one), ""
    size = one.get("size")
    return str(one.get("name", "")), f"{size:,} B" if isinstance(size, int) else ""


def _severity(text: str) -> str:
    return {"error": _("错误"), "warning": _("警告")}.get(text, text)


def _omitted(total: int, listed: int) -> str:
    if total <= listed:
        return ""
    said = _("共 %(total)s 个问题，此处列出前 %(listed)s 个；全部见系统中的批次页面。")
    return said % {"total": f"{total:,}", "listed": f"{listed:,}"}
