"""The grids that are served as coverages: the heights that the map shades, and what is made of them.

They are public base data. Surveyed sheets (layer ``terrain-sheets``) are conditional; their
cells are not in here, whatever grant the caller has.
"""

from dataclasses import dataclass

from spatial.rasters import RasterInfo, raster_info
from spatial.terrain.products import ELEVATION, PRODUCTS, TerrainProduct


@dataclass(frozen=True)
class Terrain:
    """A product of the terrain, and what its file covers."""

    product: TerrainProduct
    info: RasterInfo


def terrain(product: TerrainProduct = ELEVATION) -> Terrain | None:
    """A product of the city's terrain, if it is there."""
    return Terrain(product, raster_info(product.path)) if product.path.exists() else None


def coverages() -> list[Terrain]:
    """Every product that is there."""
    return [found for found in map(terrain, PRODUCTS) if found]
