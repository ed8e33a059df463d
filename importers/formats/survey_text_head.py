"""The head of a survey text, held against the ordinates."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from importers.values.issues import Issue, Severity
from spatial.crs import Claim

PREFIX = 1_000_000.0  # eastings with a zone prefix: zone × 1,000,000 + 500,000 + distance
DATUMS = (
    (re.compile("2000|CGCS", re.IGNORECASE), "cgcs2000"),
    (re.compile("80|西安"), "xian80"),
    (re.compile("54|北京"), "beijing54"),
    (re.compile("84|WGS", re.IGNORECASE), "wgs84"),
    (re.compile("独立|地方"), "local"),
)


@dataclass(frozen=True)
class SurveyTextHead:
    """The ``key=value`` pairs of the head."""

    pairs: Mapping[str, str]

    @property
    def zone(self) -> int | None:
        """The zone number as stated."""
        found = re.search(r"\d+", self.pairs.get("带号", ""))
        return int(found.group()) if found else None

    @property
    def degrees(self) -> int | None:
        """Three or six, as stated."""
        found = re.search(r"[36三六]", self.pairs.get("几度分带", ""))
        return {"3": 3, "三": 3, "6": 6, "六": 6}[found.group()] if found else None

    @property
    def datum(self) -> str:
        """The datum as stated; '' if it is not named."""
        text = self.pairs.get("坐标系", "")
        return next((datum for pattern, datum in DATUMS if pattern.search(text)), "")

    def claim(self, xy: np.ndarray) -> Claim:
        """What is said of the coordinates; of the zone, what the eastings themselves say."""
        return Claim(self.datum, zone_of(xy), self.degrees, None, is_geographic(xy))

    def remarks(self, file: str, xy: np.ndarray) -> Iterator[Issue]:
        """Where the head contradicts the data."""
        own = zone_of(xy)
        if self.zone and own and own != self.zone:
            text = f"文件头写带号 {self.zone}，横坐标带的是 {own}，按坐标读取"
            yield _remark(file, "zone-header", text, "请核对文件头")
        if is_geographic(xy) and "米" in self.pairs.get("计量单位", "米"):
            text = "文件头写计量单位为米，坐标却是经纬度，按经纬度读取"
            yield _remark(file, "geographic-in-metres", text, "请核对坐标")
        stated = re.findall(r"[-+]?\d+\.?\d*", self.pairs.get("转换参数", ""))
        if any(float(number) for number in stated):
            text = "文件头写有转换参数；坐标按文件所写读取，没有再作转换"
            yield _remark(file, "stated-parameters", text, "请确认坐标已是成果坐标")


def zone_of(xy: np.ndarray) -> int | None:
    """The zone prefix that most eastings bear; None without one.

    >>> zone_of(np.array([[37566090.9, 3064268.1]])), zone_of(np.array([[566090.9, 3064268.1]]))
    (37, None)
    """
    xy = xy[np.isfinite(xy).all(axis=1)]
    if not len(xy):
        return None
    prefixes = np.floor(np.max(np.abs(xy), axis=1) / PREFIX)
    prefix = int(np.median(prefixes))
    return prefix if 10 <= prefix <= 60 and len(xy) else None


def is_geographic(xy: np.ndarray) -> bool:
    """Whether all ordinates are degrees."""
    return bool(len(xy)) and bool((np.abs(xy) <= 180).all())


def _remark(file: str, code: str, text: str, hint: str) -> Issue:
    return Issue(file, 0, code, text, hint=hint, severity=Severity.WARNING)
