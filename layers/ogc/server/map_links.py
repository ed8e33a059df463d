"""The links that lead from the landing page and the collections to tiles and styles."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from layers.declarations.registry import layer_named
from layers.ogc.common.negotiation import root_url
from layers.reading.shares import Share, share_by_id
from layers.sharing.callers import api_caller
from layers.sharing.records import figures_of

REL = "http://www.opengis.net/def/rel/ogc/1.0"


def lead_to_maps(request: HttpRequest, document: Any) -> Any:
    """The landing page with links to tiles and styles, or collections each with its styles."""
    if not isinstance(document, dict):
        return document
    root = root_url(request)
    links = document.get("links", [])
    if any(link["rel"] == "service-desc" for link in links):
        links += [
            _link("tilesets-vector", f"{root}/tiles", _("矢量瓦片")),
            _link("tiling-schemes", f"{root}/tileMatrixSets", _("瓦片矩阵集")),
            _link("styles", f"{root}/styles", _("样式")),
        ]
    for entry in document.get("collections", [document]):
        layer = layer_named(entry.get("id", "")) if "itemType" in entry else None
        if layer and layer.geometry:
            here = f"{root}/collections/{layer.id}"
            entry.setdefault("links", []).append(_link("styles", f"{here}/styles", _("样式")))
        share = share_by_id(api_caller(request), layer.id) if layer else None
        if share and lies_nowhere(share):
            _take_place_from(entry)
    return document


def lies_nowhere(share: Share) -> bool:
    """Whether no feature of a share has a geometry: its layer has none, or none was ever drawn."""
    if not share.layer.geometry or not share.layer.may_lack_geometry:
        return not share.layer.geometry
    figures = figures_of(share)
    return bool(figures.count) and figures.bounds is None


def _take_place_from(entry: dict[str, Any]) -> None:
    """No extent and no CRS of what lies nowhere; pygeoapi knows no such collection."""
    for name in ("crs", "storageCrs"):
        entry.pop(name, None)
    entry.get("extent", {}).pop("spatial", None)


def _link(rel: str, href: str, title: str) -> dict[str, str]:
    return {"rel": f"{REL}/{rel}", "type": "application/json", "title": title, "href": href}
