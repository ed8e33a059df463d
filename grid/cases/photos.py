"""Photos as evidence: checked, bounded, shown without what the camera wrote into them.

What came is kept aside unchanged (the position and time in it may be needed); what is
shown was drawn anew from its pixels, so it carries no EXIF and nothing hidden behind it.
"""

import hashlib
import io
import threading
import time
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from PIL import Image, ImageOps

from grid.errors import Unfit
from grid.models import CasePhoto

MOST_BYTES = 15 * 1024 * 1024
MOST_PIXELS = 60_000_000
MOST_PHOTOS = 6
FORMATS = ("JPEG", "PNG", "WEBP")
SHOWN_PX, SMALL_PX = 2_048, 360
QUALITY = 85
ENDINGS = (".orig", ".jpg", "-small.jpg")
PART, PART_KEPT_S = ".part", 24 * 3600
SIZES = {"": SHOWN_PX, "-small": SMALL_PX}
# A picture of 60 megapixels is some 250 MB while it is drawn, however small its file.
_DRAWING = threading.BoundedSemaphore(2)


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
        Unfit: too large, no picture, or one of another kind.
    """
    if len(raw) > MOST_BYTES:
        raise Unfit(
            f"照片 {len(raw) / 1e6:.0f} MB，超过上限 {MOST_BYTES // 1024**2} MB；请压缩后再传",
            "photos",
        )
    try:
        with _DRAWING, Image.open(io.BytesIO(raw), formats=FORMATS) as image:
            if image.width * image.height > most_pixels:
                raise Unfit(f"照片 {image.width}×{image.height} 像素，过大；请缩小后再传", "photos")
            upright = _upright(image)
    except Unfit:
        raise
    except Exception:  # Pillow's readers raise whatever a damaged file leads them to
        raise Unfit("照片读不出；只收 JPEG、PNG、WebP 图片", "photos") from None
    shown, small = (_drawn(upright, size) for size in SIZES.values())
    return Photo(raw, shown, small, *upright.size)


def keep(
    photos: Iterable[Photo],
    case_code: str,
    moment: str,
    added_by: str,
    captured_at: datetime | None,
) -> list[CasePhoto]:
    """Write photos down as a case's; within the transaction that records them.

    If one cannot be written, nothing of any stays.
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
    return done


def sweep() -> None:
    """Remove what was cut off by the end of a process; one of the 256 folders each minute."""
    now = time.time()
    folder = folder_of(f"{int(now / 60) % 256:02x}")
    for path in folder.glob(f"*{PART}"):
        with suppress(FileNotFoundError):
            if now - path.stat().st_mtime > PART_KEPT_S:
                path.unlink()


def folder_of(name: str) -> Path:
    """Where the files of a name lie: 256 folders, so that none grows large."""
    return Path(settings.CASE_FILES) / name[:2]


def shown_path(photo: CasePhoto, *, small: bool = False) -> Path:
    """The file that is shown of a photo."""
    return folder_of(photo.name) / f"{photo.name}{'-small' if small else ''}.jpg"


def _write(name: str, photo: Photo) -> None:
    """All three files, each whole or not at all."""
    folder = folder_of(name)
    folder.mkdir(parents=True, exist_ok=True)
    contents = (photo.raw, photo.shown, photo.small)
    for ending, content in zip(ENDINGS, contents, strict=True):
        unfinished = folder / f"{name}{ending}{PART}"
        unfinished.write_bytes(content)
        unfinished.rename(folder / f"{name}{ending}")


def _remove(name: str) -> None:
    for ending in ENDINGS:
        for path in (f"{name}{ending}", f"{name}{ending}{PART}"):
            (folder_of(name) / path).unlink(missing_ok=True)


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
