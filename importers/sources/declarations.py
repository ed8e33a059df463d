"""The form of a source: how one office names its columns. One short file per source."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Source:
    """One kind of delivery into one layer.

    A file is recognised when it has every header in ``signature``. ``columns`` maps its
    headers to register fields (``code`` is the business code), ``constants`` gives
    fields that the file leaves unsaid, ``table`` is the layer's name in a GeoPackage.
    """

    name: str
    title: str
    layer: str
    signature: tuple[str, ...]
    columns: Mapping[str, str]
    constants: Mapping[str, Any] = field(default_factory=dict)
    table: str = ""
    epsg: int | None = None  # of files that declare no CRS
