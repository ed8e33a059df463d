"""CSV for spreadsheets: RFC 4180, UTF-8 with its mark, since Excel here takes the rest for GBK.

Columns are named as in the API. Shapes come as WKT, in the axis order of the CRS;
points as two numbers besides, whose names say which is which.
"""

from layers.ogc.common.requests import GEOMETRY, Crs, ItemsQuery
from layers.ogc.formats.columns import columns_of, has_geometry, row_sql, text_sql
from layers.ogc.formats.geojson import digits_of, shape_sql
from layers.reading.shares import Share
from spatial.city import city

MARK = b"\xef\xbb\xbf"
DEGREES, METRES = ("longitude", "latitude"), ("easting", "northing")


def head(share: Share, query: ItemsQuery) -> bytes:
    """The line of names, after the mark."""
    names = [column.name for column in columns_of(share, query)]
    if has_geometry(share, query):
        names += [*_axes(share, query.crs), GEOMETRY]
    return MARK + ",".join(names).encode() + b"\r\n"


def line_sql(share: Share, query: ItemsQuery) -> str:
    """The expression that writes one feature as a line."""
    cells = [text_sql(column, guard=True) for column in columns_of(share, query)]
    if has_geometry(share, query):
        crs = query.crs
        plain = shape_sql(Crs(crs.uri, crs.epsg, flipped=False))
        places = zip(_axes(share, crs), ("ST_X", "ST_Y"), strict=False)
        cells += [
            f"coalesce(round({axis}({plain})::numeric, {digits_of(crs)})::text,'')"
            for _, axis in places
        ]
        cells.append(f"coalesce('\"'||ST_AsText({shape_sql(crs)}, {digits_of(crs)})||'\"','')")
    return row_sql(cells, r"\r\n")


def _axes(share: Share, crs: Crs) -> tuple[str, ...]:
    """The columns of a point's coordinates; none for what is no point."""
    if share.layer.geometry != "Point":
        return ()
    return DEGREES if crs.epsg in (4326, city().geographic) else METRES
