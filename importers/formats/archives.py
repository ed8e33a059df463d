"""Zipped deliveries, opened with care: an archive is input like any other.

Files come out flat, without their folders, except those of a file geodatabase, whose
folder ``name.gdb`` is what a reader must be given.
"""

import gzip
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from importers.errors import DeliveryRefused

MAX_MEMBERS = 1_000
MAX_BYTES = 4 * 1024**3
MAX_RATIO = 200  # a shapefile packs to a tenth; a bomb to a thousandth
CHUNK = 1 << 20
ENCRYPTED = 0x1
UTF8_NAME = 0x800
NESTED = (".zip", ".kmz", ".rar", ".7z", ".gz", ".tar", ".tgz", ".bz2")
GEODATABASE = ".gdb"


def unpack(path: Path, folder: Path) -> list[Path]:
    """Unpack an archive flat into a folder and return the files.

    Those of a geodatabase lie in a folder of its name, see ``units``.

    Raises:
        DeliveryRefused: not a zip, with a password, with paths that lead out, links, archives
            in it, two files of one name, or too much.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [m for m in archive.infolist() if not m.is_dir()]
            check_members(path.name, members)
            wanted = [member for member in members if _wanted(member)]
            _check_names(path.name, wanted)
            return [_extract(archive, member, folder) for member in wanted]
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
    ) as error:
        raise DeliveryRefused(f"压缩包 {path.name} 已损坏或不完整", "请重新打包") from error
    except (NotImplementedError, RuntimeError) as error:
        raise DeliveryRefused(
            f"压缩包 {path.name} 的压缩方式不支持", "请用普通 zip 重新打包"
        ) from error


def check_members(name: str, members: list[zipfile.ZipInfo]) -> None:
    """Refuse an archive by its table of contents, before anything is unpacked.

    Raises:
        DeliveryRefused: see ``unpack``.
    """
    if len(members) > MAX_MEMBERS:
        raise DeliveryRefused(f"压缩包 {name} 内有 {len(members)} 个文件，最多 {MAX_MEMBERS} 个")
    total = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if total > MAX_BYTES or (total > CHUNK * 16 and total > MAX_RATIO * max(packed, 1)):
        raise DeliveryRefused(
            f"压缩包 {name} 解开后有 {total / 1e6:.0f} MB，不予解压", "请分开提交"
        )
    for member in members:
        parts = _decoded(member)
        if parts.is_absolute() or ".." in parts.parts or ":" in member.filename:
            raise DeliveryRefused(f"压缩包 {name} 内有指向外部的路径：{member.filename[:60]}")
        if stat.S_ISLNK(member.external_attr >> 16):
            raise DeliveryRefused(f"压缩包 {name} 内有链接：{member.filename[:60]}")
        if member.flag_bits & ENCRYPTED:
            raise DeliveryRefused(f"压缩包 {name} 设了密码", "请去掉密码后重交")


def units(files: list[Path]) -> list[Path]:
    """Unpacked files, with each geodatabase's files as the one folder that they are."""
    return list(
        dict.fromkeys(
            f.parent if f.parent.suffix.lower() == GEODATABASE and f.parent.is_dir() else f
            for f in files
        )
    )


def unpack_gzip(path: Path, target: Path) -> None:
    """Unpack one gzipped file, within the same limits as an archive.

    Raises:
        DeliveryRefused: damaged, or too much.
    """
    packed, done = path.stat().st_size, 0
    try:
        with gzip.open(path) as source, target.open("xb") as out:
            while chunk := source.read(CHUNK):
                done += len(chunk)
                if done > MAX_BYTES or (done > CHUNK * 16 and done > MAX_RATIO * packed):
                    raise DeliveryRefused(f"{path.name} 解开后过大，不予解压", "请分开提交")
                out.write(chunk)
    except (EOFError, OSError, zlib.error) as error:
        raise DeliveryRefused(f"{path.name} 已损坏或不完整", "请重新打包") from error


def _check_names(name: str, members: list[zipfile.ZipInfo]) -> None:
    seen: set[PurePosixPath] = set()
    for member in members:
        place = _place(member)
        if place.suffix.lower() in NESTED and len(place.parts) == 1:
            raise DeliveryRefused(
                f"压缩包 {name} 内还有压缩包：{place.name[:60]}", "请解开后重新打包"
            )
        if place in seen:
            raise DeliveryRefused(
                f"压缩包 {name} 的不同文件夹内有同名文件 {place.name[:60]}", "请分别提交"
            )
        seen.add(place)


def _wanted(member: zipfile.ZipInfo) -> bool:
    name = member_name(member)
    return not name.startswith((".", "__MACOSX")) and "__MACOSX/" not in member.filename


def member_name(member: zipfile.ZipInfo) -> str:
    """The plain file name of a member; Chinese Windows writes names in GBK."""
    return _decoded(member).name


def _place(member: zipfile.ZipInfo) -> PurePosixPath:
    """Where a member comes to lie: its name, in the folder of its geodatabase if any."""
    path = _decoded(member)
    if path.parent.suffix.lower() == GEODATABASE:
        return PurePosixPath(path.parent.name, path.name)
    return PurePosixPath(path.name)


def _decoded(member: zipfile.ZipInfo) -> PurePosixPath:
    name = member.filename
    if not member.flag_bits & UTF8_NAME:
        raw = name.encode("cp437", errors="replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return PurePosixPath(name.replace("\\", "/"))


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path) -> Path:
    target = folder / _place(member)
    target.parent.mkdir(exist_ok=True)
    left = member.file_size
    with archive.open(member) as source, target.open("xb") as out:
        while left > 0 and (chunk := source.read(min(CHUNK, left))):
            out.write(chunk)
            left -= len(chunk)
    return target
