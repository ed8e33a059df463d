"""What the caller of a request may have: its share of a collection, and its formats."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.translation import gettext as _

from layers.ogc.common.errors import InvalidParameter, NotAcceptable, NotFound
from layers.reading.shares import Share, share_by_id
from layers.sharing.callers import api_caller
from layers.sharing.keys import key_in_address

JSON, GEOJSON, SCHEMA = "application/json", "application/geo+json", "application/schema+json"
CHARSET = re.compile(r";\s*charset\s*=\s*\"?utf-?8\"?", re.IGNORECASE)
MEDIA_TYPES = {
    "json": GEOJSON,
    "html": "text/html",
    "jsonfg": "application/vnd.ogc.fg+json",
    "csv": "text/csv",
    "gpkg": "application/geopackage+sqlite3",
    "fgb": "application/vnd.flatgeobuf",
    "geojsonseq": "application/geo+json-seq",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "dxf": "image/vnd.dxf",
}
PAGE_FORMS = ("json", "html", "jsonfg", "csv", "gpkg", "fgb")
ITEM_FORMS = ("json", "html", "jsonfg")
DOWNLOAD_FORMS = ("gpkg", "fgb", "csv", "json", "geojsonseq", "jsonfg", "xlsx", "dxf")
PAGING = ("limit", "offset", "cursor")


def share_for(request: HttpRequest, layer_id: str) -> Share:
    """The caller's share of the collection of that id.

    Raises:
        NotFound: alike for what does not exist and for what is hidden.
        InvalidKey: the request carries a key that opens nothing.
    """
    share = share_by_id(api_caller(request), layer_id)
    if share is None:
        raise NotFound(_("没有图层“%(layer_id)s”") % {"layer_id": layer_id})
    return share


def negotiated_format(
    request: HttpRequest, offered: Iterable[str] = ("json", "html"), json: str = JSON
) -> str:
    """``f=``, else what the Accept header prefers, else JSON.

    ``json`` is the media type that the resource's JSON has; asked for as plain JSON it
    comes too.

    Raises:
        InvalidParameter: a format that is not offered.
        NotAcceptable: the client accepts none of them.
    """
    types = {json if form == "json" else MEDIA_TYPES[form]: form for form in offered}
    asked = request.GET.get("f")
    if asked:
        asked = {"geojson": "json"}.get(asked, asked)
        if asked not in types.values():
            raise InvalidParameter(
                _("不提供格式 %(asked)s；可用：%(listed)s")
                % {"asked": asked, "listed": "、".join(types.values())}
            )
        return asked
    also = [JSON] if json in types else []
    preferred = accepted(request, [*types, *also])
    if preferred is None:
        raise NotAcceptable(_("只提供 %(listed)s") % {"listed": "、".join(types)})
    return types.get(preferred, "json")


def accepted(request: HttpRequest, offered: Iterable[str]) -> str | None:
    """The media type that the client prefers of those offered; None if it takes none of them."""
    return _accepted(request.META.get("HTTP_ACCEPT", "*/*"), tuple(offered))


@lru_cache(maxsize=1024)
def _accepted(accept: str, offered: tuple[str, ...]) -> str | None:
    """A parameter of an offered type need not be named, and all that is text is in UTF-8."""
    request = HttpRequest()
    request.META["HTTP_ACCEPT"] = CHARSET.sub("", accept)
    names: dict[str, str] = {}
    for media in offered:
        names.setdefault(media, media)
        names.setdefault(media.partition(";")[0], media)
    found = request.get_preferred_type(list(names))
    return names[found] if found else None


def carried_on(request: HttpRequest, query: Mapping[str, Any]) -> str:
    """The query of a link that leads on: as asked, with the key if the caller came by one in it.

    No other link carries a key. Without it the next page would be answered as nobody's.
    """
    kept = {name: value for name, value in query.items() if name != "token"}
    if key := key_in_address(request):
        kept["token"] = key
    return urlencode(kept)


def root_url(request: HttpRequest) -> str:
    """The absolute address of the API's root, as this client reaches it."""
    known: str | None = getattr(request, "_root_url", None)
    if known is None:
        known = request._root_url = f"{request.scheme}://{request.get_host()}/ogc"  # type: ignore[attr-defined]
    return known
