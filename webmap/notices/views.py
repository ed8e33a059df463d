"""The inbox, how many are unread, and reading."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from spatial.outbox.actions import mark_read
from spatial.outbox.models import NoticeDelivery
from spatial.outbox.queries import MOST_COUNTED, inbox_of, topics_in_inbox, unread_of
from spatial.outbox.rules import DeliveryState
from spatial.texts import whole_number
from webmap.notices.rendering import NoticeText, rendered, title_of
from webmap.notices.subjects import path_of
from webmap.web.errors import NotSignedIn
from webmap.web.guards import SIGNED_OUT, signed_in

PER_PAGE = 50


@dataclass(frozen=True)
class InboxRow:
    """A notice as it is listed."""

    delivery: NoticeDelivery
    text: NoticeText
    topic: str
    is_unread: bool
    has_page: bool


@signed_in
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """``/notices/``: one's own notices, newest first; ``topic``, ``unread`` sift, ``before`` pages."""
    name, now = request.user.get_username(), timezone.now()
    topic, unread_only = request.GET.get("topic", "")[:40], request.GET.get("unread") == "1"
    found = inbox_of(name, now, topic, unread_only=unread_only)
    before = request.GET.get("before", "")
    if (last := whole_number(before)) is not None:
        found = found.filter(pk__lt=last)
    page = list(found[: PER_PAGE + 1])
    context: dict[str, Any] = {
        "rows": [_row(one) for one in page[:PER_PAGE]],
        "following": page[PER_PAGE - 1].pk if len(page) > PER_PAGE else None,
        "topics": [(one, title_of(one)) for one in topics_in_inbox(name, now)],
        "topic": topic,
        "unread_only": unread_only,
        "unread": unread_of(name, now).number,
        "most": MOST_COUNTED,
    }
    return render(request, "notices/inbox.html", context)


@never_cache
@require_safe
def count(request: HttpRequest) -> HttpResponse:
    """``/notices/count``: how many are unread; 204 for none, 304 where nothing is new.

    Every open page asks it again and again: beside the session it takes one query.
    """
    if not request.user.is_authenticated:
        raise NotSignedIn(_(SIGNED_OUT))
    unread = unread_of(request.user.get_username(), timezone.now())
    tag = f'"{unread.number}-{unread.last}-{unread.last_urgent}"'
    if request.headers.get("If-None-Match") == tag:
        answer = HttpResponse(status=304)
    elif not unread.number:
        answer = HttpResponse(status=204)
    else:
        text = f"{MOST_COUNTED - 1}+" if unread.number >= MOST_COUNTED else str(unread.number)
        answer = JsonResponse({"unread": text, "urgent": unread.last_urgent})
    answer["ETag"] = tag
    return answer


@signed_in
@require_POST
def open_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """``/notices/{pk}/open``: it is read; on to what it is about."""
    name, now = request.user.get_username(), timezone.now()
    found = inbox_of(name, now).filter(pk=pk).first()
    if found is None:
        raise Http404(_("没有这条消息。"))
    mark_read(name, [pk], now)
    path = path_of(found.notice.about_kind, found.notice.about_code)
    return HttpResponseRedirect(path or "/notices/")


@signed_in
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """``/notices/read``: those named are read, or all with ``all``; back to the list."""
    name, given = request.user.get_username(), request.POST.getlist("id")
    keys = [key for one in given if (key := whole_number(one)) is not None]
    mark_read(name, None if "all" in request.POST else keys, timezone.now())
    return HttpResponseRedirect("/notices/")


def _row(one: NoticeDelivery) -> InboxRow:
    notice = one.notice
    text = rendered(
        notice.template,
        notice.topic,
        (notice.about_kind, notice.about_code),
        notice.values,
        notice.level,
        get_language() or "",
    )
    return InboxRow(
        one,
        text,
        title_of(notice.topic),
        one.state == DeliveryState.DELIVERED,
        bool(path_of(notice.about_kind, notice.about_code)),
    )
