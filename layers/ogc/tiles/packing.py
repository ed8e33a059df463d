"""Tiles compressed: for whom, from which size on, and how."""

import gzip
import re
from functools import lru_cache

LEAST_BYTES = 500  # below this compressing saves nothing worth the work
LEVEL = 7  # a twentieth less than 4 for some milliseconds, once for a tile
REFUSED = re.compile(r"q=0(\.0*)?")


def gzipped(body: bytes) -> bytes:
    """A body compressed; the same body always to the same bytes."""
    return gzip.compress(body, LEVEL, mtime=0)


@lru_cache(maxsize=64)
def takes_gzip(accepted: str) -> bool:
    """Whether this ``Accept-Encoding`` takes gzip.

    >>> takes_gzip("gzip, deflate, br"), takes_gzip("br;q=1.0, *;q=0.5")
    (True, True)
    >>> takes_gzip(""), takes_gzip("identity"), takes_gzip("gzip;q=0, *")
    (False, False, False)
    """
    weights: dict[str, str] = {}
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        weights[name.strip()] = weight.replace(" ", "")
    found = weights.get("gzip", weights.get("*"))
    return found is not None and not REFUSED.fullmatch(found)
