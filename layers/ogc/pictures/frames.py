"""The frame of a picture: a rectangle of the city's plane on paper, true to scale. Pure.

Everything on paper is in millimetres from the upper left corner of the frame, as SVG counts.
"""

from dataclasses import dataclass
from math import cos, log2, radians

PIXEL_MM = 0.2  # of a style's pixel on paper, which is read from nearer than a screen
M_PER_PIXEL_Z0 = 78_271.516964  # at the equator, of tiles of 512 pixels
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class Frame:
    """West and north edges in metres, size on paper, and N of the scale 1:N."""

    west_m: float
    north_m: float
    width_mm: float
    height_mm: float
    scale: float

    @property
    def east_m(self) -> float:
        """The east edge."""
        return self.west_m + self.width_mm * self.scale / 1000

    @property
    def south_m(self) -> float:
        """The south edge."""
        return self.north_m - self.height_mm * self.scale / 1000

    @property
    def bounds(self) -> Bounds:
        """West, south, east, north in metres."""
        return self.west_m, self.south_m, self.east_m, self.north_m

    @property
    def centre(self) -> tuple[float, float]:
        """Easting and northing of the middle."""
        return (self.west_m + self.east_m) / 2, (self.south_m + self.north_m) / 2

    @property
    def mm_per_m(self) -> float:
        """Millimetres on paper per metre of ground."""
        return 1000 / self.scale

    def paper(self, easting_m: float, northing_m: float) -> tuple[float, float]:
        """Where a place is on paper.

        >>> Frame(1000, 5000, 200, 100, 500).paper(1050, 4990)
        (100.0, 20.0)
        """
        k = self.mm_per_m
        return (easting_m - self.west_m) * k, (self.north_m - northing_m) * k

    def zoom(self, latitude: float) -> float:
        """The zoom at which a screen's map is as large: the styles are written for zooms.

        >>> round(Frame(0, 0, 1, 1, 1000).zoom(27.7), 2)
        18.4
        """
        metres_per_pixel = PIXEL_MM / 1000 * self.scale
        return log2(M_PER_PIXEL_Z0 * cos(radians(latitude)) / metres_per_pixel)


def centred(
    easting_m: float, northing_m: float, width_mm: float, height_mm: float, scale: float
) -> Frame:
    """The frame around a place.

    >>> centred(100, 100, 200, 100, 1000).bounds
    (0.0, 50.0, 200.0, 150.0)
    """
    half_width_m, half_height_m = width_mm * scale / 2000, height_mm * scale / 2000
    return Frame(easting_m - half_width_m, northing_m + half_height_m, width_mm, height_mm, scale)
