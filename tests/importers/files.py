"""Survey files for tests, written as an office would."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from spatial.city import city
from tests.factories import centre


def origin() -> tuple[int, int]:
    """Whole metres near the city's centre."""
    x, y = centre()
    return round(x), round(y)


def boxes(number: int, side: float = 10, step: float = 20) -> np.ndarray:
    """Squares in a row, from the city's centre to the east."""
    x, y = origin()
    west = x + np.arange(number) * step
    return shapely.box(west, y, west + side, y + side)


def plots(number: int = 5, **columns) -> gpd.GeoDataFrame:
    """Plots P0, P1, … with a location each."""
    names = [f"P{i}" for i in range(number)]
    data = {"code": names, "location": [f"{name}号" for name in names], **columns}
    return gpd.GeoDataFrame(data, geometry=boxes(number), crs=city().projected)


def gpkg(folder: Path, frame: gpd.GeoDataFrame, name: str = "delivery", layer: str = "parcels"):
    path = folder / f"{name}.gpkg"
    path.unlink(missing_ok=True)
    frame.to_file(path, layer=layer, driver="GPKG")
    return path


def shapefile(folder: Path, frame: gpd.GeoDataFrame, name: str = "delivery", encoding="utf-8"):
    path = folder / f"{name}.shp"
    frame.to_file(path, encoding=encoding)
    return path


def geojson(folder: Path, frame: gpd.GeoDataFrame, name: str = "delivery") -> Path:
    path = folder / f"{name}.geojson"
    frame.to_crs(4326).to_file(path, driver="GeoJSON")
    return path
