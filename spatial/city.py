"""The city profile: which city this installation serves, read from one TOML file.

Nothing about a particular city stands anywhere else in the code. The file is
``data/city.toml`` unless the environment variable ``CITY_PROFILE`` names another.
"""

import os
import tomllib
from dataclasses import dataclass
from datetime import time
from functools import cache
from pathlib import Path

DEFAULT_PROFILE = Path(__file__).resolve().parent.parent / "data" / "city.toml"


class ProfileError(ValueError):
    """The profile file is missing, unreadable or lacks a setting."""


@dataclass(frozen=True)
class Extent:
    """A longitude/latitude window in degrees."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True)
class View:
    """Where the map opens: degrees and a web-map zoom."""

    longitude: float
    latitude: float
    zoom: float


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


def load_city(path: Path) -> City:
    """Read a profile file.

    Raises:
        ProfileError: the file is missing, is not TOML, or lacks a setting; the
            message names the file and the setting.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ProfileError(f"城市配置文件读不到：{path}（{error.strerror}）") from error
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"城市配置文件不是有效的 TOML：{path}（{error}）") from error
    try:
        return _city(raw)
    except KeyError as error:
        raise ProfileError(f"城市配置文件缺少 {error.args[0]}：{path}") from error


def _city(raw: dict) -> City:
    crs, hours = raw["crs"], raw["working_hours"]
    own = {crs["projected"], crs["geographic"]}
    return City(
        name=raw["name"],
        name_en=raw["name_en"],
        adcode=raw["adcode"],
        language=raw["language"],
        time_zone=raw["time_zone"],
        attribution=raw.get("attribution", ""),
        attribution_en=raw.get("attribution_en", ""),
        datum=crs.get("datum", f"EPSG:{crs['geographic']}"),
        projected=crs["projected"],
        geographic=crs["geographic"],
        accepted=frozenset(crs["accepted"]) | own,
        offered=frozenset(crs.get("offered", ())) | own,
        extent=Extent(**{k: float(raw["extent"][k]) for k in ("west", "south", "east", "north")}),
        view=View(**{k: float(raw["view"][k]) for k in ("longitude", "latitude", "zoom")}),
        working_days=tuple(hours["days"]),
        working_slots=tuple(
            (time.fromisoformat(start), time.fromisoformat(end)) for start, end in hours["slots"]
        ),
    )


@cache
def city() -> City:
    """The profile of this installation, read once per process."""
    return load_city(Path(os.environ.get("CITY_PROFILE") or DEFAULT_PROFILE))
