"""The conformance classes that are met, and no others."""

from collections.abc import Iterable

SPEC = "http://www.opengis.net/spec"


def _of(standard: str, *classes: str) -> Iterable[str]:
    return (f"{SPEC}/{standard}/conf/{name}" for name in classes)


CONFORMANCE = (
    *_of("ogcapi-common-1/1.0", "core"),
    *_of("ogcapi-common-2/1.0", "collections"),
    *_of("ogcapi-common-3/1.0", "schemas"),
    *_of("ogcapi-features-1/1.0", "core", "geojson", "html", "oas30"),
    *_of("ogcapi-features-2/1.0", "crs"),
    *_of(
        "ogcapi-features-3/1.0",
        "queryables",
        "queryables-query-parameters",
        "filter",
        "features-filter",
    ),
    *_of(
        "cql2/1.0",
        "cql2-text",
        "cql2-json",
        "basic-cql2",
        "advanced-comparison-operators",
        "case-insensitive-comparison",
        "accent-insensitive-comparison",
        "basic-spatial-functions",
        "basic-spatial-functions-plus",
        "spatial-functions",
        "temporal-functions",
        "property-property",
        "arithmetic",
    ),
    *_of(
        "ogcapi-features-4/1.0",
        "create-replace-delete",
        "update",
        "optimistic-locking-etags",
        "features",
    ),
    *_of("ogcapi-features-5/1.0", "schemas", "core-roles-features", "sortables"),
    *_of("ogcapi-features-6/0.0", "properties"),
    *_of("ogcapi-features-8/0.0", "sorting", "features-sorting"),
    *_of("ogcapi-features-n/0.0", "versioned-features-core"),
    *_of("json-fg-1/1.0", "core", "types-schemas"),
    *_of(
        "ogcapi-records-1/1.0",
        "record-core",
        "record-collection",
        "record-core-query-parameters",
        "records-api",
        "searchable-catalog",
        "sorting",
        "searchable-catalog/sorting",
        "cql-filter",
        "searchable-catalog/filtering",
        "autodiscovery",
        "json",
        "html",
        "oas30",
    ),
    *_of(
        "ogcapi-tiles-1/1.0",
        "core",
        "tileset",
        "tilesets-list",
        "dataset-tilesets",
        "geodata-tilesets",
        "collections-selection",
        "oas30",
        "mvt",
    ),
    *_of(
        "tms/2.0",
        "tilematrixset",
        "json-tilematrixset",
        "tilesetmetadata",
        "json-tilesetmetadata",
    ),
    *_of(
        "ogcapi-coverages-1/0.0",
        "core",
        "subsetting",
        "fieldselection",
        "scaling",
        "crs",
        "geotiff",
        "coveragejson",
        "oas30",
    ),
    *_of("ogcapi-edr-1/1.1", "core", "collections", "queries", "covjson", "oas30"),
    *_of(
        "ogcapi-processes-1/1.0",
        "core",
        "ogc-process-description",
        "json",
        "html",
        "oas30",
        "job-list",
        "dismiss",
    ),
    *_of("ogcapi-styles-1/0.0", "core", "mapbox-styles"),
)
