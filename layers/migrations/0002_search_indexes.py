"""Trigram indexes for the search box; built without stopping writers, and reversible."""

from django.db import migrations

# index: table and columns. Small registers need none.
INDEXES = {
    "search_buildings": ("parcels_building", ("name", "address")),
    "search_parcels": ("parcels_parcel", ("location",)),
    "search_addresses": ("base_address", ("full_address",)),
    "search_units": ("housing_unit", ("address",)),
    "search_cases": ("grid_case", ("description",)),
    "search_pipe_lines": ("pipes_pipeline", ("road_name",)),
}


def _create(index: str, table: str, columns: tuple[str, ...]) -> migrations.RunSQL:
    listed = ", ".join(f'"{column}" gin_trgm_ops' for column in columns)
    return migrations.RunSQL(
        f'CREATE INDEX CONCURRENTLY IF NOT EXISTS "{index}" ON "{table}" USING gin ({listed})',
        f'DROP INDEX CONCURRENTLY IF EXISTS "{index}"',
    )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("layers", "0001_initial"),
        ("base", "0001_initial"),
        ("parcels", "0001_initial"),
        ("housing", "0001_initial"),
        ("pipes", "0001_initial"),
        ("grid", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS pg_trgm", migrations.RunSQL.noop),
        *(_create(index, table, columns) for index, (table, columns) in INDEXES.items()),
    ]
