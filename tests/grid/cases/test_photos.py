"""Photos: bounded, real, and shown without what the camera wrote."""

import io
import os
import struct
import time
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

import pytest
from django.db import OperationalError, transaction
from PIL import Image

from grid.cases import actions, photos
from grid.cases.actions import act
from grid.cases.photos import folder_of, read_photo, store_photos, sweep
from grid.models import CasePhoto
from spatial.casework import actions as engine
from spatial.casework.errors import InvalidInput
from spatial.casework.kept_files import MARK_KEPT_S, KeptFiles
from tests.grid.people import ROADS, make_ground, new_case, picture, walk


def with_exif(orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "秘密相机"
    exif[0x8825] = {1: "N", 2: (27.0, 41.0, 30.0)}
    return picture(exif=exif)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_pictures_are_drawn_anew_as_jpeg(form):
    found = read_photo(picture(form=form))
    with Image.open(io.BytesIO(found.shown)) as shown:
        assert (shown.format, shown.size) == ("JPEG", (640, 480))
    with Image.open(io.BytesIO(found.small)) as small:
        assert max(small.size) == 360


def test_nothing_of_the_camera_is_shown_and_what_came_is_kept():
    raw = with_exif()
    found = read_photo(raw)
    assert b"Exif" in found.raw
    for drawn in (found.shown, found.small):
        assert b"Exif" not in drawn
        assert not Image.open(io.BytesIO(drawn)).getexif()


def test_it_stands_upright():
    assert read_photo(with_exif(6)).width == 480


def test_a_script_behind_the_pixels_is_gone():
    found = read_photo(picture() + b"<script>alert(1)</script><?php ?>")
    assert b"script" not in found.shown


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
        b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00;",
        picture()[:200],
        b"\xff\xd8\xff\xe0" + b"\0" * 100,
    ],
)
def test_what_is_no_photo_is_refused(raw):
    with pytest.raises(InvalidInput, match="读不出"):
        read_photo(raw)


def test_the_size_is_bounded_before_anything_is_read():
    with pytest.raises(InvalidInput, match="200 MB"):
        read_photo(bytes(200_000_000))
    with pytest.raises(InvalidInput, match="像素"):
        read_photo(picture(), most_pixels=1000)


def test_a_damaged_header_is_told_and_not_an_error(monkeypatch):
    def broken(_image):
        raise struct.error("unpack requires a buffer of 2 bytes")

    monkeypatch.setattr(photos.ImageOps, "exif_transpose", broken)
    with pytest.raises(InvalidInput, match="读不出"):
        read_photo(picture())


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "LA", "CMYK", "I;16"])
def test_pictures_of_every_mode_are_shown(mode):
    form = "JPEG" if mode == "CMYK" else "PNG"
    out = io.BytesIO()
    Image.new(mode, (3000, 10)).save(out, form)
    found = read_photo(out.getvalue())
    assert (found.width, found.height) == (2048, 7)


def files_in(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.mark.django_db
def test_a_disk_that_fills_up_leaves_nothing_of_any_photo(tmp_path, settings, monkeypatch):
    settings.CASE_FILES = tmp_path
    photo, write, written = read_photo(picture()), Path.write_bytes, []

    def fills_up(path, content):
        written.append(path)
        if len(written) < 5:
            return write(path, content)
        write(path, content[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", fills_up)
    with pytest.raises(OSError, match="No space"):
        store_photos([photo, photo], "C1", "before", "甲", None)
    assert len(written) == 5
    assert files_in(tmp_path) == []


@pytest.mark.django_db
def test_what_a_killed_process_left_goes_after_a_day(
    tmp_path, settings, django_capture_on_commit_callbacks
):
    settings.CASE_FILES = tmp_path
    with django_capture_on_commit_callbacks(execute=True):
        store_photos([read_photo(picture())], "C1", "before", "甲", None)
    kept = files_in(tmp_path)
    assert len(kept) == 3
    now = 17 * 60.0 + 256 * 60 * 100_000
    folder = folder_of("11")
    folder.mkdir(exist_ok=True)
    for name, age_h in (("11a.orig.part", 25), ("11b.orig.part", 1), ("11c.orig", 25)):
        (folder / name).write_bytes(b"x")
        os.utime(folder / name, (now - age_h * 3600, now - age_h * 3600))
    with patch("spatial.casework.kept_files.time.time", return_value=now):
        sweep()
    left = {path.name for path in files_in(folder)} - {path.name for path in kept}
    assert left == {"11b.orig.part", "11c.orig"}


def swept(later_s: float) -> None:
    """Sweep so many seconds from now."""
    with patch("spatial.casework.kept_files.time.time", return_value=time.time() + later_s):
        sweep()


@pytest.mark.django_db(transaction=True)
def test_an_action_that_is_taken_back_leaves_no_file(tmp_path, settings, monkeypatch):
    settings.CASE_FILES = tmp_path
    make_ground()
    photo = read_photo(picture())
    case = walk(new_case(photos=[photo]), "dispatch")
    kept = files_in(tmp_path)
    assert len(kept) == 3  # and no mark
    monkeypatch.setattr(actions, "_current", lambda code: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        new_case(photos=[photo])
    monkeypatch.setattr(engine, "current_matter", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        act(ROADS, case.code, "finish", {"note": "已修补"}, photos=[photo])
    assert files_in(tmp_path) == kept
    assert CasePhoto.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_committed", [True, False])
def test_what_a_process_left_at_its_end_is_settled_by_its_rows(
    tmp_path, settings, monkeypatch, is_committed
):
    settings.CASE_FILES = tmp_path
    # Killed before it comes to this.
    monkeypatch.setattr(KeptFiles, "settle_on_commit", lambda _files, _names: None)
    with suppress(KeyError), transaction.atomic():
        store_photos([read_photo(picture())], "C1", "before", "甲", None)
        if not is_committed:
            raise KeyError
    monkeypatch.undo()
    swept(60)
    assert len(files_in(tmp_path)) == 4
    swept(2 * MARK_KEPT_S)
    assert len(files_in(tmp_path)) == (3 if is_committed else 0)


@pytest.mark.django_db(transaction=True)
def test_a_lost_connection_removes_no_photo_that_may_be_committed(tmp_path, settings):
    settings.CASE_FILES = tmp_path

    @photos.leaves_no_files
    def lost():
        store_photos([read_photo(picture())], "C1", "before", "甲", None)
        raise OperationalError("server closed the connection unexpectedly")

    with pytest.raises(OperationalError):
        lost()
    swept(2 * MARK_KEPT_S)
    assert len(files_in(tmp_path)) == 3
