"""Indexes of what tiles of low zooms show; built without stopping writers, and reversible.

The condition is ``layers.ogc.tiles.thinning.WEIGHT`` against a bound. A zoom that draws
marks of A square metres uses the index with the largest bound below A: 300 serves z12 and
z13 at every latitude of the country, 3000 z10 and z11.
"""

from django.db import migrations

WEIGHT = "(ST_Area(geom) * 4294967296::float8 / (hashtext(code) + 2147483649::float8))"
BOUNDS = (300, 3000)
TABLES = {"buildings": "parcels_building", "parcels": "parcels_parcel"}


def _create(layer: str, table: str, bound: int) -> migrations.RunSQL:
    name = f"tiles_{layer}_{bound}"
    return migrations.RunSQL(
        f'CREATE INDEX CONCURRENTLY IF NOT EXISTS "{name}" ON "{table}" USING gist (geom)'
        f" WHERE {WEIGHT} >= {bound}",
        f'DROP INDEX CONCURRENTLY IF EXISTS "{name}"',
    )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("layers", "0004_subscriptions"),
        ("parcels", "0001_initial"),
    ]

    operations = [
        _create(layer, table, bound) for layer, table in TABLES.items() for bound in BOUNDS
    ]
