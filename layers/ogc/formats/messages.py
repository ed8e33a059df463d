"""How the server and the process that writes GIS files talk: a table, then its lines.

Each message comes after its length in eight bytes, the first of a file is its ``FileTable``
as JSON, an empty one ends it. So a stream that breaks off is never taken for a shorter
table.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import BinaryIO

from layers.errors import LayersError

LENGTH = 8
WRITER = "layers.ogc.formats.writer"


@dataclass(frozen=True)
class FileTable:
    """What a file is to be: where, of which kind, and its columns as (name, kind, title, length)."""

    path: str
    driver: str
    layer: str
    title: str
    description: str
    columns: tuple[tuple[str, str, str, int], ...]
    geometry: str = ""  # the type of shapes; '' for a table without
    crs: str = ""
    in_order: bool = False  # rows stay as they come, if need be without a spatial index
    time_zone: str = "UTC"  # of moments, where a format has none of its own


class BrokenTable(LayersError, ValueError):
    """The input ended in the middle of a table."""


def opening(table: FileTable) -> bytes:
    """The message that begins a file."""
    return message(json.dumps(asdict(table), ensure_ascii=False).encode())


def message(body: bytes) -> bytes:
    """A message as it is sent."""
    return len(body).to_bytes(LENGTH, "big") + body


def read_table(source: BinaryIO) -> FileTable:
    """The table that a file begins with."""
    given = json.loads(read_message(source))
    columns = tuple(tuple(column) for column in given.pop("columns"))
    return FileTable(columns=columns, **given)


def read_portions(source: BinaryIO) -> Iterator[bytes]:
    """The lines of a file, to its end."""
    while body := read_message(source):
        yield body


def read_message(source: BinaryIO) -> bytes:
    """One message. Raises BrokenTable if the input ends before it does."""
    head = source.read(LENGTH)
    length = int.from_bytes(head, "big")
    body = source.read(length) if len(head) == LENGTH else b""
    if len(head) < LENGTH or len(body) < length:
        raise BrokenTable("the input ended in the middle of a table")
    return body
