"""The files of a run as they came: named, measured, hashed, and kept when committed."""

import hashlib
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings

from importers.errors import Refused
from importers.models import ImportRun

CHUNK = 1 << 20
MAX_KEPT_BYTES = 2 * 1024**3  # what is larger is hashed only


def with_companions(paths: list[Path]) -> list[Path]:
    """The files, and for a shapefile those that belong to it."""
    found: list[Path] = []
    for path in paths:
        if path.suffix.lower() == ".shp":
            found += sorted(p for p in path.parent.iterdir() if p.stem == path.stem and p.is_file())
        else:
            found.append(path)
    return found


def described(paths: list[Path]) -> list[dict[str, Any]]:
    """Name, size and SHA-256 of each file."""
    return [
        {"name": path.name, "size": path.stat().st_size, "sha256": sha256_of(path)}
        for path in paths
    ]


def folder_of(run: ImportRun) -> Path:
    """Where a run's files are kept."""
    return Path(settings.VAR) / "imports" / (run.folder or str(run.pk))


def keep(run: ImportRun, paths: list[Path]) -> bool:
    """Copy the files to the run's folder, unless they lie there; False if they are too large.

    Raises:
        Refused: no space, or the folder cannot be written.
    """
    if all(path.parent == folder_of(run) for path in paths):
        return True
    if sum(path.stat().st_size for path in paths) > MAX_KEPT_BYTES:
        return False
    folder = folder_of(run)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, path in enumerate(paths):
            target = folder / path.name
            if target.exists():
                target = folder / f"{number}-{path.name}"
            shutil.copy2(path, target)
    except OSError as error:
        discard(run)
        raise Refused(
            f"原始文件存不进 {folder}：{error.strerror}", "请检查磁盘空间与权限"
        ) from error
    return True


def kept_of(run: ImportRun) -> list[Path]:
    """The files kept of a run, in order of their names."""
    try:
        return sorted(path for path in folder_of(run).iterdir() if path.is_file())
    except (FileNotFoundError, NotADirectoryError):
        return []


def share(run: ImportRun, folder: Path) -> None:
    """Put the files into another folder too, without a second copy where the disk allows."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in kept_of(run):
        try:
            (folder / path.name).hardlink_to(path)
        except OSError:
            shutil.copy2(path, folder / path.name)


def deliverables(paths: list[Path]) -> list[Path]:
    """Of files side by side, those that are deliveries of their own: no companions."""
    mains = {path.stem for path in paths if path.suffix.lower() == ".shp"}
    return [p for p in paths if p.stem not in mains or p.suffix.lower() == ".shp"]


def discard(run: ImportRun) -> None:
    """Remove what was kept of a run that came to nothing."""
    shutil.rmtree(folder_of(run), ignore_errors=True)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
