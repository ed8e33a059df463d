"""The files of a run as they came: named, measured, hashed, and kept when committed."""

import hashlib
import shutil
import zipfile
from pathlib import Path
from typing import Any

from django.conf import settings

from importers.errors import DeliveryRefused
from importers.formats.archives import GEODATABASE
from importers.formats.snapshots import SQLITE_SIDECARS, beside, companions
from importers.models import ImportRun

CHUNK = 1 << 20
MAX_KEPT_BYTES = 2 * 1024**3  # what is larger is hashed only


def with_companions(paths: list[Path]) -> list[Path]:
    """The files, and for a shapefile or a database those that belong to it."""
    found: list[Path] = []
    for path in paths:
        if path.suffix.lower() == ".shp" and path.is_file():
            found += sorted(companions(path).values())
        else:
            found += [path, *(p for s in SQLITE_SIDECARS if (p := beside(path, s)).is_file())]
    return list(dict.fromkeys(found))


def described(paths: list[Path]) -> list[dict[str, Any]]:
    """Name, size and SHA-256 of each file as it lies there; what is not there is left out.

    Raises:
        DeliveryRefused: it cannot be read.
    """
    try:
        return [
            {"name": path.name, "size": size_of(path), "sha256": sha256_of(path)}
            for path in paths
            if path.is_file() or _is_geodatabase(path)
        ]
    except OSError as error:
        name = Path(str(error.filename or "")).name
        raise DeliveryRefused(f"文件 {name} 读不到：{error.strerror}") from error


def folder_of(run: ImportRun) -> Path:
    """Where a run's files are kept."""
    return Path(settings.VAR) / "imports" / (run.folder or str(run.pk))


def store_originals(run: ImportRun, paths: list[Path]) -> bool:
    """Copy the files to the run's folder, unless they lie there; False if they are too large.

    A geodatabase's folder is kept as a zip of it.

    Raises:
        DeliveryRefused: no space, or the folder cannot be written.
    """
    if all(path.parent == folder_of(run) for path in paths):
        return True
    if sum(map(size_of, paths)) > MAX_KEPT_BYTES:
        return False
    folder = folder_of(run)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, path in enumerate(paths):
            name = f"{path.name}.zip" if path.is_dir() else path.name
            target = folder / name
            if target.exists():
                target = folder / f"{number}-{name}"
            if path.is_dir():
                _pack(path, target)
            else:
                shutil.copy2(path, target)
    except OSError as error:
        discard(run)
        raise DeliveryRefused(
            f"原始文件存不进服务器：{error.strerror}", "请检查磁盘空间与权限"
        ) from error
    return True


def stored_originals(run: ImportRun) -> list[Path]:
    """The files kept of a run, in order of their names."""
    try:
        return sorted(path for path in folder_of(run).iterdir() if path.is_file())
    except (FileNotFoundError, NotADirectoryError):
        return []


def share(run: ImportRun, folder: Path) -> None:
    """Put the files into another folder too, without a second copy where the disk allows."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in stored_originals(run):
        try:
            (folder / path.name).hardlink_to(path)
        except OSError:
            shutil.copy2(path, folder / path.name)


def deliverables(paths: list[Path]) -> list[Path]:
    """Of files side by side, those that are deliveries of their own: no companions."""
    with_others = {p for path in paths for p in with_companions([path]) if p != path}
    return [path for path in paths if path not in with_others or path.suffix.lower() == ".shp"]


def discard(run: ImportRun) -> None:
    """Remove what was kept of a run that came to nothing."""
    shutil.rmtree(folder_of(run), ignore_errors=True)


def size_of(path: Path) -> int:
    """Bytes of a file, or of the files of a folder."""
    return sum(p.stat().st_size for p in _files(path)) if path.is_dir() else path.stat().st_size


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal; of a folder, that of its files' listed.

    The list is what ``LC_ALL=C sha256sum *`` prints in the folder, so anyone can compare.
    """
    digest = hashlib.sha256()
    if path.is_dir():
        for inside in _files(path):
            digest.update(f"{sha256_of(inside)}  {inside.name}\n".encode())
        return digest.hexdigest()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _is_geodatabase(path: Path) -> bool:
    return path.suffix.lower() == GEODATABASE and path.is_dir()


def _files(folder: Path) -> list[Path]:
    """The files of a folder as a shell lists them: hidden ones are left out."""
    inside = (p for p in folder.iterdir() if p.is_file() and not p.name.startswith("."))
    return sorted(inside, key=lambda p: p.name.encode())


def _pack(folder: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for inside in _files(folder):
            archive.write(inside, f"{folder.name}/{inside.name}")
