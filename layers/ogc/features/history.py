"""One feature through time: its versions as a Time Map, each version by its own address.

After OGC's *Versioned Features* proposal (and RFC 7089, Memento): a feature's address is
the original and the time gate, with ``datetime`` the version of that moment; the version's
permanent address names the start of its validity. ``/versions/{start}`` is the same
version for clients that want no parameter in an address.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from layers.access.access import may_write
from layers.declarations.registry import layer_named
from layers.ogc.common.errors import Gone, NotAcceptable, NotFound, ogc_errors
from layers.ogc.common.etags import unless_held
from layers.ogc.common.negotiation import GEOJSON, accepted, root_url, share_for
from layers.ogc.common.requests import read_only
from layers.ogc.formats.geojson import FeatureJson
from layers.reading.digests import tag_of
from layers.reading.reading import read
from layers.reading.revisions import access_class, revision
from layers.reading.shares import Share
from layers.reading.timestamps import http_date, iso
from layers.sharing.callers import api_caller
from spatial.city import city
from spatial.periods import AsOf

Link = dict[str, str]
JSON = "application/json"
LINK_FORMAT = "application/link-format"
KEPT_S = 86_400  # an undo may void even a version long ended: no cache holds it longer
TITLES = {
    "monitor": "变更订阅",
    "original": "要素",
    "timemap": "历次版本",
    "latest-version": "最近版本",
}


def feature_url(request: HttpRequest, share: Share, code: str) -> str:
    """The address of a feature: the original, and the gate to its past."""
    return f"{root_url(request)}/collections/{share.layer.id}/items/{quote(code, safe='')}"


def version_url(feature: str, start: datetime) -> str:
    """The permanent address of the version that began then."""
    return f"{feature}?datetime={iso(start)}"


def time_links(feature: str, found: FeatureJson) -> list[Link]:
    """The links from one version to the feature, its history and the versions beside it."""
    history = f"{feature}/versions"
    here = version_url(feature, found.start)
    latest = here if found.latest == found.start else version_url(feature, found.latest)
    links = [
        {"rel": "canonical", "type": GEOJSON, "href": here},
        {"rel": "original", "type": GEOJSON, "href": feature},
        {"rel": "timegate", "type": GEOJSON, "href": feature},
        {"rel": "timemap", "type": JSON, "href": history},
        {"rel": "version-history", "type": JSON, "href": history},
        {"rel": "latest-version", "type": GEOJSON, "href": latest},
    ]
    for rel, start in (("predecessor-version", found.before), ("successor-version", found.after)):
        if start:
            links.append({"rel": rel, "type": GEOJSON, "href": version_url(feature, start)})
    return links


def links_json(links: list[Link]) -> bytes:
    """Links as JSON; what ours hold is plain in both, and joined in a tenth of the time."""
    text = ", ".join(
        f'{{"rel": "{link["rel"]}", "type": "{link["type"]}", "href": "{link["href"]}"}}'
        for link in links
    )
    if "\\" in text or text.count('"') != 12 * len(links):
        return json.dumps(links, ensure_ascii=False).encode()
    return f"[{text}]".encode()


def mark_version(
    response: HttpResponse, links: list[Link], found: FeatureJson, as_of: AsOf, *, public: bool
) -> HttpResponse:
    """Say in the headers which version this is; one that has ended need not be asked for again."""
    response["Memento-Datetime"] = http_date(found.start)
    response["Link"] = link_header(links)
    if found.end and as_of.instant:
        reach = "public" if public else "private"
        response["Cache-Control"] = f"{reach}, max-age={KEPT_S}, immutable"
    return response


def link_header(links: Iterable[Link]) -> str:
    """Links as the header of that name."""
    return ", ".join(f'<{link["href"]}>; rel="{link["rel"]}"' for link in links)


def not_there(request: HttpRequest, share: Share, code: str, as_of: AsOf) -> Exception:
    """What to answer for a feature without a version at that moment: never, or not then."""
    starts = [] if "\x00" in code else starts_of(share, code)
    if not starts:
        return NotFound(f"图层“{share.layer.id}”中没有要素“{code}”")
    feature = feature_url(request, share, code)
    links = [
        _link("original", feature, GEOJSON),
        _link("latest-version", version_url(feature, starts[-1]), GEOJSON),
        _link("timemap", f"{feature}/versions"),
        _link("version-history", f"{feature}/versions"),
    ]
    when = "已经终止" if as_of.is_now else "在所求的时间不存在"
    return Gone(f"要素“{code}”{when}；曾有的版本见 timemap 链接", links)


def starts_of(share: Share, code: str) -> list[datetime]:
    """The start of every version of a feature, oldest first."""
    rows = read(
        share,
        f"SELECT lower(valid) FROM {share.view} WHERE code = %s AND NOT isempty(valid) ORDER BY 1",
        [code],
    )
    return [start for (start,) in rows]


@require_safe
@ogc_errors
def time_map(request: HttpRequest, layer_id: str, code: str) -> HttpResponse:
    """``/items/{code}/versions``: every version of a feature, as JSON or as link format."""
    share = share_for(request, layer_id)
    read_only(request.GET, ())
    form = _wanted(request)
    etag = f'"{tag_of(access_class(share), revision(share), form, request.path)}"'

    def made() -> HttpResponse:
        starts = [] if "\x00" in code else starts_of(share, code)
        if not starts:
            raise NotFound(
                _("图层“%(id)s”中没有要素“%(code)s”") % {"id": share.layer.id, "code": code}
            )
        links = _map_links(feature_url(request, share, code), starts)
        if form == "json":
            body = json.dumps({"links": links}, ensure_ascii=False)
            return HttpResponse(body, content_type="application/json")
        return HttpResponse(_link_format(links), content_type=LINK_FORMAT)

    return unless_held(request, etag, made, public=share.layer.public)


def describe_versioning(request: HttpRequest, document: Any) -> Any:
    """The collections of a document, each with what its time axis means to this caller."""
    caller = api_caller(request)
    if not isinstance(document, dict):
        return document
    for entry in document.get("collections", [document]):
        layer = layer_named(entry.get("id", "")) if "itemType" in entry else None
        if layer:
            entry["versioning"] = {"timeAxis": "validity-time"}
            if may_write(caller, layer):
                entry["versioning"]["mutationTime"] = "client"
            feed = f"{root_url(request)}/collections/{layer.id}/feed"
            entry.setdefault("links", []).append(_link("monitor", feed))
    return document


def _map_links(feature: str, starts: list[datetime]) -> list[Link]:
    first, last = version_url(feature, starts[0]), version_url(feature, starts[-1])
    return [
        _link("self", f"{feature}/versions"),
        _link("original", feature, GEOJSON),
        _link("timegate", feature, GEOJSON),
        _link("first", first, GEOJSON),
        _link("last", last, GEOJSON),
        _link("latest-version", last, GEOJSON),
        *(
            {
                **_link("memento", version_url(feature, start), GEOJSON),
                "title": start.astimezone(ZoneInfo(city().time_zone)).strftime("%Y-%m-%d %H:%M"),
                "datetime": http_date(start),
            }
            for start in starts
        ),
    ]


def _link(rel: str, href: str, media: str = "application/json") -> Link:
    titled = {"title": TITLES[rel]} if rel in TITLES else {}
    return {"rel": rel, "type": media, **titled, "href": href}


def _link_format(links: list[Link]) -> str:
    names = ("rel", "type", "title", "datetime")
    return ",\n".join(
        f"<{link['href']}>" + "".join(f';{name}="{link[name]}"' for name in names if name in link)
        for link in links
    )


def _wanted(request: HttpRequest) -> str:
    offered = {"application/json": "json", LINK_FORMAT: "link"}
    asked = request.GET.get("f")
    if asked in offered.values():
        return str(asked)
    accept = accepted(request, offered) if not asked else None
    if not accept:
        raise NotAcceptable(_("只提供 json、link（application/link-format）"))
    return offered[accept]
