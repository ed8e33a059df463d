"""What a committed row needs besides itself: the served copy of a sheet of heights."""

from pathlib import Path

from django.conf import settings
from django.db import connection

from importers.errors import DeliveryRefused
from importers.formats.archives import unpack
from importers.models import ImportRun
from importers.runs import originals
from importers.staging.staging import Stage
from layers.declarations.declarations import Layer
from spatial.base.models import TerrainSheet
from spatial.city import city
from spatial.rasters import RasterError, write_cog

RASTERS = {".tif", ".tiff", ".hgt", ".img", ".asc"}


def sheet_path(digest: str) -> Path:
    """Where the cloud-optimised copy of a delivered raster lies."""
    return Path(settings.VAR) / "rasters" / f"{digest}.tif"


def file_away(run: ImportRun, layer: Layer) -> None:
    """Make what the accepted rows refer to, before they are written. Harmless to repeat.

    Raises:
        DeliveryRefused: it cannot be made; nothing is written then.
    """
    if layer.model is not TerrainSheet:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT file FROM {Stage(run.pk).accepted} s WHERE action <> 'end'"
        )
        wanted = {row[0] for row in cursor.fetchall()}
    for path in _rasters(originals.stored_originals(run), originals.folder_of(run) / "unpacked"):
        digest = originals.sha256_of(path)
        if digest in wanted and not sheet_path(digest).exists():
            try:
                write_cog(path, sheet_path(digest), _epsg(run))
            except RasterError as error:
                raise DeliveryRefused(str(error)) from error
    if missing := [digest for digest in wanted if not sheet_path(digest).exists()]:
        raise DeliveryRefused(f"找不到栅格原文件（{missing[0][:12]}…）", "请重新提交")


def _rasters(kept: list[Path], scratch: Path) -> list[Path]:
    found = [path for path in kept if path.suffix.lower() in RASTERS]
    for path in kept:
        if path.suffix.lower() == ".zip":
            folder = scratch / path.stem
            if not folder.is_dir():
                folder.mkdir(parents=True)
                unpack(path, folder)
            found += [p for p in folder.rglob("*") if p.suffix.lower() in RASTERS]
    return found


def _epsg(run: ImportRun) -> int:
    return int(run.options.get("epsg") or city().projected)
