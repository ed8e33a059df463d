"""Features as rows for a GIS file, and the description of that file."""

from pathlib import Path

from layers.ogc.common.requests import Crs, ItemsQuery
from layers.ogc.formats.columns import columns_of, has_geometry, row_sql, text_sql
from layers.ogc.formats.geojson import shape_sql
from layers.ogc.formats.messages import FileTable
from layers.reading.shares import Share

DRIVERS = {"gpkg": "GPKG", "fgb": "FlatGeobuf"}


def line_sql(share: Share, query: ItemsQuery) -> str:
    """The expression that writes one feature as a line: cells as text, the shape as WKB.

    GIS files put x (east) first whatever the authority says, and want one type of shape.
    """
    cells = [text_sql(column) for column in columns_of(share, query)]
    if has_geometry(share, query):
        shape = shape_sql(Crs(query.crs.uri, query.crs.epsg, flipped=False))
        whole = f"ST_Multi({shape})" if _is_multiple(share) else shape
        cells.append(f"coalesce(encode(ST_AsBinary({whole}),'hex'),'')")
    return row_sql(cells, r"\n")


def table_of(share: Share, query: ItemsQuery, path: Path, form: str) -> FileTable:
    """The file that a query is to be written to."""
    layer = share.layer
    columns = columns_of(share, query)
    shaped = has_geometry(share, query)
    kind = f"Multi{layer.geometry}" if _is_multiple(share) else layer.geometry
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
    )


def _is_multiple(share: Share) -> bool:
    """Whether a feature of the layer may have several parts."""
    return bool(share.layer.geometry) and len(share.layer.column("geom").kinds) > 1  # type: ignore[attr-defined]
