"""Documents: order, watch, fetch, take back.

A page orders by a plain form: ``POST /documents/order/{kind}`` with the fields of the kind
(``webmap.documents.contents``). The answer leads to the order's own page, which watches the
job until there is a file.
"""

from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from spatial.languages import in_english
from webmap.documents.contents import content_of
from webmap.documents.errors import NothingToPrint
from webmap.documents.issuing import file_of, in_groups, is_code, withdraw
from webmap.documents.orders import is_fetchable, order
from webmap.documents.parameters import line_of
from webmap.documents.statistics import choices as statistics_choices
from webmap.documents.templates import kinds
from webmap.exports.views import TOKEN, asker_of
from webmap.models import DocumentOrder, IssuedDocument
from webmap.web.callers import caller_of
from webmap.web.errors import AccessDenied, BadInput, is_fragment
from webmap.web.guards import signed_in
from webmap.web.orders import Asker

MOST_LISTED = 100
MOST_REASON = 500
MOST_VALUE = 200
FIELDS = ("layer", "code", "at", "run")


@require_safe
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """The page from which a document is ordered: other pages link here with what it is about."""
    content_of(kind)
    if kind == "sheets":
        return redirect("document-sheets")
    given = {
        name: line_of(request.GET.get(name), MOST_VALUE) for name in FIELDS if name in request.GET
    }
    context = {"kind": kind, "title": title_of(kind), "given": given}
    context["subject"] = given.get("code") or given.get("run", "")
    if kind == "statistics":
        context |= statistics_choices(caller_of(request), given.get("layer", ""))
        context["today"] = timezone.localdate().isoformat()
    return render(request, "documents/new.html", context)


@require_POST
def ask(request: HttpRequest, kind: str) -> HttpResponse:
    """Order a document; the answer leads to the page that watches it."""
    try:
        params = content_of(kind).order(request)
    except NothingToPrint as error:
        raise BadInput(str(error)) from error
    row = order(kind, params, asker_of(request), get_language() or "zh-hans")
    return redirect("document", row.pk)


@require_GET
@never_cache
def mine(request: HttpRequest) -> HttpResponse:
    """The documents that the caller ordered and that are still kept, newest first."""
    asker = _asker(request)
    rows = DocumentOrder.objects.none()
    if asker:
        rows = DocumentOrder.objects.filter(asker.condition()).select_related("issued")
    listed = [(row, title_of(row.kind)) for row in rows[:MOST_LISTED]]
    return render(request, "documents/list.html", {"orders": listed})


@require_GET
@never_cache
def status(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """How far an order is: a fragment for the page that watches, else a page of its own."""
    row = _own(request, order_id)
    context = {
        "order": row,
        "title": title_of(row.kind),
        "is_fetchable": is_fetchable(row),
        "code": in_groups(row.issued.code) if row.issued else "",
        "may_withdraw": bool(row.issued and may_withdraw(request, row.issued)),
        "kept_days": kinds()[row.kind].kept_days,
    }
    fragment = is_fragment(request)
    template = "documents/_status.html" if fragment else "documents/status.html"
    response = render(request, template, context)
    response["Vary"] = "X-Requested-With, Cookie"
    return response


@require_GET
@never_cache
def download(request: HttpRequest, order_id: UUID) -> FileResponse:
    """The file, to the one who ordered it and while they may see what is in it.

    Raises:
        Http404: there is no file any more.
        AccessDenied: what it shows is not open to them any more.
    """
    row = _own(request, order_id)
    if row.issued is None or row.issued.withdrawn_at or not file_of(row.issued).is_file():
        raise Http404(_("没有这份文档，或已过保存期限"))
    if not is_fetchable(row):
        raise AccessDenied(_("您已没有查看其中内容的权限，文档不能下载。"), title=_("文档不能下载"))
    name = f"{row.issued.number}.pdf"
    return FileResponse(
        file_of(row.issued).open("rb"),
        as_attachment="open" not in request.GET,
        filename=name,
        content_type="application/pdf",
        headers={"X-Content-Type-Options": "nosniff"},
    )


@require_POST
@signed_in
def taken_back(request: HttpRequest, code: str) -> HttpResponse:
    """Withdraw a document: by who ordered it, or by an administrator, with a reason.

    Raises:
        Http404: there is none of that code that the caller may withdraw.
    """
    issued = IssuedDocument.objects.filter(code=code).first() if is_code(code) else None
    if issued is None or not may_withdraw(request, issued):
        raise Http404(_("没有这份文档，或已过保存期限"))
    why = line_of(request.POST.get("because"), MOST_REASON)
    if not why:
        raise BadInput(_("请写明撤回原因"), "because")
    withdraw(issued, request.user.get_username(), why)
    return redirect("verify-code", issued.code)


def may_withdraw(request: HttpRequest, issued: IssuedDocument) -> bool:
    """Whether the caller may take a document back: it is theirs, or they administer the site."""
    user = request.user
    if not user.is_authenticated or issued.withdrawn_at:
        return False
    return user.is_superuser or issued.who == user.get_username()


def title_of(kind: str) -> str:
    """What a kind of document is called in the language of the page."""
    known = kinds().get(kind)
    if known is None:
        return kind
    return known.title_en if in_english() else known.title


def _asker(request: HttpRequest) -> Asker | None:
    """Who asks; None for a session that has ordered nothing."""
    if request.user.is_authenticated:
        return Asker(request.user, "")
    token = request.session.get(TOKEN, "")
    return Asker(None, token) if token else None


def _own(request: HttpRequest, order_id: UUID) -> DocumentOrder:
    """The caller's order of that id; others' do not exist."""
    asker = _asker(request)
    row = (
        DocumentOrder.objects.filter(asker.condition(), pk=order_id)
        .select_related("issued")
        .first()
        if asker
        else None
    )
    if row is None:
        raise Http404(_("没有这份文档，或已过保存期限"))
    return row
