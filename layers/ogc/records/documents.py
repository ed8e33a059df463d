"""A record of the catalogue as GeoJSON (OGC API Records), with what links lead to."""

from typing import Any

from django.utils.translation import gettext as _

from layers.ogc.common.negotiation import DOWNLOAD_FORMS, GEOJSON, MEDIA_TYPES
from layers.ogc.common.requests import CRS84, offered_crs
from layers.reading.timestamps import iso
from layers.sharing.records import Bounds, CatalogueRecord, ChangeSource, FieldRecord, Quality
from spatial.city import city
from spatial.languages import in_english

CATALOGUE = "catalogue"
REL = "http://www.opengis.net/def/rel/ogc/1.0"
CONFORMS_TO = "http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-core"
TYPE = "dataset"
LANGUAGES = ("zh", "en")  # of its texts

Link = dict[str, str]


def record_document(record: CatalogueRecord, root: str) -> dict[str, Any]:
    """One record; ``root`` is the address of the API's root."""
    layer = record.layer
    return {
        "type": "Feature",
        "id": layer.id,
        "conformsTo": [CONFORMS_TO],
        "time": _time(record),
        "geometry": _polygon(record.bounds),
        "properties": {**facts(record), **_shown(record), **_described(record)},
        "links": record_links(record, root),
    }


def facts(record: CatalogueRecord) -> dict[str, Any]:
    """What records can be filtered and sorted by: plain values, none left out."""
    layer = record.layer
    return {
        "type": TYPE,
        "title": layer.title,
        "titleEn": layer.title_en,
        "description": layer.description,
        "group": layer.group,
        "steward": layer.steward,
        "sharing": str(layer.sharing),
        "public": layer.public,
        "readable": record.share is not None,
        "updateCycle": layer.update_cycle,
        "updateState": str(record.update.state),
        "updateDue": record.update.due.isoformat() if record.update.due else None,
        "updated": iso(record.updated_at) if record.updated_at else None,
        "featureCount": record.figures.count,
        "language": LANGUAGES[0],
    }


def _shown(record: CatalogueRecord) -> dict[str, Any]:
    """The texts of a record in the reader's language; filters and sorting go by the Chinese."""
    layer = record.layer
    return {
        "title": layer.title_shown,
        "description": layer.description_shown,
        "group": layer.group_shown,
        "steward": layer.steward_shown,
        "updateCycle": layer.cycle_shown,
        "language": language(),
        "languages": [{"code": code} for code in LANGUAGES],
    }


def language() -> str:
    """The language in which the catalogue is read, as a record names it."""
    return LANGUAGES[in_english()]


def record_links(record: CatalogueRecord, root: str) -> list[Link]:
    """Where the data, their schema, tiles and downloads are; else where to apply."""
    layer = record.layer
    here = f"{root}/collections/{CATALOGUE}/items/{layer.id}"
    page = f"{root.removesuffix('/ogc')}/sharing/{layer.id}"
    links = [
        _link("self", here, GEOJSON),
        _link("alternate", f"{here}?f=html", "text/html"),
        _link("collection", f"{root}/collections/{CATALOGUE}", "application/json", _("数据目录")),
    ]
    if record.has_page:
        links.append(_link("about", page, "text/html", _("说明与申请")))
    if record.share is None:
        return links
    data = f"{root}/collections/{layer.id}"
    links += [
        _link("item", data, "application/json", layer.title_shown),
        _link("items", f"{data}/items", GEOJSON, _("要素")),
        _link("describedby", f"{data}/schema", "application/schema+json", _("字段定义")),
        *(
            _link("enclosure", f"{data}/download?f={form}", MEDIA_TYPES[form], _("整层下载"))
            for form in DOWNLOAD_FORMS
        ),
    ]
    if layer.geometry:
        tiles = _link(f"{REL}/tilesets-vector", f"{data}/tiles", "application/json", _("矢量瓦片"))
        links.append(tiles)
    return links


def catalogue_document(root: str, bounds: Bounds) -> dict[str, Any]:
    """The collection of all records."""
    here = f"{root}/collections/{CATALOGUE}"
    return {
        "id": CATALOGUE,
        "type": "Catalog",
        "itemType": "record",
        "title": _("数据目录"),
        "description": _("各图层的字段、共享类别、更新与质量情况、使用方式"),
        "keywords": [_("数据目录"), _("共享"), city().name_en if in_english() else city().name],
        "language": language(),
        "extent": {"spatial": {"bbox": [list(bounds)], "crs": CRS84}},
        "crs": [CRS84],
        "links": [
            _link("self", here, "application/json"),
            _link("alternate", f"{here}?f=html", "text/html"),
            _link("items", f"{here}/items", GEOJSON, _("目录记录")),
            _link("items", f"{here}/items?f=html", "text/html", _("目录记录")),
            _link(f"{REL}/queryables", f"{here}/queryables", "application/schema+json"),
            _link(f"{REL}/sortables", f"{here}/sortables", "application/schema+json"),
            _link("alternate", f"{root}/catalogue.jsonld", "application/ld+json", "DCAT-AP"),
            _link("about", f"{root.removesuffix('/ogc')}/sharing/", "text/html", _("目录网页")),
        ],
    }


def _described(record: CatalogueRecord) -> dict[str, Any]:
    layer = record.layer
    return {
        "keywords": [layer.title, layer.title_en, layer.group_shown, layer.steward_shown],
        "themes": [
            {"scheme": "urn:tujing:register", "concepts": [{"id": layer.group}]},
        ],
        "externalIds": [{"scheme": "urn:tujing", "value": f"{city().adcode}-{layer.id}"}],
        "contacts": [{"organization": layer.steward_shown, "roles": ["custodian"]}],
        "license": "other",
        "rights": _(record.rights),
        "sharingReason": layer.reason_shown,
        "formats": _formats(record),
        "crs": list(offered_crs()) if layer.geometry else [],
        "geometryType": layer.geometry or None,
        "fields": [_field(field) for field in record.fields],
        "provenance": [_source(source) for source in record.sources],
        "quality": _quality(record.quality) if record.quality else None,
    }


def _formats(record: CatalogueRecord) -> list[dict[str, str]]:
    if record.share is None:
        return []
    return [{"name": form, "mediaType": MEDIA_TYPES[form]} for form in DOWNLOAD_FORMS]


def _field(field: FieldRecord) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": field.name,
        "title": field.title,
        "titleEn": field.title_en,
        "type": field.type,
        "readable": field.is_readable,
    }
    if field.length:
        found["maxLength"] = field.length
    if field.unit:
        found["unit"] = field.unit
    if field.scheme:
        found["codeList"] = field.scheme
    if field.codes:
        found["codes"] = [{"value": value, "title": title} for value, title in field.codes]
    return found


def _source(source: ChangeSource) -> dict[str, str]:
    found = {"recorded": iso(source.recorded_at), "at": iso(source.at), "origin": source.origin}
    return {**found, "document": source.document} if source.document else found


def _quality(quality: Quality) -> dict[str, Any]:
    return {
        "delivery": quality.run,
        "checked": iso(quality.at) if quality.at else None,
        **quality.counts,
        "issues": dict(quality.issues),
    }


def _time(record: CatalogueRecord) -> dict[str, Any] | None:
    since = record.figures.since
    return {"interval": [iso(since), ".."]} if since else None


def _polygon(bounds: Bounds) -> dict[str, Any]:
    west, south, east, north = bounds
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def _link(rel: str, href: str, media: str, title: str = "") -> Link:
    return {"rel": rel, "type": media, **({"title": title} if title else {}), "href": href}
