"""How much of the sample city is drawn: three named sizes."""

from dataclasses import dataclass

SEED = 431382  # any number draws another city


@dataclass(frozen=True)
class Size:
    """The measures of one size; lengths in metres, along or across the river valley."""

    name: str
    half_length_m: float
    north_m: float
    south_m: float
    built_length_m: float
    built_width_m: float
    satellites: int
    rural_radius_m: float
    houses_per_village: int
    yards: float
    pipe_step_m: float
    furniture_step_m: float
    unit_limit: int
    hazard_sites: int
    rain_stations: int
    case_batches: int
    cases_per_batch: int
    extended_cells: int
    landcover_margin_m: float


SIZES = {
    "tiny": Size(
        name="tiny",
        half_length_m=380,
        north_m=430,
        south_m=230,
        built_length_m=700,
        built_width_m=500,
        satellites=0,
        rural_radius_m=1500,
        houses_per_village=8,
        yards=0.3,
        pipe_step_m=45,
        furniture_step_m=40,
        unit_limit=1500,
        hazard_sites=12,
        rain_stations=6,
        case_batches=2,
        cases_per_batch=4,
        extended_cells=0,
        landcover_margin_m=250,
    ),
    "small": Size(
        name="small",
        half_length_m=1750,
        north_m=1900,
        south_m=1450,
        built_length_m=1620,
        built_width_m=1330,
        satellites=0,
        rural_radius_m=5200,
        houses_per_village=28,
        yards=0.35,
        pipe_step_m=62,
        furniture_step_m=26,
        unit_limit=29000,
        hazard_sites=120,
        rain_stations=25,
        case_batches=9,
        cases_per_batch=34,
        extended_cells=0,
        landcover_margin_m=1400,
    ),
    "full": Size(
        name="full",
        half_length_m=3100,
        north_m=2900,
        south_m=2400,
        built_length_m=2500,
        built_width_m=2000,
        satellites=17,
        rural_radius_m=60000,
        houses_per_village=190,
        yards=0.9,
        pipe_step_m=31,
        furniture_step_m=2.4,
        unit_limit=60000,
        hazard_sites=240,
        rain_stations=40,
        case_batches=18,
        cases_per_batch=90,
        extended_cells=17000,
        landcover_margin_m=2500,
    ),
}
