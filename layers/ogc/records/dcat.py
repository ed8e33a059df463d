"""The catalogue as DCAT-AP, for portals that harvest: JSON-LD with its context inside."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from layers.ogc.common.errors import ogc_errors
from layers.ogc.common.negotiation import DOWNLOAD_FORMS, MEDIA_TYPES, root_url
from layers.ogc.common.requests import read_only
from layers.ogc.common.texts import in_english_words
from layers.ogc.records.documents import CATALOGUE
from layers.reading.timestamps import iso
from layers.sharing.callers import api_caller
from layers.sharing.records import CatalogueRecord, records_of
from spatial.city import city

JSON_LD = "application/ld+json"
MEDIA = "https://www.iana.org/assignments/media-types"
EU = "http://publications.europa.eu/resource/authority"
FREQUENCIES = {
    "实时": "UPDATE_CONT",
    "每日": "DAILY",
    "每周": "WEEKLY",
    "每月": "MONTHLY",
    "每季度": "QUARTERLY",
    "每半年": "BIANNUAL",
    "汛前汛后各一次": "BIANNUAL",
    "每年": "ANNUAL",
}
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "gsp": "http://www.opengis.net/ont/geosparql#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
}


@require_safe
@ogc_errors
def dcat(request: HttpRequest) -> HttpResponse:
    """``/ogc/catalogue.jsonld``: the records that the caller may see."""
    read_only(request.GET, ())
    found = records_of(api_caller(request))
    document = catalogue_of(found, root_url(request))
    response = HttpResponse(json.dumps(document, ensure_ascii=False), content_type=JSON_LD)
    response["Vary"] = "Authorization, Cookie"
    response["Cache-Control"] = "private, no-cache"
    return response


def catalogue_of(records: list[CatalogueRecord], root: str) -> dict[str, Any]:
    """A ``dcat:Catalog`` with its datasets; ``root`` is the address of the API's root."""
    name = city().name
    return {
        "@context": CONTEXT,
        "@id": f"{root}/collections/{CATALOGUE}",
        "@type": "dcat:Catalog",
        "dct:title": _said(f"{name}数据目录", f"Data catalogue of {city().name_en}"),
        "dct:description": _said(
            f"{name}空间信息平台共享的图层",
            f"Layers shared by the spatial information platform of {city().name_en}",
        ),
        "dct:publisher": _agent(f"{name}人民政府"),
        "dct:language": {"@id": f"{EU}/language/ZHO"},
        "foaf:homepage": {"@id": f"{root.removesuffix('/ogc')}/sharing/"},
        "dcat:dataset": [_dataset(record, root) for record in records],
    }


def _dataset(record: CatalogueRecord, root: str) -> dict[str, Any]:
    layer = record.layer
    found: dict[str, Any] = {
        "@id": f"{root}/collections/{CATALOGUE}/items/{layer.id}",
        "@type": "dcat:Dataset",
        "dct:identifier": f"{city().adcode}-{layer.id}",
        "dct:title": _said(layer.title, layer.title_en),
        "dct:description": _said(layer.description, in_english_words(layer.description)),
        "dcat:keyword": _said(layer.title, layer.title_en)
        + _said(layer.group, in_english_words(layer.group)),
        "dcat:theme": {"@id": f"{EU}/data-theme/REGI"},
        "dct:publisher": _agent(layer.steward),
        "dcat:contactPoint": {"@type": "vcard:Organization", "vcard:fn": layer.steward},
        "dct:accessRights": {"@id": f"{EU}/access-right/{_access(record)}"},
        "dct:rights": {
            "@type": "dct:RightsStatement",
            "rdfs:label": _said(record.rights, in_english_words(record.rights)),
        },
        "dct:spatial": {"@type": "dct:Location", "dcat:bbox": _wkt(record)},
        "dcat:landingPage": {"@id": f"{root.removesuffix('/ogc')}/sharing/{layer.id}"},
        "dcat:distribution": _distributions(record, root),
    }
    if frequency := FREQUENCIES.get(layer.update_cycle):
        found["dct:accrualPeriodicity"] = {"@id": f"{EU}/frequency/{frequency}"}
    if record.updated_at:
        found["dct:modified"] = _typed(iso(record.updated_at), "dateTime")
    if since := record.figures.since:
        start = _typed(iso(since), "dateTime")
        found["dct:temporal"] = {"@type": "dct:PeriodOfTime", "dcat:startDate": start}
    return found


def _distributions(record: CatalogueRecord, root: str) -> list[dict[str, Any]]:
    if record.share is None:
        return []
    data = f"{root}/collections/{record.layer.id}"
    service = {
        "@type": "dcat:Distribution",
        "dct:title": "OGC API Features",
        "dcat:accessURL": {"@id": f"{data}/items"},
        "dct:conformsTo": {"@id": "http://www.opengis.net/spec/ogcapi-features-1/1.0"},
    }
    files = [
        {
            "@type": "dcat:Distribution",
            "dct:title": form,
            "dcat:accessURL": {"@id": data},
            "dcat:downloadURL": {"@id": f"{data}/download?f={form}"},
            "dcat:mediaType": {"@id": f"{MEDIA}/{MEDIA_TYPES[form]}"},
        }
        for form in DOWNLOAD_FORMS
    ]
    licence = {
        "@type": "dct:LicenseDocument",
        "rdfs:label": _said(record.rights, in_english_words(record.rights)),
    }
    return [{**distribution, "dct:license": licence} for distribution in (service, *files)]


def _access(record: CatalogueRecord) -> str:
    return "PUBLIC" if record.layer.public else "RESTRICTED"


def _wkt(record: CatalogueRecord) -> dict[str, str]:
    west, south, east, north = record.bounds
    ring = f"{west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}"
    return {"@type": "gsp:wktLiteral", "@value": f"POLYGON(({ring}))"}


def _said(chinese: str, english: str = "") -> list[dict[str, str]]:
    said = [{"@language": "zh", "@value": chinese}]
    return [*said, {"@language": "en", "@value": english}] if english else said


def _typed(value: str, kind: str) -> dict[str, str]:
    return {"@type": f"xsd:{kind}", "@value": value}


def _agent(name: str) -> dict[str, str]:
    return {"@type": "foaf:Organization", "foaf:name": name}
