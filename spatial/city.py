"""The city profile: which city this installation serves, read from one TOML file.

Nothing about a particular city stands anywhere else in the code. The file is
``data/city.toml`` unless the environment variable ``CITY_PROFILE`` names another.
"""

import os
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pyproj
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from spatial.errors import SpatialError
from spatial.refusals import Wrong, refusals

DEFAULT_PROFILE = Path(__file__).resolve().parent.parent / "data" / "city.toml"


def _known_epsg(code: int) -> int:
    try:
        pyproj.CRS.from_epsg(code)
    except pyproj.exceptions.CRSError:
        raise Wrong("应为 EPSG 收录的坐标系", "should be a CRS of the EPSG registry") from None
    return code


Epsg = Annotated[int, Field(ge=1024, le=999_999), AfterValidator(_known_epsg)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
IdleMinutes = Annotated[int, Field(ge=5, le=1440)]


class ProfileError(SpatialError, ValueError):
    """The profile file is missing or unreadable, or a setting in it is missing or wrong."""


class Section(BaseModel):
    """A section of the profile: settings that it does not know are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Extent(Section):
    """A longitude/latitude window in degrees."""

    west: Longitude
    south: Latitude
    east: Longitude
    north: Latitude

    @model_validator(mode="after")
    def _is_a_window(self) -> Self:
        if self.west >= self.east or self.south >= self.north:
            raise Wrong("应由西到东、由南到北", "should run from west to east and south to north")
        return self


class View(Section):
    """Where the map opens: degrees and a web-map zoom."""

    longitude: Longitude
    latitude: Latitude
    zoom: float = Field(ge=0, le=24)


class Patrols(Section):
    """How inspectors' tracks are kept."""

    kept_days: int = Field(default=90, ge=1, le=3_650)
    worst_accuracy_m: float = Field(default=50, gt=0, le=1_000)
    idle_hours: float = Field(default=12, gt=0, le=168)


class Duplicates(Section):
    """How near in place and time cases of one class count as the same."""

    within_m: float = Field(default=50, gt=0, le=1_000)
    within_hours: float = Field(default=24, gt=0, le=720)


class Deadlines(Section):
    """When a case counts as soon due: in the last share of its time."""

    soon_share: float = Field(default=0.2, gt=0, lt=1)


class Audit(Section):
    """How long the audit is kept: never below the 180 days of the law (网络安全法)."""

    kept_days: int = Field(default=1_095, ge=180, le=36_500)


class Notices(Section):
    """How long notices are kept, and the files of channels that none is set for."""

    kept_days: int = Field(default=400, ge=30, le=3_650)
    files_days: int = Field(default=30, ge=2, le=400)


class Accounts(Section):
    """How people's accounts are kept: the second factor, idle sessions, passwords of one use.

    Roles are named as groups are; of several roles the shortest time holds.
    """

    second_factor: frozenset[str] = frozenset()
    idle_minutes: IdleMinutes = 30
    idle_minutes_of: dict[str, IdleMinutes] = Field(default_factory=dict)
    one_time_password_hours: int = Field(default=72, ge=1, le=720)

    def __hash__(self) -> int:
        return hash((self.second_factor, self.idle_minutes, tuple(self.idle_minutes_of.items())))

    def idle_minutes_for(self, roles: Iterable[str]) -> int:
        """After how many minutes an idle session of somebody with these roles ends."""
        times = (self.idle_minutes_of.get(role, self.idle_minutes) for role in roles)
        return min(times, default=self.idle_minutes)

    @property
    def shortest_idle_minutes(self) -> int:
        """The time before which no session ends, whoever's it is."""
        return min(self.idle_minutes, *self.idle_minutes_of.values(), self.idle_minutes)


class Warnings(Section):
    """Who issues warnings of geological hazards: 12379's code of the unit, and its names.

    Without a code nothing can be issued: none is invented.
    """

    unit_code: str = Field(default="", pattern=r"^(\d{14})?$")
    issuer: str = ""
    issuer_en: str = ""


class _Crs(Section):
    projected: Epsg
    geographic: Epsg
    accepted: frozenset[Epsg]
    offered: frozenset[Epsg] = frozenset()
    datum: str = ""

    @model_validator(mode="after")
    def _are_of_their_kind(self) -> Self:
        if not pyproj.CRS.from_epsg(self.projected).is_projected:
            raise Wrong("的 projected 应为投影坐标系", "should have a projected CRS as projected")
        if not pyproj.CRS.from_epsg(self.geographic).is_geographic:
            raise Wrong(
                "的 geographic 应为地理坐标系", "should have a geographic CRS as geographic"
            )
        return self


class _WorkingHours(Section):
    days: tuple[Annotated[int, Field(ge=1, le=7)], ...] = Field(min_length=1)
    slots: tuple[tuple[time, time], ...] = Field(min_length=1)
    day_rule: Literal["hours", "end-of-day"] = "hours"

    @model_validator(mode="after")
    def _slots_follow_each_other(self) -> Self:
        moments = [moment for slot in self.slots for moment in slot]
        if any(before >= after for before, after in pairwise(moments)):
            raise Wrong("各时段应先后相接、不重叠", "should have slots that follow each other")
        return self


def _known_time_zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Wrong("应为 IANA 时区名，如 Asia/Shanghai", "should be an IANA time zone") from None


class _Profile(Section):
    name: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    adcode: str = Field(pattern=r"^\d{6}$")
    province: str = ""
    language: Literal["zh-hans", "en"]
    time_zone: Annotated[str, AfterValidator(_known_time_zone)]
    attribution: str = ""
    attribution_en: str = ""
    crs: _Crs
    extent: Extent
    view: View
    working_hours: _WorkingHours
    patrols: Patrols = Patrols()
    duplicates: Duplicates = Duplicates()
    deadlines: Deadlines = Deadlines()
    audit: Audit = Audit()
    notices: Notices = Notices()
    accounts: Accounts = Accounts()
    warnings: Warnings = Warnings()


@dataclass(frozen=True)
class City:
    """One city's constants. SRIDs are EPSG codes."""

    name: str
    name_en: str
    adcode: str
    language: str
    time_zone: str
    attribution: str
    attribution_en: str
    datum: str
    projected: int
    geographic: int
    accepted: frozenset[int]
    offered: frozenset[int]
    extent: Extent
    view: View
    working_days: tuple[int, ...]
    working_slots: tuple[tuple[time, time], ...]
    day_rule: str
    patrols: Patrols
    duplicates: Duplicates
    deadlines: Deadlines
    audit: Audit
    notices: Notices
    accounts: Accounts
    warnings: Warnings


def load_city(path: Path) -> City:
    """Read a profile file.

    Raises:
        ProfileError: the file is missing, is not TOML, or a setting in it is missing, wrong
            or not known; the message names the file and the setting.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ProfileError(
            f"城市配置文件读不到：{path} / the city profile cannot be read（{error.strerror}）"
        ) from error
    except ValueError as error:
        raise ProfileError(
            f"城市配置文件不是有效的 TOML：{path} / the city profile is no TOML（{error}）"
        ) from error
    try:
        return _city(_Profile.model_validate(raw))
    except ValidationError as error:
        faults = "；".join(refusals(error))
        raise ProfileError(f"城市配置文件 / city profile {path}：{faults}") from error


def _city(profile: _Profile) -> City:
    crs, hours = profile.crs, profile.working_hours
    own = {crs.projected, crs.geographic}
    return City(
        name=profile.name,
        name_en=profile.name_en,
        adcode=profile.adcode,
        language=profile.language,
        time_zone=profile.time_zone,
        attribution=profile.attribution,
        attribution_en=profile.attribution_en,
        datum=crs.datum or f"EPSG:{crs.geographic}",
        projected=crs.projected,
        geographic=crs.geographic,
        accepted=crs.accepted | own,
        offered=crs.offered | own,
        extent=profile.extent,
        view=profile.view,
        working_days=hours.days,
        working_slots=hours.slots,
        day_rule=hours.day_rule,
        patrols=profile.patrols,
        duplicates=profile.duplicates,
        deadlines=profile.deadlines,
        audit=profile.audit,
        notices=profile.notices,
        accounts=profile.accounts,
        warnings=profile.warnings,
    )


@cache
def city() -> City:
    """The profile of this installation, read once per process."""
    return load_city(Path(os.environ.get("CITY_PROFILE") or DEFAULT_PROFILE))
