"""CoverageJSON (OGC 21-069r2): grids and points with their values."""

from typing import Any

import numpy as np

from layers.ogc.common.requests import Crs
from layers.ogc.coverages.terrain import DESCRIPTION, FIELD, FIELD_TITLE, UNIT
from spatial.rasters import Grid

DIGITS = 2  # of a height: centimetres, beyond what any such grid knows
MEDIA = "application/vnd.cov+json"
PARAMETER = {
    "type": "Parameter",
    "description": {"zh": DESCRIPTION, "en": "Ground elevation"},
    "unit": {"symbol": {"value": UNIT, "type": "http://www.opengis.net/def/uom/UCUM/"}},
    "observedProperty": {
        "id": "http://vocab.nerc.ac.uk/standard_name/surface_altitude/",
        "label": {"zh": FIELD_TITLE, "en": "Elevation"},
    },
}


def grid_document(grid: Grid, crs: Crs) -> dict[str, Any]:
    """A grid: its axes are the centres of the cells, its values row by row from the north."""
    axes = {"x": _axis(grid.xs), "y": _axis(grid.ys)}
    return _coverage("Grid", axes, crs, grid.values.shape, ["y", "x"], grid.values)


def point_document(x: float, y: float, crs: Crs, value: float) -> dict[str, Any]:
    """One point."""
    axes = {"x": {"values": [x]}, "y": {"values": [y]}}
    return _coverage("Point", axes, crs, (), [], np.array([value]))


def points_document(points: np.ndarray, crs: Crs, values: np.ndarray) -> dict[str, Any]:
    """Several points (n, 2)."""
    axes = {
        "composite": {
            "dataType": "tuple",
            "coordinates": ["x", "y"],
            "values": [[float(x), float(y)] for x, y in points],
        }
    }
    return _coverage("MultiPoint", axes, crs, (len(points),), ["composite"], values)


def referencing(crs: Crs, *, geographic: bool) -> dict[str, Any]:
    """The system of a domain's x and y."""
    return {
        "coordinates": ["y", "x"] if crs.flipped else ["x", "y"],
        "system": {"type": "GeographicCRS" if geographic else "ProjectedCRS", "id": crs.uri},
    }


def _coverage(
    kind: str,
    axes: dict[str, Any],
    crs: Crs,
    shape: tuple[int, ...],
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
        "parameters": {FIELD: PARAMETER},
        "ranges": {
            FIELD: {
                "type": "NdArray",
                "dataType": "float",
                "axisNames": names,
                "shape": list(shape),
                "values": _numbers(values),
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


def _numbers(values: np.ndarray) -> list[float | None]:
    rounded = np.round(values.astype(float).ravel(), DIGITS)
    return [None if number != number else number for number in rounded.tolist()]
