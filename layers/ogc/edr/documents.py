"""Rain as documents: the collection, its places as GeoJSON, its series as CoverageJSON."""

from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_noop

from layers.ogc.common.requests import CRS84, Crs, offered_crs
from layers.ogc.common.texts import in_reader_language
from layers.ogc.coverages import covjson
from layers.ogc.edr.readings import Gauge, Series
from spatial.city import city
from spatial.crs import transformer
from spatial.languages import in_english

ID = "rain"
TITLE, TITLE_EN = gettext_noop("雨量"), "Rain"
DESCRIPTION = gettext_noop(
    "雨量站实测的时段雨量（毫米）。每个值属于 bounds 给出的时段，时间轴上的时刻是时段的截止时刻。"
)
FIELD = "rain"
JSON, GEOJSON = "application/json", "application/geo+json"
QUERIES = {
    "locations": gettext_noop("各雨量站"),
    "position": gettext_noop("离某点最近的雨量站"),
    "area": gettext_noop("一个面以内的各雨量站"),
}
DIGITS = 7
PARAMETER = {
    "type": "Parameter",
    "description": {"zh": "时段雨量", "en": "Rain caught within the interval"},
    "unit": {
        "label": {"zh": "毫米", "en": "millimetre"},
        "symbol": {"value": "mm", "type": "http://www.opengis.net/def/uom/UCUM/"},
    },
    "observedProperty": {
        "id": "http://vocab.nerc.ac.uk/standard_name/thickness_of_rainfall_amount/",
        "label": {"zh": "雨量", "en": "Rain"},
    },
}

Spans = dict[str, tuple[datetime, datetime]]


def collection_document(root: str, spans: Spans) -> dict[str, Any]:
    """Rain as a collection."""
    here = f"{root}/collections/{ID}"
    extent = city().extent
    found = {
        "spatial": {"bbox": [[extent.west, extent.south, extent.east, extent.north]], "crs": CRS84}
    }
    if spans:
        first = min(begin for begin, _ in spans.values())
        last = max(end for _, end in spans.values())
        found["temporal"] = {
            "interval": [[_iso(first), _iso(last)]],
            "trs": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian",
        }
    document = {
        "id": ID,
        "title": TITLE,
        "description": DESCRIPTION,
        "attribution": city().attribution_en if in_english() else city().attribution,
        "extent": found,
        "crs": list(offered_crs()),
        "output_formats": ["CoverageJSON", "GeoJSON"],
        "data_queries": {name: _query(name, here) for name in QUERIES},
        "parameter_names": {FIELD: {"id": FIELD, **PARAMETER}},
        "links": [
            {"rel": "self", "type": JSON, "title": TITLE, "href": f"{here}?f=json"},
            {"rel": "alternate", "type": "text/html", "title": TITLE, "href": f"{here}?f=html"},
            *(
                {"rel": "data", "type": _media(name), "title": title, **_place_of(name, here)}
                for name, title in QUERIES.items()
            ),
        ],
    }
    return in_reader_language(document)


def locations_document(root: str, gauges: list[Gauge], spans: Spans) -> dict[str, Any]:
    """The gauges, each with the time of its readings."""
    here = f"{root}/collections/{ID}/locations"
    features = []
    for gauge in gauges:
        x, y = _place(gauge, 4326)
        span = spans.get(gauge.code)
        told = {"label": gauge.name or gauge.code, "parameter-name": [FIELD]}
        if span:
            told["datetime"] = "/".join(map(_iso, span))
        told["edrqueryendpoint"] = f"{here}/{gauge.code}"
        shape = {"type": "Point", "coordinates": [x, y]}
        features.append(
            {"type": "Feature", "id": gauge.code, "geometry": shape, "properties": told}
        )
    return {
        "type": "FeatureCollection",
        "features": features,
        "parameters": {FIELD: PARAMETER},
        "links": [{"rel": "self", "type": GEOJSON, "href": here}],
    }


def series_document(series: Series, crs: Crs) -> dict[str, Any]:
    """What one gauge measured."""
    return _coverage(series, crs) | {"parameters": {FIELD: PARAMETER}}


def collected_document(several: list[Series], crs: Crs) -> dict[str, Any]:
    """What several gauges measured."""
    return {
        "type": "CoverageCollection",
        "domainType": "PointSeries",
        "parameters": {FIELD: PARAMETER},
        "coverages": [_coverage(series, crs) for series in several],
    }


def _coverage(series: Series, crs: Crs) -> dict[str, Any]:
    gauge = series.gauge
    x, y = _place(gauge, crs.epsg)
    ends = [_iso(end) for _, end, _ in series.rows]
    bounds = [_iso(moment) for begin, end, _ in series.rows for moment in (begin, end)]
    about = {"code": gauge.code, "name": gauge.name, "distance_m": round(gauge.distance_m)}
    return {
        "type": "Coverage",
        "id": gauge.code,
        "tujing:station": {key: value for key, value in about.items() if value},
        "domain": {
            "type": "Domain",
            "domainType": "PointSeries",
            "axes": {
                "x": {"values": [x]},
                "y": {"values": [y]},
                "t": {"values": ends, "bounds": bounds},
            },
            "referencing": [
                covjson.referencing(crs, geographic=abs(x) <= 180),
                {
                    "coordinates": ["t"],
                    "system": {"type": "TemporalRS", "calendar": "Gregorian"},
                },
            ],
        },
        "ranges": {
            FIELD: {
                "type": "NdArray",
                "dataType": "float",
                "axisNames": ["t"],
                "shape": [len(series.rows)],
                "values": [mm for _, _, mm in series.rows],
            }
        },
    }


def _place(gauge: Gauge, epsg: int) -> tuple[float, float]:
    x, y = transformer(city().projected, epsg).transform(gauge.x, gauge.y)
    return round(float(x), DIGITS), round(float(y), DIGITS)


def _media(name: str) -> str:
    return GEOJSON if name == "locations" else covjson.MEDIA


def _place_of(name: str, here: str) -> dict[str, Any]:
    """The address of a query, with a place for the coordinates that it cannot do without."""
    if name == "locations":
        return {"href": f"{here}/{name}"}
    return {"href": f"{here}/{name}?coords={{coords}}", "templated": True}


def _query(name: str, here: str) -> dict[str, Any]:
    form = "GeoJSON" if name == "locations" else "CoverageJSON"
    return {
        "link": {
            **_place_of(name, here),
            "rel": "data",
            "title": QUERIES[name],
            "variables": {
                "title": QUERIES[name],
                "query_type": name,
                "output_formats": [form],
                "default_output_format": form,
                "crs_details": [{"crs": u.rsplit("/", 1)[1], "wkt": u} for u in offered_crs()],
            },
        }
    }


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
