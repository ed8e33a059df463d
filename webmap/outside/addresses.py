"""The address of a picture at somebody else's service; it holds the key."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from layers.ogc.common.requests import north_first
from webmap.outside.declarations import OutsideMap
from webmap.outside.tilings import Bounds


def tile_address(one: OutsideMap, matrix: int, column: int, row: int, key: str) -> str:
    """The address of a tile of an XYZ or WMTS service."""
    if one.kind == "xyz":
        places = {"z": matrix, "x": column, "y": row}
        return one.url.format(key=quote(key, safe=""), **places)
    query: dict[str, str | int] = {
        "SERVICE": "WMTS",
        "REQUEST": "GetTile",
        "VERSION": "1.0.0",
        "LAYER": one.layer,
        "STYLE": one.style or "default",
        "TILEMATRIXSET": one.matrix_set,
        "TILEMATRIX": matrix,
        "TILEROW": row,
        "TILECOL": column,
        "FORMAT": one.format,
    }
    return _with(one, query, key)


def picture_address(one: OutsideMap, bounds: Bounds, width: int, height: int, key: str) -> str:
    """The address of a picture of a WMS in its CRS; 1.3.0 takes axes in the order of the authority."""
    west, south, east, north = bounds
    newer = one.version == "1.3.0"
    box = (south, west, north, east) if newer and north_first(one.crs) else bounds
    query: dict[str, str | int] = {
        "SERVICE": "WMS",
        "REQUEST": "GetMap",
        "VERSION": one.version,
        "LAYERS": one.layer,
        "STYLES": one.style,
        "CRS" if newer else "SRS": f"EPSG:{one.crs}",
        "BBOX": ",".join(f"{value:.9f}".rstrip("0").rstrip(".") for value in box),
        "WIDTH": width,
        "HEIGHT": height,
        "FORMAT": one.format,
        "TRANSPARENT": "TRUE" if one.format != "image/jpeg" else "FALSE",
    }
    return _with(one, query, key)


def _with(one: OutsideMap, query: Mapping[str, str | int], key: str) -> str:
    address = one.url.format(key=quote(key, safe=""))
    joint = "" if address.endswith(("?", "&")) else "&" if "?" in address else "?"
    return f"{address}{joint}{urlencode(query)}"
