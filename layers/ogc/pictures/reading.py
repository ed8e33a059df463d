"""The features of a share within a frame, as the database writes them in SVG."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from layers.ogc.formats.geojson import relation
from layers.ogc.pictures.frames import Frame
from layers.reading.reading import read
from layers.reading.shares import Share
from spatial.city import city
from spatial.periods import AsOf

DIGITS = 2  # of millimetres
MARGIN_MM = 8.0  # what is cut is cut so far outside, so that no cut is drawn
TIMEOUT_MS = 30_000


@dataclass(frozen=True)
class Drawable:
    """A feature: its shape as SVG path data or ``x y``, and the values that its style reads.

    ``spot`` is a place inside an area, in millimetres, where it has been asked for.
    """

    code: str
    shape: str
    values: dict[str, Any] = field(default_factory=dict)
    spot: tuple[float, float] | None = None


def drawables(
    share: Share, frame: Frame, as_of: AsOf, names: Sequence[str], *, spots: bool, most: int
) -> list[Drawable]:
    """The features that meet a frame, by code; at most ``most``.

    Args:
        share: whose rows and columns alone are read.
        frame: what is drawn.
        as_of: the moment.
        names: the fields that the style reads; all are fields of the share, or the code.
        spots: whether a place inside each area is wanted.
        most: how many.
    """
    layer, k = share.layer, frame.mm_per_m
    versions, moment = relation(share, as_of)
    margin_m = MARGIN_MM / k
    west, south, east, north = frame.bounds
    box = [west - margin_m, south - margin_m, east + margin_m, north + margin_m]
    envelope = f"ST_MakeEnvelope(%s, %s, %s, %s, {city().projected})"
    columns = "".join(f', "{layer.column(name).column}"' for name in names)
    shape = "geom" if layer.geometry == "Point" else f"ST_ClipByBox2D(geom, {envelope}::box2d)"
    if layer.geometry == "Polygon":  # one direction, so that many areas can be one path
        shape = f"ST_ForcePolygonCW({shape})"
    placed = "ST_TransScale({}, %s, %s, %s, %s)"
    shape = f"ST_AsSVG({placed.format(shape)}, 0, {DIGITS})"
    affine = [-west, -north, k, k]
    params = [*(box if layer.geometry != "Point" else []), *affine]
    if spots:
        inside = placed.format(f"ST_PointOnSurface(ST_ClipByBox2D(geom, {envelope}::box2d))")
        columns += f", ST_AsSVG({inside}, 1, {DIGITS})"
        params += [west, south, east, north, *affine]
    rows = read(
        share,
        f"SELECT code, {shape}{columns} FROM {versions} WHERE geom && {envelope}"
        " ORDER BY code LIMIT %s",
        [*params, *moment, *box, most],
        timeout_ms=TIMEOUT_MS,
        spatial=True,
    )
    return [
        Drawable(
            row[0], row[1], dict(zip(names, row[2:], strict=False)), _spot(row) if spots else None
        )
        for row in rows
        if row[1]
    ]


def _spot(row: Sequence[Any]) -> tuple[float, float] | None:
    numbers = (row[-1] or "").replace('"', " ").replace("x=", "").replace("y=", "").split()
    return (float(numbers[0]), float(numbers[1])) if len(numbers) == 2 else None
