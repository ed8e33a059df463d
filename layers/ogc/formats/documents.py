"""The text formats: how each writes a feature, and what stands before and after them."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from layers.ogc.common.negotiation import MEDIA_TYPES, root_url
from layers.ogc.common.requests import ItemsQuery
from layers.ogc.formats import jsonfg, sheets
from layers.ogc.formats.geojson import feature_sql
from layers.reading.shares import Share

PORTION = 256_000
SEPARATOR = r"E'\x1e'"  # of RFC 8142, before each feature

Members = dict[str, Any]


@dataclass(frozen=True)
class Writing:
    """How a document is written: ``row`` by the database, the rest here.

    ``head`` and ``tail`` take further members of the document; what has no place for
    them leaves them out.
    """

    content_type: str
    row: str
    glue: str
    head: Callable[[Members], bytes]
    tail: Callable[[Members], bytes]

    @property
    def sql_glue(self) -> str:
        """The glue as it stands in an escaped SQL text."""
        return self.glue.encode("unicode_escape").decode()


def writing_of(request: HttpRequest, share: Share, query: ItemsQuery, form: str) -> Writing:
    """How a share is written in a text format."""
    kind = MEDIA_TYPES[form]
    if form == "csv":
        named = sheets.head(share, query)
        kind = f"{kind}; charset=utf-8; header=present"
        return Writing(kind, sheets.line_sql(share, query), "", lambda _: named, _nothing)
    if form == "geojsonseq":
        row = f"{SEPARATOR}||{feature_sql(share, query)}||E'\\n'"
        return Writing(kind, row, "", _nothing, _nothing)
    if form == "jsonfg":
        plus = jsonfg.profile_of(request.GET.dict()) == "jsonfg-plus"
        row = jsonfg.feature_fg_sql(share, query, plus=plus)
        schema = f"{root_url(request)}/collections/{share.layer.id}/schema"
        told = jsonfg.members(share, query, schema, single=False)
        return Writing(kind, row, ",\n", lambda more: _head(told | more), _tail)
    return Writing(kind, feature_sql(share, query), ",\n", _head, _tail)


def pieces(writing: Writing, rows: Iterable[bytes]) -> Iterator[bytes]:
    """A document in pieces, the first of them with features if there are any.

    It ends with the number of features where the format has a place for it.
    """
    glue, number = writing.glue.encode(), 0
    head = writing.head({"timeStamp": now()})
    for portion in portions(rows):
        yield (glue if number else head) + glue.join(portion)
        number += len(portion)
    yield (b"" if number else head) + writing.tail({"numberReturned": number})


def portions(rows: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Rows in lists of about equal size."""
    portion: list[bytes] = []
    size = 0
    for row in rows:
        portion.append(row)
        size += len(row)
        if size >= PORTION:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


def now() -> str:
    """This moment as documents tell it."""
    return timezone.now().isoformat(timespec="seconds").replace("+00:00", "Z")


def _head(members: Members) -> bytes:
    text = json.dumps({"type": "FeatureCollection", **members}, ensure_ascii=False)
    return text[:-1].encode() + b', "features": [\n'


def _tail(members: Members) -> bytes:
    more = json.dumps(members, ensure_ascii=False)[1:-1].encode()
    return b"]" + (b", " + more if more else b"") + b"}"


def _nothing(_: Members) -> bytes:
    return b""
