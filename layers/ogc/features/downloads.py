"""Whole layers, or the part that a filter leaves, as of now or of any moment.

What is text streams from a cursor in the database; GIS files are made first, then sent.
Either way memory does not grow with the layer, all rows are of one moment, and what is
not whole cannot be taken for whole (docs/downloads.md).
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from layers.ogc.common.cursors import order_sql
from layers.ogc.common.errors import (
    ContentTooLarge,
    InvalidParameter,
    UnknownParameter,
    ogc_errors,
)
from layers.ogc.common.etags import holds, tagged
from layers.ogc.common.negotiation import (
    DOWNLOAD_FORMS,
    GEOJSON,
    MEDIA_TYPES,
    PAGING,
    negotiated_format,
    share_for,
)
from layers.ogc.common.requests import ItemsQuery, epsg_uri, offered_crs, read_items_query
from layers.ogc.formats.columns import has_geometry
from layers.ogc.formats.documents import Writing, pieces, portions, writing_of
from layers.ogc.formats.files import WriteFailed, room_for_a_file, write_table
from layers.ogc.formats.geojson import selection
from layers.ogc.formats.naming import disposition
from layers.ogc.formats.slots import slot_of
from layers.ogc.formats.tables import DRIVERS, MOST_ROWS, line_sql, table_of
from layers.ogc.formats.watching import Watch
from layers.reading.digests import tag_of
from layers.reading.reading import QueryTimeout, stream
from layers.reading.revisions import access_class, revision
from layers.reading.shares import Share
from layers.sharing.callers import address_of, api_caller
from spatial.city import city


@require_safe
@ogc_errors
def download(request: HttpRequest, layer_id: str) -> HttpResponse:
    """``/collections/{id}/download``: every feature that the query leaves, as one file."""
    share = share_for(request, layer_id)
    form = negotiated_format(request, DOWNLOAD_FORMS, GEOJSON)
    query = _query(request, share, form)
    etag = f'"{tag_of(access_class(share), revision(share), form, request.get_full_path())}"'
    if holds(request, etag):
        response: HttpResponseBase = HttpResponse(status=304)
    elif request.method == "HEAD":
        response = HttpResponse(content_type=MEDIA_TYPES[form])
    else:
        response = _answer(request, share, query, form)
    response["Content-Disposition"] = disposition(share, query, form)
    response["Content-Crs"] = f"<{query.crs.uri}>"
    # A stream is no HttpResponse to Django, though what is set here both have.
    return tagged(cast(HttpResponse, response), etag, public=share.layer.public)


def _query(request: HttpRequest, share: Share, form: str) -> ItemsQuery:
    """The query, without paging; a GIS file is in the CRS of the register unless told otherwise."""
    for name in PAGING:
        if name in request.GET:
            raise UnknownParameter(_("下载的是全部要素，没有参数“%(name)s”") % {"name": name})
    query = read_items_query(share, request.GET.dict())
    if form == "dxf" and not has_geometry(share, query):
        raise InvalidParameter(
            _("“%(title)s”没有图形，不能做成 DXF") % {"title": share.layer.title_shown}
        )
    if form in DRIVERS and "crs" not in request.GET:
        return replace(query, crs=offered_crs()[epsg_uri(city().projected)])
    return query


def _answer(request: HttpRequest, share: Share, query: ItemsQuery, form: str) -> HttpResponseBase:
    held = ExitStack()
    try:
        held.enter_context(slot_of(api_caller(request), address_of(request)))
        line = request.META.get("gunicorn.socket")
        watch = held.enter_context(Watch(line, settings.DOWNLOAD_SECONDS))
        made = _Making(share, query, watch, held)
        if form in DRIVERS:
            return made.file(form, MEDIA_TYPES[form])
        writing = writing_of(request, share, query, form)
        if request.META.get("SERVER_PROTOCOL") == "HTTP/1.0":
            return made.text_by_file(writing)
        return made.text(writing)
    except BaseException:
        held.close()
        raise


def check_rows(form: str, read: int) -> None:
    """Raises ContentTooLarge: more rows than a file of this kind holds."""
    most = MOST_ROWS.get(form, read)
    if read > most:
        raise ContentTooLarge(
            _("%(upper)s 最多 %(most)s 个要素；请用 filter 或 bbox 缩小范围，或改用 gpkg、csv")
            % {"upper": form.upper(), "most": f"{most:,}"}
        )


class _Making:
    """One download in the making; what it holds is let go when its answer is closed."""

    def __init__(self, share: Share, query: ItemsQuery, watch: Watch, held: ExitStack) -> None:
        self.share, self.query, self.watch, self.held = share, query, watch, held

    def text(self, writing: Writing) -> HttpResponseBase:
        """A stream; an error in its first portion is still told as one."""
        text = pieces(writing, self._rows(self.held, writing.row))
        first = next(text)
        body = _DownloadBody(first, text, self.held.pop_all().close)
        return StreamingHttpResponse(body, content_type=writing.content_type)

    def text_by_file(self, writing: Writing) -> HttpResponseBase:
        """A file with a known length: HTTP/1.0 cannot tell a stream's end from its break."""
        folder, check = self.held.enter_context(room_for_a_file())
        path = folder / "text"
        with ExitStack() as reading, path.open("wb") as file:
            for piece in pieces(writing, self._rows(reading, writing.row)):
                check()
                file.write(piece)
        return self._sent(path, writing.content_type)

    def file(self, form: str, media_type: str) -> HttpResponseBase:
        """A GIS file."""
        folder, check = self.held.enter_context(room_for_a_file())
        path = folder / f"{self.share.layer.id}.{form}"
        read = 0

        def lines() -> Iterator[bytes]:
            nonlocal read
            with ExitStack() as reading:
                rows = self._rows(reading, line_sql(self.share, self.query, form))
                for portion in portions(rows):
                    check()
                    read += len(portion)
                    check_rows(form, read)
                    yield b"".join(portion)

        written = write_table(table_of(self.share, self.query, path, form), lines())
        if written != read:
            raise WriteFailed(f"{read} rows were read, {written} written")
        return self._sent(path, media_type)

    def _rows(self, held: ExitStack, row: str) -> Iterator[bytes]:
        rows = stream(self.share, *self._sql(row), as_bytes=True, begun=self.watch.begun)
        for (text,) in held.enter_context(rows):
            if self.watch.stopped:
                raise QueryTimeout
            yield text

    def _sql(self, row: str) -> tuple[str, list[Any]]:
        versions, params = selection(self.share, self.query)
        order = order_sql(self.query.sort, by_version=bool(self.query.versions))
        return f"SELECT {row} FROM ({versions}) AS chosen ORDER BY {order}", params

    def _sent(self, path: Path, content_type: str) -> HttpResponseBase:
        response = FileResponse(path.open("rb"), content_type=content_type)
        response._resource_closers.append(self.held.pop_all().close)  # type: ignore[attr-defined]
        return response


class _DownloadBody:
    """The pieces of a stream, the first of them already made."""

    def __init__(self, first: bytes, rest: Iterator[bytes], close: Callable[[], None]) -> None:
        self.first, self.rest, self.close = first, rest, close

    def __iter__(self) -> Iterator[bytes]:
        yield self.first
        yield from self.rest
