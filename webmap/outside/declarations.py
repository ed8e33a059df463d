"""The maps of others that a city shows: one TOML file, read once (docs/outside-maps.md).

An entry names the service, how it is asked, who may see it, and whether it lies below all
layers or among them. Its key stands in a file of its own and goes into no answer.
"""

import string
import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from django.conf import settings
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from layers.access.access import Caller
from spatial.refusals import Wrong, refusals
from webmap.outside.errors import OutsideMapsFault
from webmap.outside.pyramids import Pyramid

PLACES = {"xyz": {"z", "x", "y", "key"}, "wmts": {"key"}, "wms": {"key"}}
GEOGRAPHIC_ORIGIN = (-180.0, 90.0)


def _address(url: str) -> str:
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        fits = False
    if not fits or "@" in url or "{" in urlsplit(url).netloc:
        raise Wrong(
            "应为 http:// 或 https:// 地址，主机写全，不带用户名",
            "should be an http:// or https:// address of one host, without a user name",
        )
    return url


class OutsideMap(BaseModel):
    """One map of others."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")
    title: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    kind: Literal["xyz", "wmts", "wms"]
    url: Annotated[str, AfterValidator(_address)]
    layer: str = ""
    style: str = ""
    matrix_set: str = ""
    format: Literal["image/png", "image/jpeg", "image/webp"] = "image/png"
    version: Literal["1.1.1", "1.3.0"] = "1.1.1"  # of WMS
    crs: int = Field(default=3857, ge=1024, le=999_999)  # of WMS, or 4490 and 4326 of WMTS
    grid: Pyramid | None = None
    attribution: str = Field(min_length=1)
    attribution_en: str = ""
    is_basemap: bool = False  # below all layers, one at a time
    public: bool = False
    readers: frozenset[str] = frozenset()  # roles; none: every department that has signed in
    key_file: Path | None = None
    min_zoom: int = Field(default=0, ge=0, le=20)
    max_zoom: int = Field(default=18, ge=0, le=22)
    kept_hours: float = Field(default=168, ge=0, le=8_760)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        named = {name for _, name, _, _ in string.Formatter().parse(self.url) if name is not None}
        if not named <= PLACES[self.kind]:
            raise Wrong("的 url 含有不认识的 {} 位置", "has an unknown {} place in its url")
        if self.kind == "xyz" and not {"z", "x", "y"} <= named:
            raise Wrong("的 url 应含 {z}、{x}、{y}", "should have {z}, {x}, {y} in its url")
        if self.kind == "wmts" and not (self.layer and self.matrix_set):
            raise Wrong("应有 layer 和 matrix_set", "should have a layer and a matrix_set")
        if self.kind == "wmts" and not self.grid and self.crs not in (3857, 4490, 4326):
            raise Wrong("的坐标系需要 grid", "needs a grid for its CRS")
        if self.kind == "wms" and not self.layer:
            raise Wrong("应有 layer", "should have a layer")
        if ("key" in named) != (self.key_file is not None):
            raise Wrong(
                "的 url 含 {key} 时应有 key_file，反之亦然",
                "should have {key} and key_file, or neither",
            )
        return self

    @property
    def pyramid(self) -> Pyramid | None:
        """The pyramid of a WMTS that is not the web map's own."""
        if self.kind != "wmts" or self.grid or self.crs == 3857:
            return self.grid
        sizes = tuple(360 / 256 / 2**level for level in range(23))
        return Pyramid(epsg=self.crs, origin=GEOGRAPHIC_ORIGIN, resolutions=sizes)

    def key(self) -> str:
        """The key of the service, read anew so that it can be changed.

        Raises:
            OutsideMapsFault: the file cannot be read.
        """
        if self.key_file is None:
            return ""
        try:
            return self.key_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise OutsideMapsFault(f"{self.id}: key_file ({error.strerror})") from error


def load_outside_maps(path: Path) -> dict[str, OutsideMap]:
    """The entries of a file by their ids.

    Raises:
        OutsideMapsFault: the file cannot be read, or an entry is wrong; the message names it.
    """
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("map", [])
    except (OSError, ValueError) as error:
        raise OutsideMapsFault(f"{path}: {error}") from error
    found: dict[str, OutsideMap] = {}
    for number, entry in enumerate(entries, 1):
        try:
            one = OutsideMap.model_validate(entry)
        except ValidationError as error:
            faults = "；".join(refusals(error))
            raise OutsideMapsFault(f"{path} [[map]] {number}：{faults}") from error
        if one.id in found:
            raise OutsideMapsFault(f"{path} [[map]] {number}：id “{one.id}” 重复 / twice")
        found[one.id] = one
    return found


@cache
def _loaded(path: Path) -> dict[str, OutsideMap]:
    return load_outside_maps(path)


def outside_maps() -> dict[str, OutsideMap]:
    """The maps of this installation, read once per process."""
    return _loaded(settings.OUTSIDE_MAPS)


def may_see_outside(caller: Caller, one: OutsideMap) -> bool:
    """Whether a map of others is shown to a caller; to systems only what is public."""
    if one.public or caller.is_admin:
        return True
    if caller.is_anonymous or caller.key or not caller.is_department:
        return False
    return not one.readers or bool(one.readers & caller.roles)


def maps_for(caller: Caller) -> list[OutsideMap]:
    """The maps that a caller may see, in the order of the file."""
    return [one for one in outside_maps().values() if may_see_outside(caller, one)]
