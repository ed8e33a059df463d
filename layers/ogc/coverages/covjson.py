"""CoverageJSON (OGC 21-069r2): grids and points with their values."""

from typing import Any

import numpy as np

from layers.ogc.common.requests import Crs
from spatial.rasters import Grid
from spatial.terrain.products import TerrainProduct

MEDIA = "application/vnd.cov+json"


def parameter(product: TerrainProduct) -> dict[str, Any]:
    """What a product's values are, and their unit."""
    observed = {"id": product.observed} if product.observed else {}
    return {
        "type": "Parameter",
        "description": {"zh": product.description, "en": product.title_en},
        "unit": {"symbol": {"value": product.unit, "type": "http://www.opengis.net/def/uom/UCUM/"}},
        "observedProperty": {
            **observed,
            "label": {"zh": product.field_title, "en": product.title_en},
        },
    }


def grid_document(product: TerrainProduct, grid: Grid, crs: Crs) -> dict[str, Any]:
    """A grid: its axes are the centres of the cells, its values row by row from the north."""
    axes = {"x": _axis(grid.xs), "y": _axis(grid.ys)}
    return _coverage(product, "Grid", axes, crs, ["y", "x"], grid.values)


def point_document(
    product: TerrainProduct, x: float, y: float, crs: Crs, value: float
) -> dict[str, Any]:
    """One point."""
    axes = {"x": {"values": [x]}, "y": {"values": [y]}}
    return _coverage(product, "Point", axes, crs, [], np.array(value))


def points_document(
    product: TerrainProduct, points: np.ndarray, crs: Crs, values: np.ndarray
) -> dict[str, Any]:
    """Several points (n, 2)."""
    axes = {
        "composite": {
            "dataType": "tuple",
            "coordinates": ["x", "y"],
            "values": [[float(x), float(y)] for x, y in points],
        }
    }
    return _coverage(product, "MultiPoint", axes, crs, ["composite"], values)


def referencing(crs: Crs, *, geographic: bool) -> dict[str, Any]:
    """The system of a domain's x and y."""
    return {
        "coordinates": ["y", "x"] if crs.flipped else ["x", "y"],
        "system": {"type": "GeographicCRS" if geographic else "ProjectedCRS", "id": crs.uri},
    }


def _coverage(
    product: TerrainProduct,
    kind: str,
    axes: dict[str, Any],
    crs: Crs,
    names: list[str],
    values: np.ndarray,
) -> dict[str, Any]:
    return {
        "type": "Coverage",
        "domain": {
            "type": "Domain",
            "domainType": kind,
            "axes": axes,
            "referencing": [referencing(crs, geographic=abs(_first(axes)) <= 180)],
        },
        "parameters": {product.field: parameter(product)},
        "ranges": {
            product.field: {
                "type": "NdArray",
                "dataType": "float",
                "axisNames": names,
                "shape": list(values.shape),
                "values": _numbers(values, product.digits),
            }
        },
    }


def _axis(centres: np.ndarray) -> dict[str, Any]:
    if len(centres) == 1:
        return {"values": [float(centres[0])]}
    return {"start": float(centres[0]), "stop": float(centres[-1]), "num": len(centres)}


def _first(axes: dict[str, Any]) -> float:
    if "composite" in axes:
        return axes["composite"]["values"][0][0]
    axis = axes["x"]
    return axis["start"] if "start" in axis else axis["values"][0]


def _numbers(values: np.ndarray, digits: int) -> list[float | None]:
    rounded = np.round(values.astype(float).ravel(), digits)
    return [None if number != number else number for number in rounded.tolist()]
