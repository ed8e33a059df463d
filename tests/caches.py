"""Caches keyed by a register's revision: a rolled-back test leaves numbers that come again."""

from layers.declarations import registry
from layers.ogc.features import counting
from layers.ogc.tiles.cache import tiles
from layers.reading import revisions
from layers.sharing import keys, limits, metering, records
from spatial.audit.origins import NOWHERE, set_origin
from webmap.housing import overview as housing
from webmap.map import legends, overview
from webmap.map import views as map_pages
from webmap.planning import overview as planning
from webmap.web import sign_ins

CACHES = (
    legends._values,
    map_pages._has_schematic,
    overview._counted,
    planning._land_balance,
    housing._stock,
)


def forget_everything() -> None:
    """Empty every such cache of this process."""
    for cache in CACHES:
        cache.cache_clear()
    counting.forget()
    tiles.forget()
    revisions.forget()
    revisions._Looked.numbers = revisions._NONE
    registry.withdraw(())
    keys.forget()
    limits.forget()
    records.forget()
    metering.forget()
    sign_ins.forget_refusals()
    set_origin(NOWHERE)
