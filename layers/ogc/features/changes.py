"""The change feed: what happened to a collection since a token, in order, nothing missed.

Revisions of a register are numbered under a lock that is held until the commit, so their
order is that of the commits: who has seen one number has seen all before it. An entry
tells what a change did to a feature and how the feature stands *now*, so entries may be
applied in order, and twice, without harm.

A copy begins so: take ``next`` of the feed without ``since``; read all items; then apply
the feed since that token, again and again. What changed while reading comes once more.
"""

import json
from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from layers.ogc.common.errors import Gone, InvalidParameter, ogc_errors
from layers.ogc.common.negotiation import carried_on, negotiated_format, root_url, share_for
from layers.ogc.common.requests import ItemsQuery, read_items_query, read_only
from layers.ogc.formats.geojson import feature_sql, relation
from layers.reading.digests import tag_of
from layers.reading.feed_tokens import Token, token_at
from layers.reading.reading import read
from layers.reading.replicas import current_server
from layers.reading.revisions import FRESH_S, access_class, revision
from layers.reading.shares import Share
from layers.reading.timestamps import iso
from spatial.periods import NOW
from spatial.versions.models import RevisionChange
from spatial.versions.queries import revision_named

MOST_CHANGES = 200  # looked through for one page
PARAMETERS = ("since", "limit", "crs", "skip-geometry")
HOW = ("opened", "closed", "voided")
OPERATIONS = {  # what became of a feature, by what the change did to its versions
    (True, False, False): "opened",
    (True, True, False): "replaced",
    (False, True, False): "ended",
    (False, False, True): "voided",
    (True, False, True): "restored",
    (True, True, True): "restored",
    (False, True, True): "voided",
}


@dataclass(frozen=True)
class Mark:
    """One change of a register and the revision that it made."""

    revision: int
    change: int
    at: datetime


@require_safe
@ogc_errors
def feed(request: HttpRequest, layer_id: str) -> HttpResponse:
    """``/collections/{id}/feed``: what changed since a token; without one, the token of now."""
    share = share_for(request, layer_id)
    negotiated_format(request, ["json"])
    params = request.GET.dict()
    read_only(params, PARAMETERS)
    query = read_items_query(share, {k: v for k, v in params.items() if k != "since"})
    if "since" not in params:
        token = token_at(share, revision_named(share.register))
        current_server(
            FRESH_S
        )  # whoever reads the items next, from any replica, finds this revision
        return _answer(request, share, [], token, has_more=False)
    since = read_token(params["since"])
    _check_share(request, share, since)
    if not since.code and since.revision == revision(share):
        return _answer(request, share, [], since, has_more=False)
    with transaction.atomic():  # the primary: a replica may not have the latest yet
        _check_kept(request, share, since)
        entries, token, has_more = entries_since(share, since, query)
    return _answer(request, share, entries, token, has_more=has_more)


def read_token(text: str) -> Token:
    """The token that a feed gave out.

    Raises:
        InvalidParameter: it did not.
    """
    try:
        padded = text.encode() + b"=" * (-len(text) % 4)
        number, code, share = json.loads(b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, TypeError, RecursionError):
        number = None
    plain = isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 2**62
    if not plain or not isinstance(code, str) or not isinstance(share, str) or "\x00" in code:
        raise InvalidParameter(_("since 只能取自上一次回答的 next"))
    return Token(number, code, share)


def entries_since(share: Share, since: Token, query: ItemsQuery) -> tuple[list[bytes], Token, bool]:
    """The entries after a token, at most ``query.limit``; the next token; whether more follow.

    Marks first, rows after: a row read later than its mark is newer, never missing.
    """
    marks = marks_since(share, since, MOST_CHANGES + 1)
    shown, more = marks[:MOST_CHANGES], len(marks) > MOST_CHANGES
    last = {mark.change: mark.revision for mark in shown}  # once per change, where it is complete
    entries: list[bytes] = []
    token = since
    for mark in shown:
        after = since.code if mark.revision == since.revision else ""
        room = query.limit - len(entries)
        if last[mark.change] == mark.revision:
            if not room:
                return entries, token, True
            rows = _rows(share, mark, after, room + 1, query)
            entries += [_entry(mark, row) for row in rows[:room]]
            if len(rows) > room:
                code = rows[room - 1][0].decode()
                return entries, Token(mark.revision, code, since.share), True
        token = Token(mark.revision, "", since.share)
    return entries, token, more


def marks_since(share: Share, since: Token, most: int) -> list[Mark]:
    """The changes after a token in the order of their commits."""
    first = since.revision if since.code else since.revision + 1
    rows = (
        RevisionChange.objects.filter(register=share.register, number__gte=first)
        .order_by("number")
        .values_list("number", "change_id", "change__at")[:most]
    )
    return [Mark(*row) for row in rows]


def _rows(share: Share, mark: Mark, after: str, most: int, query: ItemsQuery) -> list[tuple]:
    """Code, what was done to it, and how it stands now, for each feature that a change touched."""
    touched = " UNION ALL ".join(  # an OR over three indexes is planned badly
        f"SELECT code, '{how}' AS how, is_shown FROM {share.view} WHERE {how}_by_id = %s AND code > %s"
        for how in HOW
    )
    flags = ", ".join(f"bool_or(how = '{how}') AS {how}" for how in HOW)
    # Of what the change replaced, the version that it opened says whether anything showed.
    shown = "bool_or(how = 'opened' AND is_shown) OR NOT bool_or(how = 'opened')"
    versions, moment = relation(share, NOW)
    sql = (
        f"WITH touched AS MATERIALIZED (SELECT code, {flags}"
        f" FROM ({touched}) AS parts GROUP BY code HAVING {shown} ORDER BY code LIMIT {most:d})"
        " SELECT touched.code, opened, closed, voided, stands.id, stands.text FROM touched"
        f" LEFT JOIN LATERAL (SELECT id, {feature_sql(share, query)} AS text FROM {versions}"
        " WHERE versions.code = touched.code) AS stands ON true ORDER BY touched.code"
    )
    return read(share, sql, [mark.change, after] * 3 + moment, as_bytes=True)


def _entry(mark: Mark, row: tuple[Any, ...]) -> bytes:
    code, opened, closed, voided, version, text = row
    head = {
        "revision": mark.revision,
        "change": mark.change,
        "at": iso(mark.at),
        "operation": OPERATIONS[opened, closed, voided],
        "code": code.decode(),
        "version": version,
    }
    told = json.dumps(head, ensure_ascii=False).encode()
    return told[:-1] + b', "feature": ' + (text or b"null") + b"}"


def _check_share(request: HttpRequest, share: Share, since: Token) -> None:
    if since.share != tag_of(access_class(share)):
        raise _start_again(request, share, _("可见的字段或区划已经变化"))


def _check_kept(request: HttpRequest, share: Share, since: Token) -> None:
    kept = RevisionChange.objects.filter(register=share.register)
    first = kept.order_by("number").values_list("number", flat=True).first()
    current = revision_named(share.register)
    oldest = current if first is None else first - 1
    if since.revision > current or since.revision < oldest:
        raise _start_again(request, share, _("该标记之后的变更没有保留"))


def _start_again(request: HttpRequest, share: Share, why: str) -> Gone:
    here = f"{root_url(request)}/collections/{share.layer.id}"
    links = [
        {"rel": "start", "type": "application/json", "href": f"{here}/feed"},
        {"rel": "items", "type": "application/geo+json", "href": f"{here}/items"},
    ]
    return Gone(f"{why}；请取新的标记，再完整复制一次", links)


def _answer(
    request: HttpRequest, share: Share, entries: Iterable[bytes], token: Token, *, has_more: bool
) -> HttpResponse:
    here = f"{root_url(request)}/collections/{share.layer.id}/feed"
    head = {
        "collection": share.layer.id,
        "revision": token.revision,
        "next": str(token),
        "hasMore": has_more,
        "links": [
            {
                "rel": "next",
                "type": "application/json",
                "href": _address(request, here, token),
            }
        ],
    }
    body = json.dumps(head, ensure_ascii=False).encode()[:-1]
    body += b', "entries": [' + b",\n".join(entries) + b"]}"
    response = HttpResponse(body, content_type="application/json")
    response["Cache-Control"] = "private, no-store"
    return response


def _address(request: HttpRequest, here: str, token: Token) -> str:
    return f"{here}?{carried_on(request, {**request.GET.dict(), 'since': str(token)})}"
