"""The products made of the heights, one after the other: at most a few grids stand in memory."""

from collections.abc import Callable, Iterator, Sequence
from time import monotonic

import numpy as np
import shapely
from django.contrib.gis.db.models.functions import Transform

from spatial.base.models import Road
from spatial.periods import AsOf
from spatial.rasters import Grid
from spatial.terrain import products
from spatial.terrain.files import read_whole, touched, write_cells
from spatial.terrain.rules import derivatives, flow
from spatial.terrain.rules.distances import distance_m

STREAM_KM2 = 0.5  # what drains so much is a stream, unless the command says otherwise
Report = Callable[[products.TerrainProduct, float], None]


def make_products(
    report: Report, roads: Sequence[shapely.Geometry], stream_km2: float = STREAM_KM2
) -> None:
    """Make every product anew; each is reported when it is written, with its seconds.

    ``roads`` are lines in the CRS of the heights.

    Raises RasterError where there are no heights, FlowUnavailable without pyflwdir: then the
    products that need none are there.
    """
    heights = read_whole(products.ELEVATION.path)
    began = monotonic()
    for product, cells in _made(heights, roads, stream_km2):
        write_cells(product.path, heights, cells, _tags(product, stream_km2))
        report(product, monotonic() - began)
        began = monotonic()


def _tags(product: products.TerrainProduct, stream_km2: float) -> dict[str, str]:
    stated = {"FIELD": product.field, "UNIT": product.unit, "DESCRIPTION": product.description}
    if product is products.STREAM_DISTANCE:
        stated["STREAM_KM2"] = f"{stream_km2:g}"
    return stated


def _made(
    heights: Grid, roads: Sequence[shapely.Geometry], stream_km2: float
) -> Iterator[tuple[products.TerrainProduct, np.ndarray]]:
    ground, cell_m = heights.values, heights.cell_x
    slope = derivatives.slope_deg(ground, cell_m)
    yield products.SLOPE, slope
    yield products.ASPECT, derivatives.aspect_deg(ground, cell_m)
    yield products.PROFILE_CURVATURE, derivatives.profile_curvature(ground, cell_m)
    yield products.PLAN_CURVATURE, derivatives.plan_curvature(ground, cell_m)
    known = ~np.isnan(ground)
    yield products.ROAD_DISTANCE, distance_m(touched(heights, roads), known, cell_m)
    area = flow.upstream_area_m2(ground, cell_m)
    yield products.UPSTREAM_AREA, area
    yield products.WETNESS, flow.wetness_index(area, slope, cell_m)
    streams = flow.streams(area, stream_km2 * 1e6)
    yield products.STREAM_DISTANCE, distance_m(streams, known, cell_m)


def roads_of_now(epsg: int) -> list[shapely.Geometry]:
    """The centre lines of the roads that stand, in a CRS."""
    rows = Road.objects.as_of(AsOf()).annotate(plane=Transform("geom", epsg))
    return [shapely.from_wkb(bytes(line.wkb)) for line in rows.values_list("plane", flat=True)]
