"""OpenStreetMap extracts as ``importers.formats.osm`` opens them. © OSM contributors, ODbL."""

from importers.sources.declarations import Source

SOURCES = (
    Source(
        name="osm-roads",
        title="OpenStreetMap 道路",
        layer="roads",
        table="roads",
        signature=("osm_code", "highway"),
        columns={"osm_code": "code", "name": "name", "kind": "kind", "width_m": "width_m"},
    ),
    Source(
        name="osm-water",
        title="OpenStreetMap 水面",
        layer="water",
        table="water",
        signature=("osm_code", "natural"),
        columns={"osm_code": "code", "name": "name", "kind": "kind"},
    ),
    Source(
        name="osm-buildings",
        title="OpenStreetMap 建筑",
        layer="buildings",
        table="buildings",
        signature=("osm_code", "building"),
        columns={
            "osm_code": "code",
            "name": "name",
            "address": "address",
            "storeys_above": "storeys_above",
            "storeys_below": "storeys_below",
            "height_m": "height_m",
        },
    ),
)
