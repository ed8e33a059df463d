"""Caches keyed by a register's revision: a rolled-back test leaves numbers that come again."""

from layers.ogc import features, tiles
from webmap import legends
from webmap.pages import map as map_pages
from webmap.pages import overview

CACHES = (
    features._counted,
    tiles.tile_bytes,
    legends._values,
    map_pages._days_of_change,
    map_pages._shows_schematic,
    overview._counted,
    overview._land_balance,
    overview._stock,
)


def forget_everything() -> None:
    """Empty every such cache of this process."""
    for cache in CACHES:
        cache.cache_clear()
