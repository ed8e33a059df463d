"""From the delivery's ordinates to the city's: the reading that was settled, and nothing else."""

from dataclasses import dataclass

import numpy as np
import shapely

from importers.values.batch import Batch
from importers.values.issues import Severity
from spatial.city import city
from spatial.crs import transformer
from spatial.datums import TITLES, Parameters
from spatial.offsets import BACK, NAMES
from spatial.readings import Meaning, central_meridian, ordinate_readings, plain_epsg


@dataclass(frozen=True)
class Placement:
    """How a file's ordinates are read, as settled when it was opened.

    ``parameters`` (``name`` in the administrator's list) bring an old datum to the
    city's; ``shift`` is a confirmed offset of public maps, gcj02 or bd09.
    """

    meaning: Meaning
    parameters: Parameters | None = None
    name: str = ""
    shift: str = ""

    @property
    def epsg(self) -> int:
        """The EPSG code under which the ordinates are read."""
        return self.meaning.epsg

    def words(self) -> str:
        """What is put on record of it."""
        said = f"EPSG:{self.meaning.epsg}"
        if self.meaning.swapped or self.meaning.zone:
            said = self.meaning.words(city())
        if self.parameters:
            said += f"（{TITLES[self.parameters.datum]}，参数 {self.name}）"
        return said + (f"（{NAMES[self.shift]}）" if self.shift else "")

    def apply(self, xy: np.ndarray) -> np.ndarray:
        """Ordinates as in the file, (n, 2), to easting and northing in the projected CRS."""
        x, y = (xy[:, 1], xy[:, 0]) if self.meaning.swapped else (xy[:, 0], xy[:, 1])
        if self.shift:
            x, y = BACK[self.shift](x, y)
        if self.meaning.zone:
            x = x - self.meaning.offset
        epsg = self.meaning.epsg
        if self.parameters:
            meridian = central_meridian(epsg)
            if meridian is None:
                raise ValueError(f"EPSG:{epsg}")
            x, y = self.parameters.apply(x, y, meridian)
            epsg = plain_epsg(round(meridian))
        if epsg != city().projected:
            x, y = transformer(epsg, city().projected).transform(x, y)
        return np.column_stack([x, y])


def place(batch: Batch, placement: Placement) -> Batch:
    """Bring the shapes into the city's projected CRS; vertices and their order stay.

    Heights (z) are left out: the registers are plane.
    """
    if batch.shapes is None:
        return batch
    has_z = shapely.has_z(batch.shapes)
    if has_z.any():
        batch.shapes = shapely.force_2d(batch.shapes)
        if batch.rows[0] == 1:
            batch.note("z-dropped", "图形带有高程 Z，登记簿只存平面坐标", Severity.WARNING)
    if placement != Placement(Meaning(city().projected)):
        batch.shapes = shapely.transform(batch.shapes, placement.apply)
    return batch


def explain_outside(batch: Batch, wkb: np.ndarray | None) -> Batch:
    """Say of rows outside the city what their own ordinates look like, where that is clear."""
    if wkb is None:
        return batch
    for issue in batch.issues:
        if issue.code == "outside" and issue.row:
            shape = shapely.from_wkb(wkb[issue.row - int(batch.rows[0])], on_invalid="ignore")
            if shape is None or shape.is_empty:
                continue
            west, south, east, north = shape.bounds
            meaning = ordinate_readings((west + east) / 2, (south + north) / 2, city())
            if meaning:
                batch.misplaced.add(issue.row)
                issue.hint = (
                    f"这一行的坐标像是{meaning.words(city())}，与其余各行不同；请改正后重交"
                )
    return batch
