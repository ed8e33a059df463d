"""Codes of cells: 15 digits, west to east and north to south, none used twice. Pure.

GB/T 30428.1: the 12 digits of the community and a sequence of 3, 001 to 999.
"""

from collections.abc import Iterable

import numpy as np
import shapely

from grid.errors import GridError

MOST = 999


class NoCodesLeft(GridError, ValueError):
    """A community has used all 999 sequence numbers."""


def reading_order(cells: np.ndarray, row_m: float = 100.0) -> np.ndarray:
    """The order (n,) of cells: rows from the north, in a row from the west.

    A row is a band of ``row_m`` metres in which the middles of cells lie.
    """
    middles = shapely.get_coordinates(shapely.centroid(cells))
    rows = np.floor((middles[:, 1].max(initial=0.0) - middles[:, 1]) / row_m)
    return np.lexsort((middles[:, 1] * -1, middles[:, 0], rows))


def new_codes(community: str, number: int, used: Iterable[str]) -> list[str]:
    """So many codes of a community after all that were ever used.

    Raises:
        NoCodesLeft: the sequence is exhausted.
    """
    taken = [int(code[12:]) for code in used if code.startswith(community) and len(code) == 15]
    first = max(taken, default=0) + 1
    if first + number - 1 > MOST:
        raise NoCodesLeft(
            f"{community} 的网格流水号已用到 {first - 1}，再编 {number} 个超过 {MOST}"
        )
    return [f"{community}{n:03d}" for n in range(first, first + number)]
