"""The first delivery of every layer, and the buildings that each later year added."""

from collections.abc import Iterator
from datetime import datetime

import pandas as pd

from importers.sample.city import housing
from importers.sample.city.delivery import Delivery
from importers.sample.city.districts import district_frame
from importers.sample.city.drawing import Drawing
from importers.sample.city.estate_register import delivered
from importers.sample.city.frames import frame, moment
from importers.sample.city.hazards import catalogued_events, hazard_sites, rain_stations
from importers.sample.city.landcover import landcover
from importers.sample.city.planning import constraints, plan_zones
from spatial.city import city

BASELINE_YEAR = 2018
LAST_YEAR = 2025


def baseline(drawing: Drawing) -> Iterator[Delivery]:
    """Every layer as of 2018-01-01."""
    at, why = moment(BASELINE_YEAR), "2018年基准数据建库（示意）"
    for layer, table in _tables(drawing):
        yield Delivery(layer, at, why, f"示意〔{BASELINE_YEAR}〕基准", table)
    standing = drawing.buildings["completed_year"] < BASELINE_YEAR
    yield from _building_layers(drawing, standing, at, why, f"示意〔{BASELINE_YEAR}〕基准")


def _tables(drawing: Drawing) -> Iterator[tuple[str, pd.DataFrame]]:
    size, seed, found = drawing.size, drawing.seed, drawing.villages
    water = drawing.waters
    yield "districts", district_frame(found)
    yield "roads", drawing.roads
    yield (
        "water",
        frame(
            water.polygons,
            code=[f"{city().adcode}W{n:05d}" for n in range(1, len(water.names) + 1)],
            name=water.names,
            kind=water.kinds,
        ),
    )
    yield (
        "landcover",
        landcover(
            drawing.towns[0],
            water,
            drawing.country,
            drawing.homes,
            found.county,
            seed,
            size.landcover_margin_m,
        ),
    )
    yield "parcels", drawing.estate.parcels
    yield "pipe-points", drawing.pipe_points
    yield "pipe-lines", drawing.pipe_lines
    yield "plan-zones", plan_zones(drawing.towns)
    yield "constraints", constraints(drawing.towns, found, water, seed)
    yield (
        "hazard-sites",
        pd.concat([hazard_sites(size, seed, found), catalogued_events()], ignore_index=True),
    )
    yield "rain-stations", rain_stations(size, seed, found)
    yield "grid-cells", drawing.cells
    yield "components", drawing.components


def completions(drawing: Drawing, renewed: list[Delivery]) -> Iterator[Delivery]:
    """The buildings finished in each later year, with their storeys, units and addresses.

    Nothing is finished on a parcel that renewal has ended before.
    """
    for year in range(BASELINE_YEAR, LAST_YEAR + 1):
        at = moment(year, 12, 20)
        lost = {c for d in renewed if d.layer == "parcels" and d.at < at for c in d.ended}
        finished = drawing.buildings["completed_year"] == year
        finished &= ~drawing.buildings["parcel_code"].isin(lost)
        if finished.any():
            yield from _building_layers(
                drawing,
                finished,
                at,
                f"{year}年度竣工房屋入库（示意）",
                f"示意〔{year}〕竣工",
            )


def _building_layers(
    drawing: Drawing, which: pd.Series, at: datetime, why: str, document: str
) -> Iterator[Delivery]:
    buildings = drawing.buildings[which].reset_index(drop=True)
    codes = set(buildings["code"])
    addresses = drawing.addresses[drawing.addresses["building_code"].isin(codes)]
    yield Delivery("buildings", at, why, document, delivered(buildings))
    yield Delivery("addresses", at, why, document, addresses.reset_index(drop=True))
    if len(chosen := drawing.unit_buildings[drawing.unit_buildings["code"].isin(codes)]):
        yield from unit_layers(drawing, chosen, at, why, document)


def unit_layers(
    drawing: Drawing, chosen: pd.DataFrame, at: datetime, why: str, document: str
) -> Iterator[Delivery]:
    """Storeys, units and rights of the chosen buildings."""
    found = housing.units(chosen)
    bound = housing.rights(found, drawing.seed, drawing.certificates + 1)
    drawing.certificates += len(bound)
    yield Delivery("storeys", at, why, document, housing.storeys(chosen, found))
    yield Delivery("units", at, why, document, found.drop(columns="year"))
    yield Delivery("rights", at, why, document, bound)
