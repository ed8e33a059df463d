"""What a writer sends, read into the register's own values; every fault told at once.

A field that the caller may not see and one that does not exist are refused alike.
"""

import json
import math
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.http import HttpRequest
from django.utils.translation import gettext as _

from layers.ogc.common.errors import (
    ContentTooLarge,
    InvalidBody,
    InvalidParameter,
    UnsupportedMediaType,
)
from layers.ogc.common.requests import MOMENTS
from layers.reading.shares import Share

FEATURE_TYPES = ("application/geo+json", "application/json")
PATCH_TYPES = ("application/merge-patch+json",)
CODE_LENGTH = 40
GIVEN_ELSEWHERE = {"code", *MOMENTS}

Faults = list[tuple[str, str]]


def read_document(request: HttpRequest, offered: tuple[str, ...]) -> dict[str, Any]:
    """The body of a write as a JSON object.

    Raises:
        InvalidParameter: no Content-Type, no body, or no JSON object.
        UnsupportedMediaType: another media type than those offered.
        ContentTooLarge: more bytes than the setting WRITE_MAX_BYTES allows.
    """
    media = request.content_type or ""
    if not media:
        raise InvalidParameter(_("须有 Content-Type 头"))
    if media.lower() not in offered:
        raise UnsupportedMediaType(
            _("不接受 %(media)s；可用：%(listed)s") % {"media": media, "listed": "、".join(offered)}
        )
    most = settings.WRITE_MAX_BYTES
    if int(request.META.get("CONTENT_LENGTH") or 0) > most:
        raise ContentTooLarge(
            _("请求正文超过 %(most)s 字节；大批数据请按文件入库") % {"most": f"{most:,}"}
        )
    if not request.body:
        raise InvalidParameter(_("请求没有正文（须给出 Content-Length）"))
    try:
        document = json.loads(request.body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise InvalidParameter(_("请求正文不是有效的 JSON")) from None
    if not isinstance(document, dict):
        raise InvalidParameter(_("请求正文应为一个 JSON 对象"))
    return document


def check_members(document: Mapping[str, Any], faults: Faults, *, whole: bool) -> None:
    """Note what makes a document no feature; ``whole``: it stands for all of one."""
    if document.get("type", None if whole else "Feature") != "Feature":
        faults.append(("/type", _("应为 Feature；一次写一个要素")))
    if not isinstance(document.get("properties", None if whole else {}), dict):
        faults.append(("/properties", _("应为对象")))
    if "crs" in document:
        faults.append(("/crs", _("坐标系由 Content-Crs 头给出，缺省为 CRS84")))


def read_code(document: Mapping[str, Any], faults: Faults, known: str = "") -> str:
    """The code of the feature: the ``id`` or the property ``code``; they may not contradict.

    ``known``: the code in the address, which none of them may change.
    """
    properties = document.get("properties")
    inner = properties.get("code") if isinstance(properties, dict) else None
    code = known
    for pointer, value in (("/id", document.get("id")), ("/properties/code", inner)):
        if value is None:
            continue
        text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if not isinstance(text, str) or not _is_code(text):
            faults.append(
                (
                    pointer,
                    _("应为 1 至 %(code_length)s 个字符，不含空格、斜杠和控制字符")
                    % {"code_length": CODE_LENGTH},
                )
            )
        elif code and text != code:
            faults.append((pointer, _("与“%(code)s”不同；要素的编码不能改") % {"code": code}))
        else:
            code = text
    if not code and not faults:
        faults.append(("/id", _("要素的编码由编制单位赋予，须随要素给出")))
    return code


def read_properties(share: Share, given: Mapping[str, Any], faults: Faults) -> dict[str, Any]:
    """The named properties in the types of the register."""
    found: dict[str, Any] = {}
    for name, value in given.items():
        if name in GIVEN_ELSEWHERE:
            continue
        if share.field(name) is None:
            faults.append((_pointer(name), _("没有字段“%(shown)s”") % {"shown": _shown(name)}))
            continue
        try:
            found[name] = _checked(share.layer.column(name), share.layer.json_type(name), value)
        except ValueError as error:
            faults.append((_pointer(name), str(error)))
    return found


def granted_part(
    share: Share, seen: Share, given: dict[str, Any], faults: Faults, stands: Mapping[str, Any]
) -> dict[str, Any]:
    """What is given of the fields that may be written; others that are seen come back as read."""
    found: dict[str, Any] = {}
    for name, value in given.items():
        if share.field(name) or not seen.field(name):
            found[name] = value
        elif name not in stands or read_properties(seen, {name: value}, []) != {name: stands[name]}:
            faults.append((_pointer(name), _("授权不含对该字段的写入")))
    return found


def blank_properties(share: Share, given: Mapping[str, Any], faults: Faults) -> dict[str, Any]:
    """What the visible fields become that a whole feature leaves out."""
    found: dict[str, Any] = {}
    for field in share.fields:
        if field.name in given:
            continue
        try:
            found[field.name] = _nothing(share.layer.column(field.name))
        except ValueError:
            faults.append((_pointer(field.name), _("必填")))
    return found


def refuse(faults: Faults) -> None:
    """Raise what was noted, if anything was.

    Raises:
        InvalidBody: with every fault.
    """
    if faults:
        raise InvalidBody(faults)


def _pointer(name: str) -> str:
    return "/properties/" + _shown(name).replace("~", "~0").replace("/", "~1")


def _shown(text: str) -> str:
    """A name sent by a client, fit to be written in an answer."""
    return text[:60].encode("utf-8", "replace").decode()


def _no_number(name: str) -> None:
    raise ValueError(name)


def _is_code(text: str) -> bool:
    plain = text.isprintable() and not any(sign.isspace() or sign == "/" for sign in text)
    return plain and 0 < len(text) <= CODE_LENGTH and text not in (".", "..")


def _nothing(column: models.Field) -> Any:
    if column.null:
        return None
    if column.blank or column.has_default():
        return column.get_default()
    raise ValueError(_("不能为空"))


def _checked(column: models.Field, kind: str, value: Any) -> Any:
    """A value in the type of its column. Raises ValueError with what is wrong."""
    if value is None:
        return _nothing(column)
    value = READERS[kind](column, value)
    if column.choices and value not in dict(column.flatchoices) and value != "":
        raise ValueError(
            _("应为 %(listed)s 之一")
            % {"listed": "、".join((str(key) for key, _ in column.flatchoices))}
        )
    return value


def _text(column: models.Field, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(_("应为文本"))
    if "\x00" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
        raise ValueError(_("含有不能保存的字符"))
    if column.max_length and len(value) > column.max_length:
        raise ValueError(
            _("最多 %(max_length)s 个字符，给了 %(number)s 个")
            % {"max_length": column.max_length, "number": len(value)}
        )
    if not value and not column.blank:
        raise ValueError(_("不能为空"))
    return value


def _integer(column: models.Field, value: Any) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(_("应为整数"))
    least, most = connection.ops.integer_field_range(column.get_internal_type())
    if (least is not None and value < least) or (most is not None and value > most):
        raise ValueError(_("应在 %(least)s 与 %(most)s 之间") % {"least": least, "most": most})
    return value


def _number(_column: models.Field, value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError(_("应为数"))
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(_("数值过大"))
    return number


def _boolean(_column: models.Field, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(_("应为 true 或 false"))
    return value


def _date(_column: models.Field, value: Any) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError(_("应为日期，形如 2020-01-01")) from None


def _moment(_column: models.Field, value: Any) -> datetime:
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        found = None
    if found is None or found.tzinfo is None:
        raise ValueError(_("应为带时区的时间，形如 2020-01-01T08:00:00+08:00"))
    return found


READERS: dict[str, Callable[[models.Field, Any], Any]] = {
    "string": _text,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "date-time": _moment,
}
