"""Photos as evidence: checked, bounded, shown without what the camera wrote into them.

What came is kept aside unchanged (the position and time in it may be needed); what is
shown was drawn anew from its pixels, so it carries no EXIF and nothing hidden behind it.
"""

import hashlib
import io
import threading
from collections.abc import Callable, Collection, Iterable
from contextlib import ExitStack
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar
from uuid import uuid4

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from grid.models import CasePhoto
from spatial.casework.errors import InvalidInput
from spatial.casework.kept_files import KeptFiles

MOST_BYTES = 15 * 1024 * 1024
MOST_PIXELS = 60_000_000
MOST_PHOTOS = 6
FORMATS = ("JPEG", "PNG", "WEBP")
SHOWN_PX, SMALL_PX = 2_048, 360
QUALITY = 85
ENDINGS = (".orig", ".jpg", "-small.jpg")
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

    If one cannot be written, nothing of any stays (``spatial.casework.kept_files``).
    """
    done: list[CasePhoto] = []
    with ExitStack() as unless_done:
        for photo in photos:
            name = uuid4().hex
            FILES.write(unless_done, name, (photo.raw, photo.shown, photo.small))
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
    FILES.settle_on_commit(names)
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
                FILES.remove(name)
            raise
        finally:
            _written.reset(outer)

    return run


def sweep() -> None:
    """Remove what a transaction that was taken back, or the end of a process, left behind."""
    FILES.sweep()


def folder_of(name: str) -> Path:
    """Where the files of a name lie."""
    return FILES.folder_of(name)


def shown_path(photo: CasePhoto, *, small: bool = False) -> Path:
    """The file that is shown of a photo."""
    return FILES.path(photo.name, ENDINGS[2] if small else ENDINGS[1])


def _folder() -> Path:
    return Path(settings.CASE_FILES)


def _with_rows(names: Collection[str]) -> Collection[str]:
    return CasePhoto.objects.filter(name__in=names).values_list("name", flat=True)


FILES = KeptFiles(_folder, ENDINGS, _with_rows)


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
