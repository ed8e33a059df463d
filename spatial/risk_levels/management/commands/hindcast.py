"""``manage.py hindcast FILE``."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from spatial.city import city
from spatial.crs import transformer
from spatial.errors import SpatialError
from spatial.hazards.rules.levels import WarningLevel
from spatial.hazards.rules.verification import Contingency
from spatial.risk_levels.hindcast import (
    Hindcast,
    PastEvent,
    Told,
    hindcast,
    past_events,
    read_series,
)
from spatial.risk_levels.rulebook import budget_on, numbers_on, thresholds_on

NAMES = {
    "tuned": "按预算率定（有效雨量）",
    "intensity": "雨强—历时（只用日雨量）",
    "effective": "有效雨量",
}
FAR_SHOWN = 5


class Command(BaseCommand):
    """Holds thresholds against a daily series of rain: how often they would have warned."""

    help = "用多年日雨量回算阈值：偶数年率定，奇数年检验，逐级报告每年天数与命中、空报。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The series, where it was measured, and how far an event may lie from there."""
        parser.add_argument("file", type=Path, metavar="FILE", help="CSV：station,date,prcp_mm")
        parser.add_argument("--station", default="", help="文件里有几个站时选一个")
        parser.add_argument("--at", default="", metavar="LON,LAT", help="雨量站的经纬度")
        parser.add_argument(
            "--within-km", type=float, default=30.0, help="距站多远以内的灾害才用来检验，默认 30"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Compute and tell."""
        if not options["file"].is_file():
            raise CommandError(f"没有文件 {options['file']}")
        day = timezone.localdate()
        try:
            rain = read_series(options["file"], options["station"])
            engines = {
                name: zones.get("", [])
                for name, zones in thresholds_on(day).items()
                if name in NAMES
            }
            events = self._events(options["at"], options["within_km"])
            found = hindcast(rain, numbers_on(day).decay, engines, budget_on(day), events)
        except SpatialError as error:
            raise CommandError(str(error)) from None
        self._tell(found)

    def _events(self, place: str, within_km: float) -> tuple[list[PastEvent], list[PastEvent]]:
        if not place:
            return [], []
        try:
            lon, lat = (float(part) for part in place.split(","))
        except ValueError:
            raise CommandError("--at 应为 经度,纬度") from None
        epsg = city().projected
        x, y = transformer(city().geographic, epsg).transform(lon, lat)
        return past_events(x, y, epsg, within_km)

    def _tell(self, found: Hindcast) -> None:
        say = self.stdout.write
        say(
            f"率定：偶数年 {found.tuned_years[0]}–{found.tuned_years[-1]}，共 {len(found.tuned_years)} 年"
        )
        say(
            f"检验：奇数年，共 {len(found.told_years)} 年，有雨量 {found.known_days} 天，"
            f"缺测 {found.missing_days} 天（不计）"
        )
        for told in found.told:
            self._tell_of(told, has_events=bool(found.near))
        if not found.near:
            say("附近没有有日期的灾害，命中与空报无从评定；以上只是每年的天数。")
        for event in found.far[:FAR_SHOWN]:
            self._tell_far(event, found)

    def _tell_of(self, told: Told, *, has_events: bool) -> None:
        say = self.stdout.write
        say(
            f"\n{NAMES[told.name]}："
            + "，".join(f"{row.level.code} {row.limit:g} mm" for row in told.rows)
        )
        for one in told.frequencies:
            verdict = {True: "预算之内", False: "超出预算", None: "未定预算"}[one.is_within]
            per_year = "—" if one.per_year is None else f"{one.per_year:.1f}"
            say(
                f"  {one.level.code:>3} 及以上  {one.days} 天  每年 {per_year}  预算 {one.budget or '—'}  {verdict}"
            )
        if has_events:
            for level, table in told.tables.items():
                say(f"  {level.code:>3} 及以上  {scores_of(table)}")
            any_level = told.tables[WarningLevel.BLUE]
            say(f"  总是预警  {scores_of(any_level.always)}")
            say(f"  从不预警  {scores_of(any_level.never)}")

    def _tell_far(self, event: PastEvent, found: Hindcast) -> None:
        number = found.rain.number_of(event.day)
        mm = float("nan") if number is None else float(found.rain.mm[number])
        rain = "该站当日无读数" if mm != mm else f"该站当日 {mm:g} 毫米"
        self.stdout.write(
            f"事件 {event.code}（{event.day}）距站 {event.distance_km:.0f} 千米，太远，不用于率定或检验；{rain}"
        )


def scores_of(table: Contingency) -> str:
    """POD, FAR, POFD, CSI, HSS in a line; what has no denominator is —."""
    names = ("pod", "far", "pofd", "csi", "hss")
    values = [getattr(table, name) for name in names]
    shown = ["—" if value is None else f"{value:.3f}" for value in values]
    return "  ".join(f"{name.upper()} {value}" for name, value in zip(names, shown, strict=True))
