"""Positions as people write them: degrees, 度分秒, plane ordinates with or without zone number.

The order is found by the ranges of the city (``readings``), by letters and by words; where
it stays open, nothing is said. A text is a position only as a whole: every character of it
is a number, a mark, or a word for an axis.

>>> from spatial.city import city
>>> one = position_of("N27°41'36.2\\" E111°39'50.8\\"", city())
>>> round(one.longitude, 5), round(one.latitude, 5), one.is_inside
(111.66411, 27.69339, True)
>>> position_of("人民路 12 128", city()) is None
True
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from spatial.city import City
from spatial.crs import transformer
from spatial.readings import (
    CGCS2000,
    FIRST_MERIDIAN,
    LAST_MERIDIAN,
    PREFIX,
    Meaning,
    ordinate_readings,
    plain_epsg,
    projected,
)

MOST_LENGTH = 120
EAST, NORTH = "east", "north"
_PRIMES = str.maketrans("′’‘`＇´", "''''''", "") | str.maketrans({"″": '"', "”": '"', "“": '"'})
_AXES = {
    EAST: ("东经", "西经", "经度", "longitude", "long", "lon", "lng", "e", "w"),
    NORTH: ("北纬", "南纬", "纬度", "latitude", "lat", "n", "s"),
}
_OPPOSITE = ("西经", "南纬", "w", "s")
_WORDS = "|".join(word for words in _AXES.values() for word in words)
# Words that name an axis in one trade and the other one in another: the ranges decide.
_NEUTRAL = r"坐标|横坐标|纵坐标|点|米|m\b|x|y|epsg|cgcs2000|wgs84"
_ANGLE = (
    r"(?P<degrees>\d{1,3}(?:\.\d+)?)\s*(?:°|度|º)\s*"
    r"(?:(?P<minutes>\d{1,2}(?:\.\d+)?)\s*(?:'(?!')|分)\s*"
    r"(?:(?P<seconds>\d{1,2}(?:\.\d+)?)(?:\s*(?:\"|''|秒)|(?!\s*[\d.°度º])))?)?"
)
_GROUPED = r"\d{1,3}(?:[ ,']\d{3})+(?:\.\d+)?(?!\d)"
_PLAIN = r"\d+(?:\.\d+)?"
_TOKENS = {
    grouped: re.compile(
        rf"(?P<axis>{_WORDS})|(?P<angle>{_ANGLE})"
        rf"|(?P<number>[-+]?(?:{_GROUPED + '|' if grouped else ''}{_PLAIN}))"
        rf"|(?P<rest>{_NEUTRAL}|[\s,，;；:：=/|()（）、。]+)",
        re.IGNORECASE,
    )
    for grouped in (False, True)
}
_EASTINGS, _NORTHINGS = (100_000.0, 900_000.0), (400_000.0, 6_000_000.0)


@dataclass(frozen=True)
class Position:
    """A place that somebody has written, in degrees, and how it was read."""

    longitude: float
    latitude: float
    reading: str
    is_inside: bool  # of the city's window


@dataclass(frozen=True)
class _Number:
    """A number of the text: its value, its axis if that is said, and whether it is an angle."""

    value: float
    axis: str = ""
    is_angle: bool = False
    digits: int = 0  # before the point
    has_point: bool = False


def position_of(text: str, city: City) -> Position | None:
    """The position that a text is; None if it is none, or may be two."""
    if len(text) > MOST_LENGTH:
        return None
    text = unicodedata.normalize("NFKC", text.translate(_PRIMES)).translate(_PRIMES)
    for grouped in (False, True):
        numbers = _numbers(text, grouped=grouped)
        if numbers and (found := _read(numbers, city)):
            return found
    return None


def _numbers(text: str, *, grouped: bool) -> list[_Number]:
    """The numbers of a text with their axes; none if it holds anything else."""
    found: list[_Number] = []
    axis, at = "", 0
    text = text.strip()
    while at < len(text):
        token = _TOKENS[grouped].match(text, at)
        if not token or token.end() == at:
            return []
        at = token.end()
        if word := token["axis"]:
            axis = _named(found, axis, word.lower())
        elif token["rest"] is None:
            found.append(_number(token, axis))
            axis = ""
    return [] if axis else found


def _named(found: list[_Number], axis: str, word: str) -> str:
    """Note a word for an axis: of the number behind it, or of the last one if that has none."""
    own = next(name for name, words in _AXES.items() if word in words)
    marked = f"-{own}" if word in _OPPOSITE else own
    is_letter = len(word) == 1
    if is_letter and found and not found[-1].axis and not axis:
        last = found.pop()
        found.append(_Number(last.value, marked, last.is_angle, last.digits, last.has_point))
        return ""
    return marked


def _number(token: re.Match[str], axis: str) -> _Number:
    if token["angle"]:
        parts = [float(token[name] or 0) for name in ("degrees", "minutes", "seconds")]
        return _Number(_degrees(parts), axis, is_angle=True)
    plain = re.sub(r"[ ,']", "", token["number"])
    whole, point, _rest = plain.partition(".")
    return _Number(float(plain), axis, digits=len(whole.lstrip("+-")), has_point=bool(point))


def _degrees(parts: Sequence[float]) -> float:
    """Degrees of degrees, minutes and seconds; not a number where these are sixty or more."""
    degrees, minutes, seconds = (*parts, 0.0, 0.0)[:3]
    fits = 0 <= minutes < 60 and 0 <= seconds < 60
    return degrees + minutes / 60 + seconds / 3600 if fits else float("nan")


def _read(numbers: Sequence[_Number], city: City) -> Position | None:
    if len(numbers) in (4, 6):
        numbers = _joined(numbers)
    if len(numbers) != 2:
        return None
    first, second = numbers
    if first.is_angle and second.is_angle:
        return _angles(first, second, city)
    if first.is_angle or second.is_angle:
        return None
    if max(abs(first.value), abs(second.value)) <= 180:
        is_meant = first.has_point or second.has_point or first.axis or second.axis
        return _angles(first, second, city) if is_meant else None
    inside = ordinate_readings(first.value, second.value, city)
    if inside is not None:
        return _placed(first.value, second.value, inside, city, is_inside=True)
    if found := _packed(first, second, city):
        return found
    outside = list(_outside(first.value, second.value, city))
    return _placed(first.value, second.value, outside[0], city) if len(outside) == 1 else None


def _joined(numbers: Sequence[_Number]) -> list[_Number]:
    """Two angles of which the marks were left out: 111 39 50.8 27 41 36."""
    half = len(numbers) // 2
    found = []
    for part in (numbers[:half], numbers[half:]):
        if any(n.is_angle or n.value < 0 for n in part) or any(n.has_point for n in part[:-1]):
            return []
        axes = [n.axis for n in part if n.axis]
        angle = _degrees([n.value for n in part])
        found.append(_Number(angle, axes[0] if axes else "", is_angle=True))
    return found


def _angles(first: _Number, second: _Number, city: City) -> Position | None:
    """Two angles, the order by what is said of them, by the city, or by what can be a latitude."""
    pair = [
        (n.value * (-1 if n.axis.startswith("-") else 1), n.axis.lstrip("-"))
        for n in (first, second)
    ]
    (a, axis_a), (b, axis_b) = pair
    if axis_a and axis_a == axis_b:
        return None
    if axis_a == NORTH or axis_b == EAST:
        orders = [(b, a)]
    elif axis_a == EAST or axis_b == NORTH:
        orders = [(a, b)]
    else:
        orders = [(a, b), (b, a)]
    possible = [(x, y) for x, y in orders if abs(x) <= 180 and abs(y) <= 90]
    here = [(x, y) for x, y in possible if _is_inside(x, y, city)]
    if len(here) == 1 or len(possible) == 1:
        x, y = (here or possible)[0]
        return Position(x, y, Meaning(city.geographic, (x, y) != (a, b)).words(city), bool(here))
    return None


def _packed(first: _Number, second: _Number, city: City) -> Position | None:
    """Two angles in the city without marks, DDDMMSS: 1113950.8 and 274136."""
    if {first.digits, second.digits} != {6, 7} or min(first.value, second.value) < 0:
        return None
    angles = [
        _Number(_degrees([v // 10_000, v // 100 % 100, v % 100]), n.axis, is_angle=True)
        for n in (first, second)
        for v in (n.value,)
    ]
    found = _angles(angles[0], angles[1], city)
    return found if found and found.is_inside else None


def _outside(first: float, second: float, city: City) -> Iterator[Meaning]:
    """The readings of ordinates that do not lie in the city."""
    for is_swapped, east, north in ((False, first, second), (True, second, first)):
        zone, metres = divmod(east, PREFIX)
        is_plane = (
            _EASTINGS[0] <= metres <= _EASTINGS[1] and _NORTHINGS[0] <= north <= _NORTHINGS[1]
        )
        if not is_plane:
            continue
        if zone == 0:
            yield Meaning(city.projected, is_swapped)
        elif city.geographic == CGCS2000:
            meridian = int(zone) * 3 if zone >= 24 else int(zone) * 6 - 3
            if FIRST_MERIDIAN <= meridian <= LAST_MERIDIAN:
                yield Meaning(plain_epsg(meridian), is_swapped, int(zone))


def _placed(
    x: float, y: float, meaning: Meaning, city: City, *, is_inside: bool = False
) -> Position | None:
    east, north = projected(np.array([x]), np.array([y]), meaning, city)
    longitude, latitude = transformer(city.projected, city.geographic).transform(
        float(east[0]), float(north[0])
    )
    if not np.isfinite([longitude, latitude]).all():
        return None
    return Position(float(longitude), float(latitude), meaning.words(city), is_inside)


def _is_inside(longitude: float, latitude: float, city: City) -> bool:
    extent = city.extent
    return extent.west <= longitude <= extent.east and extent.south <= latitude <= extent.north
