"""What a rule between features finds, before it is told to anyone."""

from dataclasses import dataclass

import shapely

Row = tuple[int, int]  # number of the file in the delivery, row in the file


@dataclass
class Finding:
    """One breach. ``place`` shows it in the city's projected CRS (metres), if it has a place.

    ``also`` is the other staged row that is as much in doubt as this one, ``mirror`` what
    is said of that one. ``text`` is the message; ``field`` the column that it is about.
    """

    row: Row
    code: str
    text: str
    other_code: str = ""
    place: shapely.Geometry | None = None
    also: Row | None = None
    field: str = ""
    mirror: str = ""
