"""What rain gauges measured, from a table of text: one row per gauge and span of time.

Columns: the gauge's code, the end of the span, its length in minutes (60 where there is no
such column), the rain in millimetres. Times without an offset are the city's.
"""

import csv
import io
import math
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from importers.errors import ImportersError, UnreadableTable
from importers.formats.texts import lines
from importers.values.issues import Issue, IssueLog
from spatial.city import city
from spatial.hazards.models import MOST_MM, RainReading, RainStation
from spatial.hazards.rules.gauges import GaugeLimits, most_mm

NAMES = {
    "station": ("站码", "测站编码", "站号", "stcd", "station"),
    "end": ("时间", "截止时间", "时刻", "tm", "time"),
    "minutes": ("时长", "时段长", "分钟", "minutes"),
    "mm": ("雨量", "降雨量", "时段雨量", "drp", "mm"),
}
NEEDED = ("station", "end", "mm")
HOUR, DAY = 60, 1440
FORMS = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S")
PORTION = 50_000
LIMITS = GaugeLimits()
TABLE = f'"{RainReading._meta.db_table}"'


@dataclass(frozen=True)
class Taken:
    """How a delivery went: new readings, those known already, rows refused, and why."""

    new: int
    known: int
    refused: int
    log: IssueLog


def take_rain(
    path: Path,
    *,
    partly: bool = False,
    encoding: str = "",
    among: Collection[str] | None = None,
) -> Taken:
    """Take in a file of readings: all of it, or with ``partly`` the rows that are in order.

    ``among``: the gauges whose readings this sender brings; None for every gauge.

    A reading that is known with the same amount is passed over, so a file can be sent
    again; another amount for a span that is known is refused, never taken silently.

    Raises:
        UnreadableTable: no such table, or no file that can be read.
    """
    log = IssueLog()
    stations = set(RainStation.objects.current().values_list("code", flat=True))
    if among is not None:
        stations &= set(among)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "DROP TABLE IF EXISTS pg_temp.rain_in;"
            " CREATE TEMP TABLE rain_in (number int, station text, during tstzrange, mm float8)"
            " ON COMMIT DROP"
        )
        refused = _stage(cursor, path, stations, log, encoding)
        refused += _clashes(cursor, path.name, log)
        cursor.execute(
            f"DELETE FROM rain_in i USING {TABLE} r WHERE r.station = i.station"
            " AND r.during = i.during"
        )
        known = cursor.rowcount
        if refused and not partly:
            return Taken(0, known, refused, log)
        cursor.execute(
            f"INSERT INTO {TABLE} (station, during, mm, received_at)"
            " SELECT station, during, mm, now() FROM rain_in ORDER BY station, during"
        )
        return Taken(cursor.rowcount, known, refused, log)


def _stage(cursor: Any, path: Path, stations: set[str], log: IssueLog, encoding: str) -> int:
    """Copy the rows that are in order by themselves; returns how many are not."""
    zone, refused, portion = ZoneInfo(city().time_zone), 0, []
    for number, cells in _rows(path, encoding):
        try:
            portion.append(_read(number, cells, stations, zone))
        except _InvalidReading as error:
            refused += 1
            log.add([Issue(path.name, number, error.code, str(error), error.field)])
        if len(portion) >= PORTION:
            _copy(cursor, portion)
            portion = []
    _copy(cursor, portion)
    return refused


def _copy(cursor: Any, rows: list[tuple]) -> None:
    text = "".join("\t".join(map(str, row)) + "\n" for row in rows)
    cursor.copy_expert("COPY rain_in FROM STDIN", io.StringIO(text))


def _rows(path: Path, encoding: str) -> Iterator[tuple[int, dict[str, str]]]:
    read = csv.reader(line for _, line in lines(path, encoding))
    head = [cell.strip().lower() for cell in next(read, [])]
    places: dict[str, int] = {}
    for name, words in NAMES.items():
        found = [i for i, cell in enumerate(head) if cell.split("（")[0].split("(")[0] in words]
        if len(found) > 1:
            raise UnreadableTable(f"{path.name} 有两列都是“{words[0]}”", "请只留一列")
        if found:
            places[name] = found[0]
    missing = "、".join(NAMES[name][0] for name in NEEDED if name not in places)
    if missing:
        raise UnreadableTable(f"{path.name} 缺少列：{missing}", "首行应为：站码,时间,时长,雨量")
    try:
        for cells in read:
            if any(cell.strip() for cell in cells):
                yield (
                    read.line_num,
                    {n: cells[i].strip() if i < len(cells) else "" for n, i in places.items()},
                )
    except csv.Error as error:
        raise UnreadableTable(f"{path.name} 第 {read.line_num} 行读不出：{error}") from None


class _InvalidReading(ImportersError, ValueError):
    def __init__(self, code: str, field: str, message: str) -> None:
        super().__init__(message)
        self.code, self.field = code, field


def _read(number: int, cells: dict[str, str], stations: set[str], zone: ZoneInfo) -> tuple:
    if cells["station"] not in stations:
        raise _InvalidReading(
            "rain-station", "站码", f"没有雨量站“{cells['station'][:40]}”；请先登记该站"
        )
    end = _time(cells["end"], zone)
    minutes = _number(
        cells.get("minutes") or str(HOUR), "时长", lambda v: 0 < v <= DAY, "1 至 1440"
    )
    mm = _number(cells["mm"], "雨量", lambda v: 0 <= v <= MOST_MM, f"0 至 {MOST_MM}")
    most = most_mm(minutes / HOUR, LIMITS)
    if mm > most:
        raise _InvalidReading(
            "rain-value", "雨量", f"{minutes:g} 分钟 {mm:g} 毫米不可能（最多 {most:g}）；请核对仪器"
        )
    during = f"[{(end - timedelta(minutes=minutes)).isoformat()},{end.isoformat()})"
    return number, cells["station"], during, mm


def _time(text: str, zone: ZoneInfo) -> datetime:
    try:
        found = datetime.fromisoformat(text) if "T" in text else None
    except ValueError:
        found = None
    for form in () if found else FORMS:
        try:
            found = datetime.strptime(text, form)  # noqa: DTZ007
        except ValueError:
            continue
        break
    if found is None or found.year < 1900:
        raise _InvalidReading(
            "rain-time", "时间", f"时间“{text[:40]}”读不出；应形如 2024-06-22 08:00"
        )
    found = found if found.tzinfo else found.replace(tzinfo=zone)
    if found > datetime.now(zone) + timedelta(minutes=10):
        raise _InvalidReading("rain-time", "时间", f"时间“{text[:40]}”还没有到；请核对仪器的时钟")
    return found


def _number(text: str, field: str, fits: Callable[[float], bool], words: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not fits(number):
        raise _InvalidReading("rain-value", field, f"{field}“{text[:40]}”应为 {words} 之间的数")
    return number


def _clashes(cursor: Any, name: str, log: IssueLog) -> int:
    """Rows that contradict another of the file, or what is on record; they are taken out."""
    cursor.execute("CREATE INDEX ON rain_in (station, lower(during)); ANALYZE rain_in")
    inside = (
        "SELECT number, '与本文件另一行的时段重叠' FROM (SELECT number, during,"
        " max(upper(during)) OVER (PARTITION BY station ORDER BY lower(during), number"
        " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM rain_in) s"
        " WHERE before > lower(during)"
    )
    stored = (
        "SELECT DISTINCT ON (number) number, CASE WHEN r.during = i.during"
        " THEN concat('该时段已有读数 ', r.mm, ' 毫米') ELSE '与已有读数的时段重叠' END"
        f" FROM rain_in i JOIN {TABLE} r ON r.station = i.station AND r.during && i.during"
        " WHERE r.during <> i.during OR r.mm <> i.mm ORDER BY number"
    )
    refused = 0
    for sql in (inside, stored):
        cursor.execute(sql)
        found = cursor.fetchall()
        log.add(
            Issue(name, number, "rain-overlap", message, "时间", "请核对后重报")
            for number, message in found
        )
        cursor.execute(
            "DELETE FROM rain_in WHERE number = ANY(%s)", [[number for number, _ in found]]
        )
        refused += len(found)
    return refused
