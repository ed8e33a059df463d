"""Paper, scales and what of a sheet is left for the map. Pure; millimetres."""

from dataclasses import dataclass

PAPERS: dict[str, tuple[float, float]] = {  # ISO 216, portrait
    "a4": (210.0, 297.0),
    "a3": (297.0, 420.0),
    "a2": (420.0, 594.0),
    "a1": (594.0, 841.0),
    "a0": (841.0, 1189.0),
}
SCALES = (500, 1_000, 2_000, 5_000, 10_000)
PICTURE_SCALES = (*SCALES, 20_000, 50_000, 100_000, 200_000, 500_000)  # of small maps in documents
MARGIN = 10.0  # of the paper
LABELS = 8.0  # coordinates around the map
LEGEND = 42.0  # the column on the right, with its gap
TITLE, FOOT = 18.0, 24.0


@dataclass(frozen=True)
class Paper:
    """One size of paper, upright or across."""

    name: str
    is_landscape: bool = True

    @property
    def width_mm(self) -> float:
        """Across."""
        return PAPERS[self.name][1 if self.is_landscape else 0]

    @property
    def height_mm(self) -> float:
        """Down."""
        return PAPERS[self.name][0 if self.is_landscape else 1]

    @property
    def map_mm(self) -> tuple[float, float]:
        """Width and height of the map within its neat line.

        >>> Paper("a3").map_mm
        (342.0, 219.0)
        """
        return (
            self.width_mm - 2 * MARGIN - 2 * LABELS - LEGEND,
            self.height_mm - 2 * MARGIN - 2 * LABELS - TITLE - FOOT,
        )

    def fits(self, width_m: float, height_m: float, scale: float) -> bool:
        """Whether an extent fits on one sheet.

        >>> Paper("a3").fits(300, 200, 1000), Paper("a4").fits(300, 200, 1000)
        (True, False)
        """
        width_mm, height_mm = self.map_mm
        return width_m * 1000 / scale <= width_mm and height_m * 1000 / scale <= height_mm

    def fitting_scale(self, width_m: float, height_m: float) -> int | None:
        """The largest of the usual scales at which an extent fits; None if none is small enough.

        >>> Paper("a4").fitting_scale(300, 200)
        2000
        """
        return next((s for s in SCALES if self.fits(width_m, height_m, s)), None)


def picture_scale(width_m: float, height_m: float, width_mm: float, height_mm: float) -> int:
    """The scale of a small map that shows an extent with room around it.

    >>> picture_scale(100, 60, 150, 90)
    1000
    """
    room = 0.8
    needed = max(width_m / width_mm, height_m / height_mm) * 1000 / room
    return next((s for s in PICTURE_SCALES if s >= needed), PICTURE_SCALES[-1])


def grid_step_m(scale: float, paper_mm: float = 100.0) -> float:
    """Metres between the lines of the coordinate grid: ten centimetres on a sheet, as is usual.

    >>> grid_step_m(500), grid_step_m(10_000)
    (50.0, 1000.0)
    """
    return scale * paper_mm / 1000
