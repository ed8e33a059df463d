"""Delivered tables: columns named as the registers' fields, coordinates on the millimetre."""

from datetime import datetime
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from importers.phases.vertices import spike_tips, vertices
from spatial.city import city

NEEDLE_DEG, NEEDLE_M = 2.0, 0.05  # wider and shorter than the rule on spikes is


def moment(year: int, month: int = 1, day: int = 1, hour: int = 0, minute: int = 0) -> datetime:
    """A local instant, aware."""
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(city().time_zone))


def on_millimetre(geometries: np.ndarray) -> np.ndarray:
    """Coordinates rounded to 1 mm; what shared a vertex still shares it, once."""
    rounded = shapely.transform(np.asarray(geometries, object), lambda xy: np.round(xy, 3))
    return shapely.remove_repeated_points(rounded)


def has_needle(shapes: np.ndarray) -> np.ndarray:
    """Which areas have a corner so sharp that surveyors would take it for a slip."""
    every = vertices(shapes)
    step = every.xy[1:] - every.xy[:-1]
    tips = spike_tips(every, step, (step**2).sum(axis=1), NEEDLE_DEG, NEEDLE_M)
    found = np.zeros(len(shapes), bool)
    found[every.row[tips]] = True
    return found


def frame(
    geometries: np.ndarray | None, schematic: bool = True, rounded: bool = True, **columns
) -> pd.DataFrame:
    """A table with ``code``, ``schematic`` and the given columns, in the projected CRS."""
    table = pd.DataFrame(columns)
    table.insert(1, "schematic", schematic)
    if geometries is None:
        return table
    shapes = on_millimetre(geometries) if rounded else geometries
    return gpd.GeoDataFrame(table, geometry=shapes, crs=f"EPSG:{city().projected}")
