"""Scores of every cell of the terrain, one product in memory at a time."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spatial.hazards.rules.slope_stability import (
    factor_of_safety,
    factor_of_safety_normal,
    saturated_head_m,
)
from spatial.rasters import RasterError, raster_info
from spatial.susceptibility.rulebook import SusceptibilityNumbers
from spatial.susceptibility.rules.fitting import Logistic
from spatial.terrain import products
from spatial.terrain.files import read_whole

Floats = npt.NDArray[np.float64]
Cells = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]  # numbers of cells, row by row

MOST_CURVED = 0.1  # 1/m: beyond it curvature is an artefact of nearly level ground
SAFE = 10.0  # a safety that needs no telling apart from greater ones
BLOCK_ROWS = 512


@dataclass(frozen=True)
class Predictor:
    """A feature of a cell, made of a product of the terrain."""

    name: str
    product: products.TerrainProduct
    scaled: Callable[[Cells], Cells]


def _as_is(cells: Cells) -> Cells:
    return cells


def _clipped(cells: Cells) -> Cells:
    return np.clip(cells, -MOST_CURVED, MOST_CURVED)


def _decades(cells: Cells) -> Cells:
    return np.log10(1.0 + cells)


PREDICTORS = (
    Predictor("slope", products.SLOPE, _as_is),
    Predictor("plan_curvature", products.PLAN_CURVATURE, _clipped),
    Predictor("profile_curvature", products.PROFILE_CURVATURE, _clipped),
    Predictor("elevation", products.ELEVATION, _as_is),
    Predictor("upstream_area", products.UPSTREAM_AREA, _decades),
    Predictor("stream_distance", products.STREAM_DISTANCE, _decades),
    Predictor("road_distance", products.ROAD_DISTANCE, _decades),
)


def available() -> tuple[Predictor, ...]:
    """The predictors whose products are there and lie as the heights do.

    Raises RasterError where even the slope is not, or a product is of other heights.
    """
    if not products.SLOPE.path.exists():
        raise RasterError("还没有坡度：先执行 manage.py terrain_products")
    heights = raster_info(products.ELEVATION.path)
    found = tuple(one for one in PREDICTORS if one.product.path.exists())
    for one in found:
        if raster_info(one.product.path) != heights:
            raise RasterError(
                f"{one.product.title}与现在的高程不是同一格网：重新执行 terrain_products"
            )
    return found


def features_of(predictors: tuple[Predictor, ...], places: Places) -> Floats:
    """The features of some cells, a row each; NaN where a product has a hole."""
    columns = [
        one.scaled(read_whole(one.product.path).values.ravel()[places]) for one in predictors
    ]
    return np.column_stack(columns).astype(np.float64)


def logit_surface(model: Logistic, predictors: tuple[Predictor, ...]) -> Cells:
    """What a fitted model says of every cell; NaN where a feature is missing."""
    surface: Cells | None = None
    for term, one in zip(model.terms, predictors, strict=True):
        scaled = one.scaled(read_whole(one.product.path).values)
        part = (scaled - np.float32(term.mean)) * np.float32(term.coefficient / term.deviation)
        surface = part if surface is None else surface + part
    if surface is None:
        raise ValueError("a model has terms")
    return np.asarray(surface + np.float32(model.intercept), dtype=np.float32)


def safety_surface(numbers: SusceptibilityNumbers) -> Cells:
    """The factor of safety of an infinite slope of every cell; NaN where there is no slope."""
    slope = read_whole(products.SLOPE.path).values
    found = np.full(slope.shape, np.nan, dtype=np.float32)
    for first in range(0, len(slope), BLOCK_ROWS):
        rows = slice(first, first + BLOCK_ROWS)
        safety = np.minimum(_safety(slope[rows].astype(np.float64), numbers), SAFE)
        found[rows] = np.where(np.isnan(slope[rows]), np.nan, safety)
    return found


def _safety(slope: Floats, numbers: SusceptibilityNumbers) -> Floats:
    soil = (numbers.cohesion_kpa, numbers.friction_deg, numbers.soil_weight_kn_m3)
    if numbers.depth_is_normal:
        return factor_of_safety_normal(slope, numbers.depth_m, *soil, numbers.saturated)
    head = numbers.saturated * saturated_head_m(slope, numbers.depth_m)
    return factor_of_safety(slope, numbers.depth_m, *soil, head)
