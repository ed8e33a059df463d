"""FlatGeobuf: one layer, declared with its CRS and number of features in the header."""

from pathlib import Path

from importers.errors import DeliveryRefused
from importers.formats.vector import described, layers_of
from importers.values.table import Ask, Table, pick

MAGIC = b"fgb\x03fgb"  # flatgeobuf.org: the version follows, and again these three letters


def open_flatgeobuf(path: Path, ask: Ask) -> Table:
    """The features of a FlatGeobuf file.

    Raises:
        DeliveryRefused: not of version 3, or it cannot be opened.
    """
    with path.open("rb") as file:
        if not file.read(8).startswith(MAGIC):
            raise DeliveryRefused(f"{path.name} 不是 FlatGeobuf（第 3 版）", "请重新导出")
    return described(path, pick(layers_of(path), ask, path.name), {"FlatGeobuf"})
