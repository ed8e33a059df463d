"""The form of somebody without an account, and the report that comes of it."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import blake2b
from ipaddress import ip_address, ip_network
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from grid.cases.actions import report
from grid.cases.actors import anybody
from grid.cases.photos import MOST_BYTES
from grid.models import Case
from grid.rules import rulebook
from layers.access.access import Caller
from layers.sharing.callers import address_of
from layers.sharing.limits import RateLimited, admit
from spatial.languages import shown_schemes
from webmap.public.forms import MOST_PHOTOS, MOST_WORDS, PublicReportForm
from webmap.web.errors import AccessDenied, Refusal, TooLarge, answering
from webmap.web.guards import has_token, length_of
from webmap.web.script_texts import translated

SOURCE = "公众举报"
MOST_BODY = MOST_PHOTOS * MOST_BYTES + 100_000
MOST_READ_AGAIN = 2_000_000
MOST_PIXELS = 25_000_000
# What the script says that makes photos smaller (``static/inspector/camera.js``).
TEXTS = (
    gettext_noop("“{name}”不是照片"),
    gettext_noop("“{name}”有 {n} MB，过大"),
    gettext_noop("“{name}”读不出，请重拍"),
)
_USED = gettext_noop("这份表单已经用过；如要报另一个问题，请核对内容后再点一次“上报”。")


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The form with what was written in it and why it was not taken.

    What is too large, or comes too often, is not read to be shown again.
    """
    if refusal.kind is TooLarge:
        return _form(request, {}, refusal.text, refusal.status)
    if refusal.kind is RateLimited:
        return _form(request, _written(request), _("上报过于频繁，请稍后再试。"), refusal.status)
    is_fresh = refusal.field == "uuid"
    problem = _(_USED) if is_fresh else refusal.text
    return _form(request, request.POST, problem, refusal.status, is_fresh=is_fresh)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@answering(_refused)
def form(request: HttpRequest) -> HttpResponse:
    """``/report/``: the form, and what it sends.

    How often and how much is looked at before anything of the body is read.
    """
    if request.method != "POST":
        return _form(request, {})
    admit(Caller(f"report {_origin(request)}", per_minute=settings.PUBLIC_REPORTS_PER_MINUTE))
    if length_of(request) > MOST_BODY:
        raise TooLarge(_too_large())
    if not has_token(request):
        raise AccessDenied(_("页面打开太久，已经更新；填写的内容还在，请再点一次“上报”。"))
    case = _taken(request)
    where = f"/report/follow?{urlencode({'number': case.code, 'new': '1'})}"
    return HttpResponse(status=303, headers={"Location": where})


def _too_large() -> str:
    return _("照片合计过大；每张不超过 %(mb)s MB，最多 %(n)s 张。") % {
        "mb": MOST_BYTES // 1024**2,
        "n": MOST_PHOTOS,
    }


def _written(request: HttpRequest) -> Mapping[str, Any]:
    """What was written, to be shown again; not read where it is long."""
    return request.POST if length_of(request) <= MOST_READ_AGAIN else {}


def _form(
    request: HttpRequest,
    given: Mapping[str, Any],
    problem: str = "",
    status: int = 200,
    *,
    is_fresh: bool = False,
) -> HttpResponse:
    """The form, with what was given before and what is wrong with it; fresh: as another report."""
    context = {
        "tab": "report",
        "groups": _classes_by_group(),
        "given": given,
        "problem": problem,
        "uuid": uuid4() if is_fresh else given.get("uuid") or uuid4(),
        "most_photos": MOST_PHOTOS,
        "most_words": MOST_WORDS,
        "words": translated(TEXTS),
    }
    return render(request, "public/form.html", context, status=status)


def _taken(request: HttpRequest) -> Case:
    """The case of the form. Photos are drawn last, and not for what is here already.

    Raises:
        BadInput: a part of it cannot be taken.
        RateLimited: all together have had their number of this minute.
    """
    form = PublicReportForm(request.POST, request.FILES).checked()
    told = form.report(SOURCE, is_public=True)
    if not Case.objects.current().filter(uuid=told.uuid).exists():
        admit(Caller("report", per_minute=settings.PUBLIC_REPORTS_PER_MINUTE_ALL))
        told = replace(told, photos=form.photos(MOST_PIXELS))
    return report(anybody(), told)


def _origin(request: HttpRequest) -> str:
    """Where a form comes from, told apart without keeping the address.

    Of IPv6 the network: a household has 2^64 addresses.
    """
    address = address_of(request)
    try:
        if ip_address(address).version == 6:  # noqa: PLR2004
            address = str(ip_network(f"{address}/64", strict=False))
    except ValueError:
        pass  # no address: a socket of this machine
    key = settings.SECRET_KEY.encode()[:64]
    return blake2b(address.encode(), key=key, digest_size=12).hexdigest()


def _classes_by_group() -> list[dict[str, Any]]:
    """The classes that take reports today, events first, by their major class."""
    groups: dict[tuple[str, str], dict[str, Any]] = {}
    for kind, scheme_id, entry in rulebook.classes_in_use(rulebook.day_of(timezone.now())):
        title = shown_schemes()[scheme_id].name(entry.parent)
        group = groups.setdefault((kind, entry.parent), {"title": title, "kind": kind, "rows": []})
        group["rows"].append({"value": f"{kind}:{entry.code}", "name": entry.name})
    return sorted(groups.values(), key=lambda group: group["kind"] != "event")
