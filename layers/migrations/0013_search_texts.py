"""Indexes of spread texts for the search in the place of trigrams; no writer is stopped.

The function is the registers' own, so that the indexes hold it: a later one would be another.
"""

from django.db import migrations

FUNCTION = r"""
CREATE OR REPLACE FUNCTION search_text(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
SELECT 'ĸ' OPERATOR(pg_catalog.||) pg_catalog.array_to_string(pg_catalog.string_to_array(
    pg_catalog.translate(pg_catalog.lower(value),
        E'０１２３４５６７８９（）－\u3000\u0020\t\r\nĸ', '0123456789()-'), NULL), 'ĸ') OPERATOR(pg_catalog.||) 'ĸ'
$body$
"""
# layer: table and columns
TEXTS = {
    "buildings": ("parcels_building", ("name", "address")),
    "parcels": ("parcels_parcel", ("location",)),
    "addresses": ("base_address", ("full_address",)),
    "units": ("housing_unit", ("address",)),
    "cases": ("grid_case", ("description",)),
    "pipe_lines": ("pipes_pipeline", ("road_name",)),
    "districts": ("base_district", ("name",)),
    "roads": ("base_road", ("name",)),
    "water": ("base_water", ("name",)),
    "terrain_sheets": ("base_terrainsheet", ("name",)),
    "hazard_sites": ("hazards_hazardsite", ("name",)),
    "rain_stations": ("hazards_rainstation", ("name",)),
    "warnings": ("hazards_hazardwarning", ("title",)),
    "plan_zones": ("planning_planzone", ("plan_name",)),
    "constraints": ("planning_constraint", ("name",)),
}
FORMER = ("buildings", "parcels", "addresses", "units", "cases", "pipe_lines")
# What stands in many rows is answered from one row in 64, which have an index of their own.
SAMPLE = "(hashtext(code) & 63) = 0"


def _replace(made: str, definition: str, dropped: str, former: str) -> list[migrations.RunSQL]:
    """Make one index and drop another one; the way back does the contrary."""
    create, drop = "CREATE INDEX CONCURRENTLY IF NOT EXISTS", "DROP INDEX CONCURRENTLY IF EXISTS"
    steps = [migrations.RunSQL(f'{create} "{made}" {definition}', f'{drop} "{made}"')]
    if dropped:
        steps.append(migrations.RunSQL(f'{drop} "{dropped}"', f'{create} "{dropped}" {former}'))
    return steps


def _indexes() -> list[migrations.RunSQL]:
    found = []
    for layer, (table, columns) in TEXTS.items():
        texts = ", ".join(f'search_text("{column}") gin_trgm_ops' for column in columns)
        plain = ", ".join(f'"{column}" gin_trgm_ops' for column in columns)
        whole, former = f'ON "{table}" USING gin ({texts})', f'ON "{table}" USING gin ({plain})'
        dropped = f"search_{layer}" if layer in FORMER else ""
        found += _replace(f"text_{layer}", whole, dropped, former)
        found += _replace(f"text_{layer}_sample", f"{whole} WHERE {SAMPLE}", "", "")
    return found


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("layers", "0012_reasons_of_reads"),
        ("base", "0003_terrain_sheets"),
        ("parcels", "0001_initial"),
        ("housing", "0001_initial"),
        ("pipes", "0001_initial"),
        ("hazards", "0001_initial"),
        ("planning", "0001_initial"),
        ("grid", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION search_text(text)"),
        *_indexes(),
    ]
