"""GPX 1.0 and 1.1: what handheld receivers write, always longitude, latitude in WGS 84."""

from pathlib import Path

import pyogrio

from importers.errors import DeliveryRefused
from importers.formats import integrity
from importers.formats.vector import READ_ERRORS, described, first_line
from importers.values.table import Ask, Table, pick

# The layers of GDAL's GPX driver. Points of routes and tracks only on demand: they are
# the vertices of the lines.
LAYERS = ("waypoints", "routes", "tracks")
VERTICES = ("route_points", "track_points")


def open_gpx(path: Path, ask: Ask) -> Table:
    """The waypoints, routes or tracks of a GPX file; those that are there.

    Raises:
        DeliveryRefused: not GPX, with a document type, or several tables and none wanted.
    """
    integrity.check_xml(path, "gpx")
    wanted = {name.lower() for name in ask.wanted}
    names = [name for name in VERTICES if name in wanted]
    names = names or [name for name in LAYERS if _count(path, name)]
    if not names:
        raise DeliveryRefused(f"{path.name} 内没有航点、航线或航迹")
    return described(path, pick(names, ask, path.name), {"GPX"})


def _count(path: Path, layer: str) -> int:
    try:
        return int(pyogrio.read_info(path, layer=layer, force_feature_count=True)["features"])
    except READ_ERRORS as error:
        raise DeliveryRefused(f"{path.name} 打不开：{first_line(error)}") from error
