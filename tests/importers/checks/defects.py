"""Defects for every rule, made on purpose in staged copies of registers."""

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from tests.importers.checks.defects_areas import (
    add_part,
    add_spike,
    bad_code,
    double,
    draw_back,
    lay_over,
    move,
    name_other,
    other_district,
    other_place_in_code,
    push,
    repeat_vertex,
    shift_vertex,
    tie,
    turn_hole,
    wrong_number,
)
from tests.importers.checks.defects_pipes import (
    both_kinds,
    lift,
    move_end,
    run_back,
    shift_level,
    to_itself,
    wrong_feature,
)
from tests.importers.checks.site import Site
from tests.importers.checks.staged import examine, staged_register

SPREAD = {"landcover": 0.0, "grid-cells": 0.0}  # metres between defects; else 30
SAME = {
    "vertex-unmatched": {"overlap", "gap"},
    "overlap": {"geometry-duplicate"},
}  # what tells of it just as well


def injected(cursor, layer: str, rule: str, number: int, seed: int, avoid: Iterable[str] = ()):
    """Put ``number`` defects of one kind in; returns what should and what was found.

    The first is the codes of which one is to be named, for each defect; the second are
    findings that follow from the defects, though they were not meant.
    """
    random, rows = np.random.default_rng(seed), staged_register(cursor, layer)
    site = Site(rows, random, SPREAD.get(layer, 30.0), set(avoid))
    wanted, make = [], DEFECTS[layer, rule]
    for _ in range(number):
        try:
            wanted.append(frozenset(make(site)))
        except LookupError:
            break
    rows = site.rows
    if site.added:
        rows = pd.concat([rows, pd.DataFrame(site.added, columns=rows.columns)], ignore_index=True)
    return wanted, site.side, examine(cursor, layer, rows)


DEFECTS: dict[tuple[str, str], Callable] = {
    ("parcels", "vertex-duplicate"): repeat_vertex,
    ("parcels", "spike"): add_spike,
    ("parcels", "geometry-invalid"): tie,
    ("parcels", "multipart"): add_part,
    ("parcels", "ring-orientation"): turn_hole,
    ("parcels", "code-syntax"): bad_code("last", "X"),
    ("parcels", "code-county"): bad_code("county", "430102"),
    ("parcels", "code-letters"): bad_code("letters", "GC"),
    ("parcels", "overlap"): push,
    ("parcels", "geometry-duplicate"): double,
    ("parcels", "gap"): draw_back,
    ("parcels", "vertex-unmatched"): shift_vertex,
    ("parcels", "area"): wrong_number("registered_area_m2", 1.05),
    ("parcels", "outside-district"): other_district,
    ("parcels", "code-place"): other_place_in_code,
    ("buildings", "spike"): add_spike,
    ("buildings", "code-syntax"): bad_code("last", "X"),
    ("buildings", "overlap"): lay_over,
    ("buildings", "geometry-duplicate"): double,
    ("buildings", "outside-parcel"): move(400),
    ("buildings", "stale-parent"): name_other("parcel_code"),
    ("units", "code-letters"): bad_code("letters", "GA"),
    ("units", "stale-parent"): name_other("building_code"),
    ("rights", "stale-parent"): name_other("unit_code"),
    ("landcover", "overlap"): push,
    ("landcover", "geometry-duplicate"): double,
    ("landcover", "gap"): draw_back,
    ("landcover", "area"): wrong_number("area_m2", 1.05),
    ("grid-cells", "overlap"): push,
    ("grid-cells", "gap"): draw_back,
    ("pipe-points", "pipe-kind"): both_kinds,
    ("pipe-points", "geometry-duplicate"): double,
    ("pipe-points", "pipe-degree"): wrong_feature,
    ("pipe-lines", "stale-parent"): name_other("end_code"),
    ("pipe-lines", "pipe-dangling"): move_end,
    ("pipe-lines", "pipe-loop"): to_itself,
    ("pipe-lines", "pipe-duplicate"): run_back,
    ("pipe-lines", "pipe-level"): shift_level("start_level_m", 0.5, "pipe-slope"),
    ("pipe-lines", "pipe-slope"): shift_level(
        "end_level_m", 400.0, "pipe-level", "pipe-above-ground"
    ),
    ("pipe-lines", "pipe-above-ground"): lift,
}
