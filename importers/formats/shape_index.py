"""A shapefile's .shx against its .shp: which record belongs to which row of attributes.

Rows are found through the .shx, but each record of the .shp says its own number (ESRI
Shapefile Technical Description, 1998, pages 4 and 23).
"""

from pathlib import Path

import numpy as np

from importers.errors import DeliveryRefused

HEADER = 100


def check_index(shp: Path, shx: Path) -> None:
    """Refuse an index that gives rows another row's figure, or none of the file's.

    Record numbers that some programs leave at nought are not believed.

    Raises:
        DeliveryRefused: see above.
    """
    entries = np.fromfile(shx, ">i4", offset=HEADER)
    offsets = entries[: len(entries) // 2 * 2].reshape(-1, 2)[:, 0].astype(np.int64) * 2
    used = np.flatnonzero(offsets)  # nought: a row without a figure
    at = offsets[used]
    if not len(at):
        return
    hint = "请用 GIS 软件重新导出，不要混用不同版本的 .shp 与 .shx"
    if (at < HEADER).any() or (at + 8 > shp.stat().st_size).any() or len(np.unique(at)) < len(at):
        raise DeliveryRefused(f"{shx.name} 与 {shp.name} 不配套：索引指向的不是图形", hint)
    content = np.memmap(shp, np.uint8, "r")
    numbers = content[at[:, None] + np.arange(4)].copy().view(">i4").ravel()
    wrong = np.flatnonzero(numbers != used + 1)
    if len(wrong) and len(np.unique(numbers)) == len(numbers) and numbers.min() > 0:
        row, number = int(used[wrong[0]]) + 1, int(numbers[wrong[0]])
        raise DeliveryRefused(
            f"{shx.name} 与 {shp.name} 不配套：第 {row} 条的索引指向图形 {number}，"
            f"共 {len(wrong)} 条不符",
            hint,
        )
