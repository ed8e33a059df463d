"""Tiles kept in memory, each until a change touches the window that it was read from.

A tile is known by its share, so that two access classes never have one in common, its
place, its moment and its bound. It is compressed when somebody first asks for it so, and
both are kept. Before one is given out the cache catches up with the register: what the
revisions since touched is emptied, and nothing else. If it is not known what they touched,
all of the register is.

A tile carries the revision that its own statement read. One that is older than what the
cache has caught up with is not kept, since a change between may have missed it; one that
is newer is not emptied by what it already shows.
"""

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from django.conf import settings

from layers.ogc.tiles.framing import Window
from layers.ogc.tiles.packing import gzipped
from layers.reading.revisions import touched_since

OVERHEAD = 700  # bytes of a tile beside its body
SPARE_M = 1.0  # the database compares boxes in single precision

Touched = Callable[[str, int], Mapping[int, list[list[float]]]]


@dataclass(slots=True)
class CachedTile:
    """A tile in memory; ``packed`` is its body compressed, once somebody has asked for it so."""

    body: bytes
    etag: str
    register: str
    revision: int
    window: Window
    packed: bytes = b""

    @property
    def size(self) -> int:
        """The bytes that it takes."""
        return len(self.body) + len(self.packed) + OVERHEAD


class TileCache:
    """Tiles up to a number of bytes; the one asked for least lately goes first."""

    def __init__(self, most_bytes: int, touched_since: Touched) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self._touched_since = touched_since
        self._tiles: OrderedDict[Hashable, CachedTile] = OrderedDict()
        self._of: dict[str, set[Hashable]] = defaultdict(set)
        self._seen: dict[str, int] = {}
        self._lock = threading.Lock()
        self._catching_up = threading.Lock()

    def __len__(self) -> int:
        return len(self._tiles)

    def get(self, key: Hashable) -> CachedTile | None:
        """The tile, if it is here."""
        with self._lock:
            kept = self._tiles.get(key)
            if kept:
                self._tiles.move_to_end(key)
            return kept

    def put(self, key: Hashable, kept: CachedTile) -> None:
        """Keep a tile, unless it may lack a change that the cache has already caught up with."""
        with self._lock:
            if kept.revision < self._seen.get(kept.register, 0):
                return
            self._drop([key])
            self._tiles[key] = kept
            self._of[kept.register].add(key)
            self.bytes += kept.size
            self._shrink()

    def packed(self, key: Hashable, kept: CachedTile) -> bytes:
        """A tile compressed: as it was the first time, or now and kept beside it."""
        if kept.packed:
            return kept.packed
        packed = gzipped(kept.body)
        with self._lock:
            if self._tiles.get(key) is kept and not kept.packed:
                kept.packed = packed
                self.bytes += len(packed)
                self._shrink()
        return packed

    def catch_up(self, register: str, number: int, look_again: Callable[[], int]) -> None:
        """Empty what has been touched up to a revision of the register.

        ``look_again`` tells the number anew: another thread may have seen a later one, or
        the database was set back.
        """
        if self._seen.get(register) == number:
            return
        with self._catching_up:
            seen = self._seen.get(register)
            if seen is not None and number < seen:
                number = look_again()
            if seen is None or number < seen:
                self._empty(register, number, None)
            elif number > seen:
                touched = self._touched_since(register, seen)
                if set(range(seen + 1, number + 1)) <= touched.keys():
                    self._empty(register, max(touched), touched)
                else:
                    self._empty(register, number, None)

    def forget(self) -> None:
        """Empty it altogether."""
        with self._lock:
            self._tiles.clear()
            self._of.clear()
            self._seen.clear()
            self.bytes = 0

    def _empty(
        self, register: str, number: int, touched: Mapping[int, list[list[float]]] | None
    ) -> None:
        """Drop what was touched (None: all), and stand at this number, as one step."""
        with self._lock:
            keys = list(self._of[register])
            if touched is not None:
                keys = _touched_of(keys, [self._tiles[key] for key in keys], touched)
            self._drop(keys)
            self._seen[register] = number

    def _shrink(self) -> None:
        while self.bytes > self.most_bytes:
            self._drop([next(iter(self._tiles))])

    def _drop(self, keys: Iterable[Hashable]) -> None:
        for key in keys:
            kept = self._tiles.pop(key, None)
            if kept:
                self._of[kept.register].discard(key)
                self.bytes -= kept.size


def _touched_of(
    keys: list[Hashable], tiles: list[CachedTile], touched: Mapping[int, list[list[float]]]
) -> list[Hashable]:
    """The keys of the tiles that one of the boxes meets and that do not show it yet."""
    boxes = np.array([box for each in touched.values() for box in each], dtype=float)
    if not len(boxes) or not tiles:
        return []
    numbers = np.repeat(list(touched), [len(each) for each in touched.values()])
    windows = np.array([kept.window for kept in tiles])
    windows += (-SPARE_M, -SPARE_M, SPARE_M, SPARE_M)
    tile, box = shapely.STRtree(shapely.box(*boxes.T)).query(shapely.box(*windows.T))
    stale = np.array([kept.revision for kept in tiles])[tile] < numbers[box]
    return [keys[index] for index in np.unique(tile[stale])]


tiles = TileCache(settings.TILE_CACHE_MB * 1_000_000, touched_since)
