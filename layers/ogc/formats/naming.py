"""The names of files: the layer's Chinese title, for clients that cannot read it its id."""

from urllib.parse import quote
from zoneinfo import ZoneInfo

from layers.ogc.common.requests import ItemsQuery
from layers.reading.shares import Share
from spatial.city import city

ENDINGS = {"json": "geojson", "jsonfg": "fg.json", "geojsonseq": "geojsons"}


def disposition(share: Share, query: ItemsQuery, form: str) -> str:
    """The Content-Disposition of a file (RFC 6266, RFC 5987): title, day asked for, ending."""
    day = ""
    if query.as_of.instant:
        day = f"-{query.as_of.instant.astimezone(ZoneInfo(city().time_zone)).date()}"
    ending = f"{day}.{ENDINGS.get(form, form)}"
    name = quote(f"{share.layer.title}{ending}", safe="")
    return f"attachment; filename=\"{share.layer.id}{ending}\"; filename*=UTF-8''{name}"
