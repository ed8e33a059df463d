"""Photos as evidence: checked, bounded, shown without what the camera wrote into them.

What came is kept aside unchanged (the position and time in it may be needed); what is
shown was drawn anew from its pixels, so it carries no EXIF and nothing hidden behind it.
"""

import hashlib
import io
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import partial, wraps
from pathlib import Path
from typing import ParamSpec, TypeVar
from uuid import uuid4

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from grid.models import CasePhoto
from spatial.casework.errors import InvalidInput

MOST_BYTES = 15 * 1024 * 1024
MOST_PIXELS = 60_000_000
MOST_PHOTOS = 6
FORMATS = ("JPEG", "PNG", "WEBP")
SHOWN_PX, SMALL_PX = 2_048, 360
QUALITY = 85
ENDINGS = (".orig", ".jpg", "-small.jpg")
PART, PART_KEPT_S = ".part", 24 * 3600
MARKS, MARK_KEPT_S = "unsettled", 3600  # no transaction takes so long
SIZES = {"": SHOWN_PX, "-small": SMALL_PX}
# A picture of 60 megapixels is some 250 MB while it is drawn, however small its file.
_DRAWING = threading.BoundedSemaphore(2)
# The names that the action under way has kept.
_written: ContextVar[list[str]] = ContextVar("written")
P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Photo:
    """A photo that has been looked at: what came, and what is shown."""

    raw: bytes
    shown: bytes
    small: bytes
    width: int
    height: int

    @property
    def sha256(self) -> str:
        """Of what came."""
        return hashlib.sha256(self.raw).hexdigest()


def read_photo(raw: bytes, most_pixels: int = MOST_PIXELS) -> Photo:
    """Look at what is said to be a photo.

    Raises:
        InvalidInput: too large, no picture, or one of another kind.
    """
    if len(raw) > MOST_BYTES:
        raise InvalidInput(
            _("照片 %(size)d MB，超过上限 %(most)d MB；请压缩后再传")
            % {"size": round(len(raw) / 1e6), "most": MOST_BYTES // 1024**2},
            "photos",
        )
    try:
        with _DRAWING, Image.open(io.BytesIO(raw), formats=FORMATS) as image:
            if image.width * image.height > most_pixels:
                raise InvalidInput(
                    _("照片 %(width)d×%(height)d 像素，过大；请缩小后再传")
                    % {"width": image.width, "height": image.height},
                    "photos",
                )
            upright = _upright(image)
    except InvalidInput:
        raise
    except Exception:  # Pillow's readers raise whatever a damaged file leads them to
        raise InvalidInput(_("照片读不出；只收 JPEG、PNG、WebP 图片"), "photos") from None
    shown, small = (_drawn(upright, size) for size in SIZES.values())
    return Photo(raw, shown, small, *upright.size)


def store_photos(
    photos: Iterable[Photo],
    case_code: str,
    moment: str,
    added_by: str,
    captured_at: datetime | None,
) -> list[CasePhoto]:
    """Write photos down as a case's; within the transaction that records them.

    If one cannot be written, nothing of any stays. A file is there before its row, so a
    backup that copies files after the database misses none. Until the transaction is
    committed a mark stands for each photo; ``sweep`` removes the files of a mark without
    a row, should the transaction or the process end otherwise.
    """
    done: list[CasePhoto] = []
    with ExitStack() as unless_done:
        for photo in photos:
            name = uuid4().hex
            unless_done.callback(_remove, name)
            _write(name, photo)
            done.append(
                CasePhoto.objects.create(
                    case_code=case_code,
                    moment=moment,
                    name=name,
                    sha256=photo.sha256,
                    width=photo.width,
                    height=photo.height,
                    captured_at=captured_at,
                    added_by=added_by,
                )
            )
        unless_done.pop_all()
    names = [photo.name for photo in done]
    _written.get([]).extend(names)
    transaction.on_commit(partial(_settle, names), robust=True)
    return done


def leaves_no_files(action: Callable[P, R]) -> Callable[P, R]:
    """Have an action that fails leave no file of the photos that it kept.

    Not where the connection was lost: its rows may have been committed, ``sweep`` will see.
    """

    @wraps(action)
    def run(*args: P.args, **named: P.kwargs) -> R:
        names: list[str] = []
        outer = _written.set(names)
        try:
            return action(*args, **named)
        except (OperationalError, InterfaceError):
            raise
        except BaseException:
            for name in names:
                _remove(name)
            raise
        finally:
            _written.reset(outer)

    return run


def sweep() -> None:
    """Remove what a transaction that was taken back, or the end of a process, left behind.

    Beside the marks, one of the 256 folders each minute.
    """
    now = time.time()
    marked = [path.name for path in _marks().glob("*") if _is_older(path, now, MARK_KEPT_S)]
    rows = set(CasePhoto.objects.filter(name__in=marked).values_list("name", flat=True))
    for name in marked:
        if name in rows:
            _settle([name])
        else:
            _remove(name)
    for path in folder_of(f"{int(now / 60) % 256:02x}").glob(f"*{PART}"):
        if _is_older(path, now, PART_KEPT_S):
            path.unlink(missing_ok=True)


def folder_of(name: str) -> Path:
    """Where the files of a name lie: 256 folders, so that none grows large."""
    return Path(settings.CASE_FILES) / name[:2]


def shown_path(photo: CasePhoto, *, small: bool = False) -> Path:
    """The file that is shown of a photo."""
    return folder_of(photo.name) / f"{photo.name}{'-small' if small else ''}.jpg"


def _write(name: str, photo: Photo) -> None:
    """All three files, each whole or not at all, and before them a mark."""
    folder = folder_of(name)
    folder.mkdir(parents=True, exist_ok=True)
    _marks().mkdir(exist_ok=True)
    (_marks() / name).touch()
    contents = (photo.raw, photo.shown, photo.small)
    for ending, content in zip(ENDINGS, contents, strict=True):
        unfinished = folder / f"{name}{ending}{PART}"
        unfinished.write_bytes(content)
        unfinished.rename(folder / f"{name}{ending}")


def _remove(name: str) -> None:
    """The files, and the mark last."""
    for ending in ENDINGS:
        for path in (f"{name}{ending}", f"{name}{ending}{PART}"):
            (folder_of(name) / path).unlink(missing_ok=True)
    _settle([name])


def _settle(names: Iterable[str]) -> None:
    """The rows are there for good, or the files are gone."""
    for name in names:
        (_marks() / name).unlink(missing_ok=True)


def _marks() -> Path:
    return Path(settings.CASE_FILES) / MARKS


def _is_older(path: Path, now: float, seconds: float) -> bool:
    try:
        return now - path.stat().st_mtime > seconds
    except FileNotFoundError:
        return False


def _upright(image: Image.Image) -> Image.Image:
    """The picture in the size that is shown, as it was held, in plain colours.

    Made small first: everything after costs a tenth.
    """
    if image.mode not in ("RGB", "L"):
        image = image.convert("RGB")
    image.thumbnail((SHOWN_PX, SHOWN_PX), Image.Resampling.LANCZOS)
    return ImageOps.exif_transpose(image).convert("RGB")


def _drawn(image: Image.Image, longest: int) -> bytes:
    fitted = image.copy()
    fitted.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    fitted.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()
