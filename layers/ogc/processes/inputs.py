"""The inputs of an execution, read one by one; every fault is told with its place."""

import json
import math
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from layers.ogc.common.errors import ContentTooLarge, InvalidInputs, InvalidParameter
from layers.ogc.common.requests import CRS84, offered_crs
from layers.ogc.features.shapes import area_of
from spatial.city import city
from spatial.crs import transformer
from spatial.periods import NOW, AsOf, PeriodError, parse_as_of

MOST_BYTES, MOST_CORNERS = 2_000_000, 20_000
QUALIFIERS = {"value", "mediaType", "format", "encoding", "schema", "crs"}


class Inputs:
    """What a client sent, and what is wrong with it."""

    def __init__(self, given: Mapping[str, Any], known: Mapping[str, Any]) -> None:
        self.faults: list[tuple[str, str]] = []
        self.given = {name: self._plain(name, value) for name, value in given.items()}
        for name in given.keys() - known.keys():
            self.faults.append((_pointer(name), _("没有这一项输入")))

    def text(self, name: str, *, required: bool = False, longest: int = 100) -> str:
        """A text; '' if it is not given."""
        value = self._value(name, required=required)
        if value is None:
            return ""
        if not isinstance(value, str) or len(value) > longest or "\x00" in value:
            return self._wrong(
                name, _("应为不超过 %(longest)s 个字符的文本") % {"longest": longest}, ""
            )
        return value

    def expression(self, name: str) -> tuple[str, str]:
        """A CQL2 filter and its language, as text or as JSON; '' and the language if not given."""
        value = self._value(name)
        if isinstance(value, Mapping):
            return json.dumps(value), "cql2-json"
        if value is not None and not isinstance(value, str):
            self.wrong(name, _("应为 CQL2 文本或 JSON 对象"))
        return (value if isinstance(value, str) else ""), "cql2-text"

    def number(self, name: str, default: float, least: float, most: float) -> float:
        """A number within bounds."""
        value = self._value(name)
        if value is None:
            return default
        if not _is_number(value) or not least <= value <= most:
            return self._wrong(
                name,
                _("应为 %(least)s 至 %(most)s 之间的数")
                % {"least": f"{least:g}", "most": f"{most:g}"},
                default,
            )
        return float(value)

    def flag(self, name: str) -> bool:
        """A truth value; false if it is not given."""
        value = self._value(name)
        if value is not None and not isinstance(value, bool):
            return self._wrong(name, _("应为 true 或 false"), False)
        return bool(value)

    def moment(self, name: str = "datetime") -> AsOf:
        """A moment; now if it is not given."""
        text = self.text(name)
        try:
            found = parse_as_of(text or None, city().time_zone)
        except PeriodError as error:
            return self._wrong(name, str(error), NOW)
        return self._wrong(name, _("应为时刻，不是区间"), NOW) if found.interval else found

    def point(self, name: str) -> tuple[float, float] | None:
        """A GeoJSON point in degrees; its coordinates in the storage CRS."""
        value = self._value(name, required=True)
        if value is None:
            return None
        is_point = isinstance(value, Mapping) and value.get("type") == "Point"
        spot = value.get("coordinates") if is_point else None
        if not isinstance(spot, list) or len(spot) not in (2, 3) or not all(map(_is_number, spot)):
            return self._wrong(name, _("应为 GeoJSON 点，坐标为经度、纬度"), None)
        extent = city().extent
        lon, lat = spot[:2]
        if not (extent.west <= lon <= extent.east and extent.south <= lat <= extent.north):
            return self._wrong(
                name,
                _("位置 %(lon)s, %(lat)s 不在本市范围内") % {"lon": f"{lon:g}", "lat": f"{lat:g}"},
                None,
            )
        return transformer(4326, city().projected).transform(lon, lat)

    def area(self, name: str, *, required: bool = False) -> str:
        """A GeoJSON area in degrees, as EWKB (hex) in the storage CRS; '' if not given.

        Raises:
            ContentTooLarge: more corners than are laid over layers.
        """
        value = self._value(name, required=required)
        if value is None:
            return ""
        shape, fault = area_of(value, offered_crs()[CRS84])
        if shape is None:
            return self._wrong(name, fault, "")
        if shape.num_coords > MOST_CORNERS:
            raise ContentTooLarge(
                _("范围超过 %(most_corners)s 个坐标点；请简化")
                % {"most_corners": f"{MOST_CORNERS:,}"}
            )
        return shape.hexewkb.decode()

    def wrong(self, name: str, detail: str) -> None:
        """Note a fault of an input."""
        self.faults.append((_pointer(name), detail))

    def _value(self, name: str, *, required: bool = False) -> Any:
        value = self.given.get(name)
        if value is None and required and not self._is_faulty(name):
            self.wrong(name, _("必填"))
        return value

    def _wrong(self, name: str, detail: str, instead: Any) -> Any:
        self.wrong(name, detail)
        return instead

    def _is_faulty(self, name: str) -> bool:
        return any(pointer == _pointer(name) for pointer, _ in self.faults)

    def _plain(self, name: str, value: Any) -> Any:
        """The value of an input that comes qualified; what lies elsewhere is not fetched."""
        if isinstance(value, Mapping) and "href" in value:
            self.wrong(name, _("输入须直接给出，不能引用网址"))
            return None
        if isinstance(value, Mapping) and "value" in value and value.keys() <= QUALIFIERS:
            return value["value"]
        return value


def read_execution(body: bytes) -> tuple[dict[str, Any], str]:
    """The inputs of an execute request, and how the result is wanted: raw or document.

    Raises:
        InvalidParameter: no JSON object of the standard's form.
        InvalidInputs: an output that does not exist, a subscriber.
    """
    document = _document(body)
    faults: list[tuple[str, str]] = []
    inputs, outputs = document.get("inputs", {}), document.get("outputs", {})
    if not isinstance(inputs, dict):
        faults.append(("/inputs", _("应为对象")))
    if not isinstance(outputs, dict) or outputs.keys() - {"result"}:
        faults.append(("/outputs", _("只有 result 一项输出")))
    elif isinstance(wanted := outputs.get("result"), dict) and (
        wanted.get("transmissionMode", "value") != "value"
    ):
        faults.append(("/outputs/result/transmissionMode", _("只有 value 一种方式")))
    form = document.get("response", "raw")
    if form not in ("raw", "document"):
        faults.append(("/response", _("应为 raw 或 document")))
    if "subscriber" in document:
        faults.append(("/subscriber", _("不向外部网址回报；请查询任务状态")))
    for name in document.keys() - {"inputs", "outputs", "response", "subscriber"}:
        faults.append((f"/{name[:60]}", _("没有这一项")))
    if faults:
        raise InvalidInputs(faults)
    return inputs, form


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body or b"{}", parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise InvalidParameter(_("请求正文不是有效的 JSON")) from None
    if not isinstance(document, dict):
        raise InvalidParameter(_("请求正文应为一个 JSON 对象"))
    if (place := _odd_place(document)) is not None:
        raise InvalidInputs([(place, _("文本中有不能使用的字符"))])
    return document


def _odd_place(document: Any) -> str | None:
    """The pointer of a text, or of the name of a member, that is not plain; None without one."""
    waiting = [("", document)]
    while waiting:
        pointer, part = waiting.pop()
        if isinstance(part, dict):
            if not all(map(_is_plain, part)):
                return pointer
            waiting += [(f"{pointer}/{name[:60]}", value) for name, value in part.items()]
        elif isinstance(part, list):
            waiting += [(pointer, value) for value in part]
        elif isinstance(part, str) and not _is_plain(part):
            return pointer
    return None


def _is_plain(text: str) -> bool:
    """Whether a text can be stored and sent: no NUL, no half of a pair of surrogates."""
    return not any(sign == "\x00" or "\ud800" <= sign <= "\udfff" for sign in text)


def _pointer(name: str) -> str:
    return "/inputs/" + name[:60].encode("utf-8", "replace").decode()


def _is_number(value: Any) -> bool:
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return plain and abs(value) < 1e9 and math.isfinite(value)


def _no_number(name: str) -> None:
    raise ValueError(name)
