"""The pyramid of tiles of somebody else's service. Pure."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Pyramid(BaseModel):
    """The pyramid of a WMTS in a CRS of its own: where it begins, and how large a pixel is.

    ``origin`` is the upper left corner as (easting or longitude, northing or latitude);
    ``resolutions`` are units of the CRS per pixel, of each matrix from ``first`` on.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    epsg: int = Field(ge=1024, le=999_999)
    origin: tuple[float, float]
    resolutions: tuple[Annotated[float, Field(gt=0)], ...] = Field(min_length=1)
    first: int = Field(default=0, ge=0, le=30)
    pixels: Literal[256, 512] = 256
