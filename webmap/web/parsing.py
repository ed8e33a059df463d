"""Values from the parts of a request. Every parser raises ``BadInput``, with the field at fault."""

import json
import re
import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.contrib.gis.geos import Point
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.cases.photos import MOST_BYTES, MOST_PIXELS, Photo, read_photo
from spatial.city import city
from spatial.crs import transformer
from webmap.web.errors import BadInput, BadRequest

MOST_DIGITS = 19  # of a version: a bigint
MOST_PAGE_DIGITS = 5
MOST_ACCURACY_M = 1e7
_HALF_PAIR = re.compile("[\ud800-\udfff]")  # JSON may escape one alone; UTF-8 has none


def point_in(lon: Any, lat: Any) -> Point:
    """A place in degrees as a point in the city's CRS.

    Raises:
        BadInput: no numbers, or none on earth.
    """
    try:
        x, y = float(str(lon)), float(str(lat))
    except ValueError:
        raise BadInput(_("请在地图上点选位置"), "position") from None
    if not (-180 <= x <= 180 and -85 <= y <= 85):
        raise BadInput(_("位置的经纬度超出范围"), "position")
    east, north = transformer(4326, city().projected).transform(x, y)
    return Point(east, north, srid=city().projected)


def uuid_in(text: Any) -> UUID | None:
    """The UUID of a form; None without any.

    Raises:
        BadInput: the text is no UUID.
    """
    try:
        return UUID(str(text)) if text else None
    except ValueError:
        raise BadInput(_("表单标识无效，请刷新后重新填写"), "uuid") from None


def sent_uuid_in(text: Any) -> UUID:
    """The UUID that makes one of what is sent twice.

    Raises:
        BadInput: there is none.
    """
    try:
        return UUID(str(text))
    except ValueError:
        raise BadInput(_("缺少标识 uuid"), "uuid") from None


def version_in(text: Any) -> int | None:
    """The version that a form was made from; None without any.

    Raises:
        BadInput: the text is no number of a version.
    """
    text = str(text or "")
    if text and not (text.isascii() and text.isdigit() and len(text) < MOST_DIGITS):
        raise BadInput(_("表单版本无效，请刷新后重新填写"), "expected")
    return int(text) if text else None


def local_moment_in(text: Any) -> datetime | None:
    """A moment as a form sends it, in the city's time; None without any.

    Raises:
        BadInput: the text is no moment.
    """
    text = str(text or "").strip()
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return timezone.localtime(moment if moment.tzinfo else timezone.make_aware(moment))
    except (ValueError, OverflowError):
        raise BadInput(_("恢复日期读不出，应形如 2026-12-01 08:00"), "until") from None


def moment_in(text: Any) -> datetime | None:
    """A moment as a device sends it, in UTC; None without any.

    Raises:
        BadInput: the text is no moment.
    """
    if text in (None, ""):
        return None
    try:
        moment = datetime.fromisoformat(str(text))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise BadInput(_("时间读不出")) from None


def day_in(text: Any) -> date | None:
    """A day; None without any.

    Raises:
        BadInput: the text is no day.
    """
    text = str(text or "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput(_("日期读不出")) from None


def accuracy_in(value: Any) -> float | None:
    """Metres, as a device sends them; None without any, or beyond all sense.

    Raises:
        BadInput: the value is no number.
    """
    if value is None:
        return None
    try:
        metres = float(value)
    except (TypeError, ValueError):
        raise BadInput(_("定位精度读不出")) from None
    return metres if 0 <= metres < MOST_ACCURACY_M else None


def photos_in(files: Iterable[UploadedFile], most_pixels: int = MOST_PIXELS) -> list[Photo]:
    """The uploaded photos, checked and drawn.

    Raises:
        BadInput: a photo is too large.
        InvalidInput: a file is no photo.
    """
    photos = []
    for file in files:
        if (file.size or 0) > MOST_BYTES:
            size = (file.size or 0) / 1e6
            raise BadInput(
                _("照片 %(size)d MB，超过上限 %(most)d MB；请压缩后再传")
                % {"size": size, "most": MOST_BYTES // 1024**2},
                "photos",
            )
        photos.append(read_photo(file.read(), most_pixels))
    return photos


def json_in(text: str | bytes) -> dict[str, Any]:
    """The JSON object of a body.

    Raises:
        BadRequest: the text is no JSON, or no object.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise BadRequest(_("内容不是有效的 JSON")) from None
    if not isinstance(document, dict):
        raise BadRequest(_("内容应为 JSON 对象"))
    check_storable(document)
    return document


def check_storable(value: Any) -> None:
    """Let a value of a body pass whose texts and numbers the database takes.

    Raises:
        BadRequest: a text in it holds the character NUL, or half of a surrogate pair, or a
            number in it is none or larger than any measure.
    """
    if isinstance(value, str):
        if "\0" in value:
            raise BadRequest(_("内容含有不能保存的字符（NUL）"))
        if _HALF_PAIR.search(value):
            raise BadRequest(_("内容含有不完整的字符"))
    elif isinstance(value, int | float):
        if not abs(value) <= sys.float_info.max:
            raise BadRequest(_("内容含有不能保存的数"))
    elif isinstance(value, dict):
        for name, part in value.items():
            check_storable(name)
            check_storable(part)
    elif isinstance(value, list):
        for part in value:
            check_storable(part)


def page_in(text: str | None) -> int:
    """The number of a page; the first one without any that can be read."""
    is_number = text and text.isascii() and text.isdigit() and len(text) <= MOST_PAGE_DIGITS
    return int(text) if text and is_number else 1


def yes_in(value: Any) -> bool:
    """Whether a box is ticked, in a form or in JSON."""
    return value in (True, 1, "1", "true", "on", "yes")
