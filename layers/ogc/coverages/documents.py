"""How the terrain is told among the collections, to clients of Coverages and of EDR."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from layers.ogc.common.requests import CRS84, epsg_uri, offered_crs
from layers.ogc.common.texts import in_reader_language
from layers.ogc.coverages import covjson
from layers.ogc.coverages.parameters import MOST_CELLS, MOST_TEXT_CELLS, fitting_scale
from layers.ogc.coverages.terrain import (
    DESCRIPTION,
    FIELD,
    FIELD_TITLE,
    ID,
    TITLE,
    UNIT,
    Terrain,
)
from spatial.city import city
from spatial.languages import in_english

REL = "http://www.opengis.net/def/rel/ogc/1.0"
JSON, GEOTIFF = "application/json", "image/tiff; application=geotiff"
QUERIES = {
    "position": (gettext_noop("一点或多点的高程"), "Point"),
    "area": (gettext_noop("一个面以内的格网"), "Grid"),
    "cube": (gettext_noop("一个矩形以内的格网"), "Grid"),
}


def collection_document(found: Terrain, root: str) -> dict[str, Any]:
    """The terrain as a collection."""
    here = f"{root}/collections/{ID}"
    own = epsg_uri(found.info.epsg)
    extent = city().extent
    west, south, east, north = found.info.bounds
    rows, columns = found.info.shape
    document = {
        "id": ID,
        "title": TITLE,
        "description": DESCRIPTION,
        "attribution": city().attribution_en if in_english() else city().attribution,
        "extent": {
            "spatial": {
                "bbox": [[extent.west, extent.south, extent.east, extent.north]],
                "crs": CRS84,
                "storageCrsBbox": [[west, south, east, north]],
                "grid": [
                    {"cellsCount": columns, "resolution": found.info.cell},
                    {"cellsCount": rows, "resolution": found.info.cell},
                ],
            }
        },
        "crs": list(offered_crs()),
        "storageCrs": own,
        "output_formats": ["CoverageJSON", "GeoTIFF"],
        "data_queries": {name: _query(name, here) for name in QUERIES},
        "parameter_names": {FIELD: {"id": FIELD, **covjson.PARAMETER}},
        "links": [
            {"rel": "self", "type": JSON, "title": TITLE, "href": f"{here}?f=json"},
            {"rel": "alternate", "type": "text/html", "title": TITLE, "href": f"{here}?f=html"},
            _coverage_link(here, GEOTIFF, "GeoTIFF", "tif", _scale(found, MOST_CELLS)),
            _coverage_link(
                here, covjson.MEDIA, "CoverageJSON", "covjson", _scale(found, MOST_TEXT_CELLS)
            ),
            {
                "rel": f"{REL}/schema",
                "type": "application/schema+json",
                "title": _("字段"),
                "href": f"{here}/schema",
            },
            *(
                {
                    "rel": "data",
                    "type": covjson.MEDIA,
                    "title": title,
                    "href": _template(name, here),
                    "templated": True,
                }
                for name, (title, _) in QUERIES.items()
            ),
        ],
    }
    return in_reader_language(document)


def schema_document(root: str) -> dict[str, Any]:
    """The fields of the coverage."""
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{root}/collections/{ID}/schema",
        "type": "object",
        "title": TITLE,
        "properties": {
            FIELD: {
                "title": FIELD_TITLE,
                "description": DESCRIPTION,
                "type": "number",
                "x-ogc-unit": UNIT,
                "x-ogc-propertySeq": 1,
            }
        },
    }
    return in_reader_language(document)


def _scale(found: Terrain, most: int) -> str:
    """The parameter that makes the whole small enough for one answer; '' if it is."""
    rows, columns = found.info.shape
    if rows * columns <= most:
        return ""
    return f"&scale-factor={fitting_scale(found.info.shape, most):g}"


def _coverage_link(here: str, media: str, title: str, form: str, scale: str) -> dict[str, str]:
    return {
        "rel": f"{REL}/coverage",
        "type": media,
        "title": title,
        "href": f"{here}/coverage?f={form}{scale}",
    }


def _template(name: str, here: str) -> str:
    """The address of a query with a place for what it cannot do without."""
    needed = "bbox" if name == "cube" else "coords"
    return f"{here}/{name}?{needed}={{{needed}}}"


def _query(name: str, here: str) -> dict[str, Any]:
    title, _ = QUERIES[name]
    details = [{"crs": uri.rsplit("/", 1)[1], "wkt": uri} for uri in offered_crs()]
    return {
        "link": {
            "href": _template(name, here),
            "templated": True,
            "rel": "data",
            "title": title,
            "variables": {
                "title": title,
                "query_type": name,
                "output_formats": ["CoverageJSON"],
                "default_output_format": "CoverageJSON",
                "crs_details": details,
            },
        }
    }
