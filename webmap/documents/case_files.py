"""The file of a case as a document: what the case's page shows the same person."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.cases.queries import visible_cases, with_cell
from grid.cases.situations import CaseSituation
from grid.models import Case
from layers.access.masking import masked_within
from spatial.casework.texts import plain
from spatial.periods import NOW
from spatial.sealed.queries import masks_of
from webmap.casework.presentation import case_row, class_title, timeline
from webmap.documents.errors import NothingToPrint
from webmap.documents.issuing import Contents
from webmap.documents.maps import are_open, keys_of, place_map
from webmap.documents.texts import common_texts
from webmap.web.callers import actor_behind, actor_of
from webmap.web.errors import NotSignedIn
from webmap.web.moments import local
from webmap.web.orders import caller_of_user


def order(request: HttpRequest) -> dict[str, Any]:
    """``code`` of a case that the caller may see.

    Raises:
        NotSignedIn: cases are for those who work on them.
        NothingToPrint: there is no such case for the caller.
    """
    if not request.user.is_authenticated:
        raise NotSignedIn(_("请先登录"))
    code = plain(request.POST.get("code", ""))
    if not visible_cases(actor_behind(request)).filter(code=code).exists():
        raise NothingToPrint(_("没有这件案件，或不在您的办理范围"))
    return {"code": code}


def collect(params: Mapping[str, Any], user: User | None, _progress: Any) -> Contents:
    """What the case says to this user now.

    Raises:
        NothingToPrint: the case is not theirs any more.
    """
    case = _case(params, user)
    now = timezone.now()
    situation = CaseSituation(case, now)
    row = case_row([case], now)[0]
    picture = place_map(caller_of_user(user), None, case.geom, NOW)
    data = {
        "heading": f"{case.code}　{class_title(case)}",
        "state": f"{row.state}　{row.clock}".strip(),
        "rows": _rows(case, row.place),
        "steps": [_step(item) for item in reversed(timeline(situation.steps))],
        "map": picture.data,
        "disclaimer": (_("含示意数据。") if case.schematic else "")
        + _("本卷宗按生成时的办理记录摘录，个人信息已脱敏。"),
        "texts": common_texts(),
    }
    return Contents(data, {"place.svg": picture.svg}, keys_of(picture.shares))


def is_open(params: Mapping[str, Any], user: User | None, used: Mapping[str, str]) -> bool:
    """Whether the case, and every layer on its map, is shown to the user still."""
    try:
        _case(params, user)
    except NothingToPrint:
        return False
    return are_open(caller_of_user(user), dict(used))


def _case(params: Mapping[str, Any], user: User | None) -> Case:
    actor = actor_of(user) if user else None
    found = with_cell(visible_cases(actor)).filter(code=params["code"]).first() if actor else None
    if found is None:
        raise NothingToPrint(_("没有这件案件，或不在您的办理范围"))
    return found


def _rows(case: Case, place: str) -> list[tuple[str, str]]:
    masks = masks_of([case.reporter_name, case.reporter_phone])
    reporter = " ".join(
        part for part in (masks.get(case.reporter_name), masks.get(case.reporter_phone)) if part
    )
    moments = {
        _("上报时间"): case.reported_at,
        _("处置截止"): case.due_at,
        _("结案时间"): case.closed_at,
    }
    rows = [
        (_("来源"), case.source),
        (_("位置"), f"{place} {masked_within(case.address)}".strip()),
        (_("单元网格"), case.cell_code),
        (_("承办部门"), case.department),
        (_("立案条件"), case.condition),
        *(
            (title, f"{timezone.localtime(at):%Y-%m-%d %H:%M}")
            for title, at in moments.items()
            if at
        ),
        (_("举报人"), reporter),
        (_("问题描述"), masked_within(case.description)),
    ]
    return [(title, text) for title, text in rows if text]


def _step(item: Mapping[str, Any]) -> tuple[str, str, str, str]:
    step = item["step"]
    role = f"（{step.role}）" if step.role else ""
    said = [
        item["to"],
        step.details.get("department", ""),
        step.details.get("words", ""),
        step.text,
    ]
    late = [_("超时")] if item["was_late"] else []
    words = "；".join(masked_within(str(part)) for part in (*said, *late) if part)
    return local(step.at), str(item["title"]), f"{step.who}{role}", words
