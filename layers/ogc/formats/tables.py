"""Features as rows for a file that is made whole, and the description of that file."""

from pathlib import Path

from layers.ogc.common.requests import Crs, ItemsQuery
from layers.ogc.formats.columns import (
    PropertyColumn,
    columns_of,
    has_geometry,
    row_sql,
    text_sql,
)
from layers.ogc.formats.geojson import shape_sql
from layers.ogc.formats.messages import FileTable
from layers.reading.shares import Share
from spatial.city import city

DRIVERS = {"gpkg": "GPKG", "fgb": "FlatGeobuf", "xlsx": "XLSX", "dxf": "DXF"}
GIS = ("gpkg", "fgb")
MOST_ROWS = {"xlsx": 1_048_575, "dxf": 50_000}  # of a sheet; of what a drawing holds in memory
COORDINATES = (("x", "东坐标 / 经度", "ST_X"), ("y", "北坐标 / 纬度", "ST_Y"))
DRAWN = (
    ("shape", "图形", "ST_AsGeoJSON({0},4)"),
    ("spot", "注记位置", "ST_AsGeoJSON(ST_PointOnSurface({0}),3)"),
)


def line_sql(share: Share, query: ItemsQuery, form: str) -> str:
    """The expression that writes one feature as a line: cells as text, the shape as WKB.

    GIS files want one type of shape.
    """
    cells = [text_sql(column) for column in _columns(share, query, form)]
    if form in GIS and has_geometry(share, query):
        shape = _shape_sql(query)
        whole = f"ST_Multi({shape})" if _is_multiple(share) else shape
        cells.append(f"coalesce(encode(ST_AsBinary({whole}),'hex'),'')")
    return row_sql(cells, r"\n")


def table_of(share: Share, query: ItemsQuery, path: Path, form: str) -> FileTable:
    """The file that a query is to be written to."""
    layer = share.layer
    shaped = form in GIS and has_geometry(share, query)
    kind = f"Multi{layer.geometry}" if _is_multiple(share) else layer.geometry
    columns = _columns(share, query, form)
    return FileTable(
        path=str(path),
        driver=DRIVERS[form],
        layer=layer.id,
        title=layer.title,
        description=layer.description,
        columns=tuple((c.name, c.kind, c.title, c.length) for c in columns),
        geometry=kind if shaped else "",
        crs=f"EPSG:{query.crs.epsg}" if shaped else "",
        in_order=bool(query.sort) or (shaped and layer.column("geom").null),
        time_zone=city().time_zone,
    )


def _columns(share: Share, query: ItemsQuery, form: str) -> tuple[PropertyColumn, ...]:
    """The columns of a file: a sheet has the coordinates of points, a drawing texts alone."""
    columns = columns_of(share, query)
    if form in GIS or not has_geometry(share, query):
        return columns
    shape = _shape_sql(query)
    if form == "xlsx":
        is_point = share.layer.geometry == "Point"
        places = COORDINATES if is_point else ()
        own = [PropertyColumn(n, "number", t, f"{f}({shape})") for n, t, f in places]
        return (*columns, *own)
    label = next((name for name in share.layer.search if name in share.names), "code")
    named = {column.name: column for column in columns_of(share, ItemsQuery())}
    texts = [PropertyColumn("code", "string", "", named["code"].sql)]
    texts += [PropertyColumn("label", "string", "", f"({named[label].sql})::text")]
    texts += [PropertyColumn(n, "string", t, sql.format(shape)) for n, t, sql in DRAWN]
    return tuple(texts)


def _shape_sql(query: ItemsQuery) -> str:
    """Files put x (east) first whatever the authority says."""
    return shape_sql(Crs(query.crs.uri, query.crs.epsg, flipped=False))


def _is_multiple(share: Share) -> bool:
    """Whether a feature of the layer may have several parts."""
    return bool(share.layer.geometry) and len(share.layer.column("geom").kinds) > 1  # type: ignore[attr-defined]
