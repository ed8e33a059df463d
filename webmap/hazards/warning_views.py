"""A warning as people read it: its page, the list, and the messages themselves (CAP, Atom)."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, gettext, gettext_noop
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from lxml import etree

from spatial.city import city
from spatial.codes import scheme
from spatial.hazard_warnings.areas import area_of, shape_drawn
from spatial.hazard_warnings.models import WarningMessage
from spatial.hazard_warnings.queries import (
    StandingWarning,
    chain_of,
    message_named,
    public_messages,
    standing_warnings,
    town_shapes,
    towns_on,
)
from spatial.hazard_warnings.rules.contents import CANCEL, UPDATE, WarningContent, content_of
from webmap.hazards.outlines import AreaDrawing, drawing
from webmap.hazards.policies import may_judge

ATOM = "http://www.w3.org/2005/Atom"
CAP_TYPE = "application/cap+xml"
MOST_LISTED = 50
TAB = "bulletins"
FIRST = gettext_noop("预警")
KINDS = {UPDATE: gettext_noop("更新"), CANCEL: gettext_noop("解除")}
LIFTED_COLOUR = "#8a8f98"


@dataclass(frozen=True)
class MessageShown:
    """A message as a list names it: what it is, its texts in the reader's language, its state."""

    message: WarningMessage
    content: WarningContent
    headline: str
    text: str
    kind: str
    colour: str
    state: str
    is_in_force: bool


def shown(message: WarningMessage, standing: list[StandingWarning], now: datetime) -> MessageShown:
    """A message in the reader's language."""
    content = content_of(message.content)
    is_english = (get_language() or "").startswith("en")
    stands = [one for one in standing if one.message.pk == message.pk]
    return MessageShown(
        message=message,
        content=content,
        headline=(content.headline_en if is_english else "") or content.headline,
        text=(content.text_en if is_english else "") or content.text,
        kind=gettext(KINDS.get(message.kind, FIRST)),
        colour=colour_of(message.level),
        state=_state(message, bool(stands), now),
        is_in_force=bool(stands) and content.effective <= now,
    )


def _state(message: WarningMessage, stands: bool, now: datetime) -> str:
    if stands:
        content = content_of(message.content)
        return _("未到起始时间") if content.effective > now else _("在效")
    if message.kind == CANCEL:
        return _("已解除")
    if message.expires_at <= now:
        return _("已到期")
    return _("已被后续消息代替") if message.document else _("已发布")


def colour_of(level: str) -> str:
    """The colour of a level; grey for what gives none."""
    return scheme("warning_levels").colour(level) if level else LIFTED_COLOUR


def name_of(level: str) -> str:
    """The name of a level without what it means: 橙色预警."""
    return scheme("warning_levels").name(level).split("（")[0]


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """``/warning/``: what is in force, and what was."""
    now = timezone.now()
    standing = standing_warnings(now)
    messages = public_messages().order_by("-sent", "-identifier")[:MOST_LISTED]
    rows = [shown(one, standing, now) for one in messages]
    context = {
        "standing": [row for row in rows if any(s.message.pk == row.message.pk for s in standing)],
        "past": [r for r in rows if all(s.message.pk != r.message.pk for s in standing)],
        "at": now,
        "tab": TAB,
    }
    return render(request, "hazards/warnings.html", context)


@require_safe
def one(request: HttpRequest, identifier: str) -> HttpResponse:
    """``/warning/{identifier}``: the area, the text, what became of it, its chain."""
    message = message_for(request, identifier)
    now = timezone.now()
    is_staff = may_judge(request)
    standing = standing_warnings(now, message.status)
    chain = [m for m in chain_of(message) if is_staff or is_public(m)]
    context = {
        "shown": shown(message, standing, now),
        "towns": _town_rows(message, standing),
        "measures": message.content.get("measures", []),
        "drawing": drawn(content_of(message.content), message.sent),
        "chain": [shown(one, standing, now) for one in chain],
        "is_english": (get_language() or "").startswith("en"),
        "issuer": issuer(),
        "is_staff": is_staff,
        "tab": TAB,
    }
    return render(request, "hazards/warning.html", context)


def issuer() -> str:
    """Who issues, in the reader's language."""
    mine = city().warnings
    return (mine.issuer_en if (get_language() or "").startswith("en") else "") or mine.issuer


def is_public(message: WarningMessage) -> bool:
    """Whether anybody may read a message."""
    return public_messages().filter(pk=message.pk).exists()


def message_for(request: HttpRequest, identifier: str) -> WarningMessage:
    """A message that the caller may read: public ones, and all for staff. Raises Http404."""
    found = message_named(identifier)
    if found is None or not (may_judge(request) or is_public(found)):
        raise Http404(_("没有这条预警，或不公开"))
    return found


def _town_rows(message: WarningMessage, standing: list[StandingWarning]) -> list[dict[str, Any]]:
    """Each town of a message, its level then, and what it has of the chain now."""
    now = {one.town: one for one in standing if one.message.chain == message.chain}
    rows = []
    for town in content_of(message.content).towns:
        level = now[town.code].level if town.code in now else ""
        rows.append(
            {
                "town": town,
                "was": name_of(town.level) if town.level else _("解除"),
                "was_colour": colour_of(town.level),
                "now": name_of(level) if level else _("没有预警"),
                "now_colour": colour_of(level),
            }
        )
    return rows


def drawn(content: WarningContent, moment: datetime) -> AreaDrawing | None:
    """The area of a content among the towns of its day."""
    names = dict(towns_on(moment))
    shapes = town_shapes(names, moment)
    limit = shape_drawn(content)
    levels = content.levels or (("",) if content.towns else ())
    areas = []
    for level in reversed(levels):
        codes = [town.code for town in content.towns_of(level)]
        title = scheme("warning_levels").name(level) if level else _("解除")
        areas.append((title, colour_of(level), area_of(codes, shapes, limit)))
    towns = {code: (names[code], shape) for code, shape in shapes.items()}
    return drawing(towns, areas, frozenset(town.code for town in content.towns))


@require_safe
def document(request: HttpRequest, identifier: str) -> HttpResponse:
    """``/cap/{identifier}.xml``: the message as it was issued, byte by byte."""
    message = message_for(request, identifier)
    if not message.document:
        raise Http404(_("这份产品没有预警消息"))
    public = is_public(message)
    cache = "public, max-age=31536000, immutable" if public else "private, no-store"
    return cached(request, message.document.encode(), CAP_TYPE, f'"{message.sha256}"', cache)


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """``/cap/feed.xml``: the public messages, the newest first, as Atom."""
    messages = list(public_messages().order_by("-sent", "-identifier")[:MOST_LISTED])
    body = atom_of(messages)
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    return cached(request, body, "application/atom+xml", tag, "public, max-age=30")


def cached(request: HttpRequest, body: bytes, kind: str, tag: str, cache: str) -> HttpResponse:
    """An answer with its tag; nothing again for who has it."""
    if tag in request.headers.get("If-None-Match", ""):
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(body, content_type=f"{kind}; charset=utf-8")
    response["ETag"], response["Cache-Control"] = tag, cache
    return response


def atom_of(messages: list[WarningMessage]) -> bytes:
    """The feed. It is as old as its newest message, so that it changes with them alone."""
    root = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})
    site = settings.SITE_URL
    profile = city()
    _add(root, "id", f"{site}/cap/feed.xml")
    _add(root, "title", f"{profile.name}地质灾害预警 / {profile.name_en} geological warnings")
    _add(root, "updated", messages[0].sent.isoformat() if messages else "1970-01-01T00:00:00+00:00")
    etree.SubElement(root, f"{{{ATOM}}}link", rel="self", href=f"{site}/cap/feed.xml")
    author = etree.SubElement(root, f"{{{ATOM}}}author")
    _add(author, "name", profile.warnings.issuer or profile.name)
    for message in messages:
        entry = etree.SubElement(root, f"{{{ATOM}}}entry")
        address = f"{site}/cap/{message.identifier}.xml"
        _add(entry, "id", address)
        _add(entry, "title", message.content["headline"])
        _add(entry, "updated", message.sent.isoformat())
        _add(entry, "summary", message.content["text"])
        etree.SubElement(entry, f"{{{ATOM}}}link", rel="alternate", type=CAP_TYPE, href=address)
        page = f"{site}/warning/{message.identifier}"
        etree.SubElement(entry, f"{{{ATOM}}}link", rel="related", type="text/html", href=page)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _add(node: etree._Element, name: str, text: str) -> None:
    etree.SubElement(node, f"{{{ATOM}}}{name}").text = text
