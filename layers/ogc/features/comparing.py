"""Two dates compared: what was added, what changed and what ended between them.

Only versions that stand at one of the two moments and not at the other are looked at; of
each such feature both sides are fetched and laid side by side, field by visible field. A
feature that differs in nothing the caller may see has not changed for that caller.
"""

import json
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from layers.ogc.common.cursors import read_cursor, write_cursor
from layers.ogc.common.errors import InvalidParameter, ogc_errors
from layers.ogc.common.etags import unless_held
from layers.ogc.common.negotiation import (
    GEOJSON,
    carried_on,
    negotiated_format,
    root_url,
    share_for,
)
from layers.ogc.common.requests import GEOMETRY, ItemsQuery, read_items_query, read_only
from layers.ogc.formats.geojson import conditions, feature_sql, narrows_by_place, value_sql
from layers.reading.digests import tag_of
from layers.reading.reading import read
from layers.reading.revisions import access_class, revision
from layers.reading.shares import Share
from layers.reading.timestamps import iso, shown_sql
from spatial.city import city
from spatial.periods import NOW, AsOf, parse_as_of

OWN = ("from", "to")
SHARED = (
    "bbox",
    "bbox-crs",
    "crs",
    "limit",
    "cursor",
    "filter",
    "filter-lang",
    "filter-crs",
    "q",
    "skip-geometry",
)


@dataclass(frozen=True)
class Compared:
    """One page of what differs, and the code to go on from, if more may differ."""

    features: list[bytes]
    last: str


@require_safe
@ogc_errors
def changes(request: HttpRequest, layer_id: str) -> HttpResponse:
    """``/collections/{id}/changes?from=…&to=…``: what differs between two moments."""
    share = share_for(request, layer_id)
    negotiated_format(request, ["json"], GEOJSON)
    params = request.GET.dict()
    read_only(params, (*OWN, *SHARED, *share.names))
    before, after = _moments(params)
    asked = {name: value for name, value in params.items() if name not in (*OWN, "cursor")}
    query = read_items_query(share, asked)
    query = replace(query, after=read_cursor(params.get("cursor", ""), 1, share))
    etag = f'"{tag_of(access_class(share), revision(share), request.get_full_path())}"'

    def made() -> HttpResponse:
        return _answer(request, share, query, before, after)

    return unless_held(request, etag, made, public=share.layer.public)


def compared(share: Share, query: ItemsQuery, before: AsOf, after: AsOf) -> Compared:
    """One page of the features that differ between two moments, in the order of their codes."""
    sql, params = compare_sql(share, query, before, after)
    rows = read(share, sql, params, as_bytes=True, spatial=narrows_by_place(share.layer, query))
    features = [_feature(row) for row in rows[: query.limit] if _differs(row)]
    more = len(rows) > query.limit
    return Compared(features, rows[query.limit - 1][0].decode() if more else "")


def compare_sql(
    share: Share, query: ItemsQuery, before: AsOf, after: AsOf
) -> tuple[str, list[Any]]:
    """The statement of a page, and its parameters.

    Per feature: code, what became of it, the names of what changed, their values before,
    and the feature as it is after, or was before it ended.
    """
    (then, then_params), (since, since_params) = shown_sql(before), shown_sql(after)
    (o_then, _), (n_since, _) = shown_sql(before, "v."), shown_sql(after, "v.")
    where, narrowing = conditions(share, query)
    beyond = " AND code > %s" if query.after else ""
    listed = ", ".join(f'v."{column}"' for column in share.columns)
    side = f"LEFT JOIN LATERAL (SELECT {listed} FROM {share.view} v WHERE v.code = touched.code"
    shown = feature_sql(share, replace(query, as_of=before))  # with the end of what has ended
    names, values = _differences(share, with_geometry=query.with_geometry)
    sql = (
        f"WITH touched AS MATERIALIZED (SELECT DISTINCT code FROM {share.view}"
        f" WHERE ({then}) <> ({since}) AND {where}{beyond}"
        f" ORDER BY code LIMIT {query.limit + 1:d})"
        " SELECT touched.code, CASE WHEN o.id IS NULL THEN 'added' WHEN n.id IS NULL"
        f" THEN 'ended' ELSE 'changed' END, {names}, {values},"
        f" (SELECT {shown} FROM {share.view} WHERE code = touched.code"
        " AND valid = coalesce(n.valid, o.valid)) FROM touched"
        f" {side} AND {o_then}) AS o ON true"
        f" {side} AND {n_since}) AS n ON true ORDER BY touched.code"
    )
    params = [*then_params, *since_params, *narrowing, *query.after, *then_params, *since_params]
    return sql, params


def _differences(share: Share, *, with_geometry: bool) -> tuple[str, str]:
    """SQL of the names of the fields that differ, and of their values before, as JSON members."""
    fields = [field.name for field in share.fields]
    columns = {name: f'"{share.layer.column(name).column}"' for name in fields}
    differ = {name: f"o.{c} IS DISTINCT FROM n.{c}" for name, c in columns.items()}
    names = [f"CASE WHEN {test} THEN ',\"{name}\"' END" for name, test in differ.items()]
    values = [
        f"CASE WHEN {differ[name]} THEN ',\"{name}\":'||{value_sql(share, name, alias='o.')} END"
        for name in fields
    ]
    if share.layer.geometry and with_geometry:
        names.append(f"CASE WHEN o.geom IS DISTINCT FROM n.geom THEN ',\"{GEOMETRY}\"' END")
    return f"concat({', '.join(names)})", f"concat({', '.join(values)})"


def _differs(row: tuple[Any, ...]) -> bool:
    return row[1] != b"changed" or bool(row[2])


def _feature(row: tuple[Any, ...]) -> bytes:
    _, change, names, before, text = row
    more = b',"change":"' + change + b'"'
    if change == b"changed":
        more += b',"changed":[' + names[1:] + b'],"before":{' + before[1:] + b"}"
    return text[:-2] + more + b"}}"


def _moments(params: dict[str, str]) -> tuple[AsOf, AsOf]:
    zone = city().time_zone
    before = parse_as_of(params.get("from"), zone)
    after = parse_as_of(params.get("to"), zone)
    if before.instant is None or after.interval:
        raise InvalidParameter(_("须以 from 给出一个时刻；to 为另一个时刻，不填为现在"))
    if after.instant and after.instant < before.instant:
        raise InvalidParameter(_("from 不能晚于 to"))
    return before, after


def _answer(
    request: HttpRequest, share: Share, query: ItemsQuery, before: AsOf, after: AsOf
) -> HttpResponse:
    page = compared(share, query, before, after)
    here = f"{root_url(request)}/collections/{share.layer.id}"
    links = [{"rel": "collection", "type": "application/json", "href": here}]
    if page.last:
        following = {**request.GET.dict(), "cursor": write_cursor((page.last,), share)}
        address = f"{here}/changes?{carried_on(request, following)}"
        links.append({"rel": "next", "type": GEOJSON, "title": "下一页", "href": address})
    head = {
        "type": "FeatureCollection",
        "timeStamp": iso(timezone.now().replace(microsecond=0)),
        "from": str(before),
        "to": str(after) if after != NOW else None,
        "numberReturned": len(page.features),
        "links": links,
    }
    body = json.dumps(head, ensure_ascii=False).encode()[:-1]
    body += b', "features": [' + b",\n".join(page.features) + b"]}"
    response = HttpResponse(body, content_type=GEOJSON)
    response["Content-Crs"] = f"<{query.crs.uri}>"
    return response
