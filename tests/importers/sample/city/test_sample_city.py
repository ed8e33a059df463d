"""The sample city keeps the laws that real registers must keep."""

import hashlib
import re
from collections import Counter

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from importers.sample.city.city import deliveries
from importers.sample.city.write import write_deliveries
from spatial.codes import scheme

PATTERNS = {
    "districts": r"431382(\d{3}(\d{3})?)?",
    "parcels": r"431382\d{6}[GJ][BC]\d{5}",
    "buildings": r"431382\d{6}[GJ][BC]\d{5}F\d{4}",
    "units": r"431382\d{6}[GJ][BC]\d{5}F\d{8}",
    "grid-cells": r"431382\d{9}",
    "components": r"431382\d{10}",
    "cases": r"431382\d{13}",
}


@pytest.fixture(scope="module")
def city():
    return list(deliveries("tiny"))


@pytest.fixture(scope="module")
def first(city):
    """The baseline frame of every layer."""
    return {d.layer: d.frame for d in reversed(city)}


def _digest(found) -> str:
    whole = hashlib.sha256()
    for delivery in found:
        frame = delivery.frame
        whole.update(
            repr(
                (
                    delivery.layer,
                    delivery.at,
                    delivery.why,
                    delivery.document,
                    delivery.ended,
                    delivery.ancestry,
                )
            ).encode()
        )
        if isinstance(frame, gpd.GeoDataFrame):
            for wkb in shapely.to_wkb(frame.geometry.to_numpy()):
                whole.update(wkb)
            frame = pd.DataFrame(frame.drop(columns="geometry"))
        whole.update(frame.to_csv(index=False).encode())
    return whole.hexdigest()


@pytest.mark.long
def test_the_same_seed_gives_the_same_city(city):
    assert _digest(city) == _digest(deliveries("tiny"))


@pytest.mark.long
def test_another_seed_gives_another_city(city):
    assert _digest(city) != _digest(deliveries("tiny", seed=7))


def test_deliveries_are_in_order_of_time_and_aware(city):
    moments = [d.at for d in city]
    assert moments == sorted(moments)
    assert all(at.tzinfo is not None for at in moments)


@pytest.mark.parametrize("level", ["town", "village"])
def test_districts_partition_the_county(first, level):
    table = first["districts"]
    county = table[table["level"] == "county"].geometry.iloc[0]
    parts = table[table["level"] == level].geometry.to_numpy()
    assert len(parts) == {"town": 20, "village": 506}[level]
    assert shapely.coverage_is_valid(parts)
    assert shapely.symmetric_difference(shapely.union_all(parts), county).area < 0.01


def test_villages_lie_in_the_town_their_code_names(first):
    table = first["districts"].set_index("code")
    villages = table[table["level"] == "village"]
    towns = table.geometry.reindex(villages["parent_code"]).to_numpy()
    assert shapely.contains(towns, shapely.point_on_surface(villages.geometry.to_numpy())).all()
    assert (villages.index.str[:9] == villages["parent_code"]).all()


def _overlap_m2(shapes: np.ndarray) -> float:
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    a, b = a[a < b], b[a < b]
    return float(shapely.area(shapely.intersection(shapes[a], shapes[b])).max(initial=0))


@pytest.mark.parametrize("layer", ["parcels", "buildings", "grid-cells", "plan-zones", "landcover"])
def test_polygons_of_one_layer_do_not_overlap(first, layer):
    shapes = first[layer].geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    assert _overlap_m2(shapes) < 0.05


def test_parcels_do_not_overlap_after_all_changes(city):
    current = _now(city, "parcels")
    assert _overlap_m2(current.geometry.to_numpy()) < 0.05


def _now(city, layer) -> pd.DataFrame:
    """The layer as it stands after every delivery."""
    rows: dict = {}
    for delivery in city:
        if delivery.layer == layer:
            for code in delivery.ended:
                del rows[code]
            rows |= {row["code"]: row for row in delivery.frame.to_dict("records")}
    return gpd.GeoDataFrame(list(rows.values())) if rows else pd.DataFrame()


def test_buildings_lie_in_their_parcel(city):
    parcels = {
        c: g
        for d in city
        if d.layer == "parcels"
        for c, g in zip(d.frame["code"], d.frame.geometry, strict=True)
    }
    for delivery in city:
        if delivery.layer == "buildings" and len(delivery.frame):
            mine = np.array([parcels[c] for c in delivery.frame["parcel_code"]])
            assert shapely.covers(mine, delivery.frame.geometry.to_numpy()).all()


def test_codes_are_unique_in_each_delivery_and_never_return(city):
    ended: dict[str, set] = {}
    for delivery in city:
        codes = list(delivery.frame["code"])
        assert len(codes) == len(set(codes))
        gone = ended.setdefault(delivery.layer, set())
        assert not gone & set(codes)
        gone |= set(delivery.ended)


@pytest.mark.parametrize("layer", PATTERNS)
def test_codes_follow_their_standard(city, layer):
    pattern = re.compile(PATTERNS[layer])
    for delivery in city:
        if delivery.layer == layer:
            assert all(pattern.fullmatch(code) for code in delivery.frame["code"])


def test_changes_refer_to_what_exists(city):
    alive: dict[str, set] = {}
    for delivery in city:
        here = alive.setdefault(delivery.layer, set())
        assert set(delivery.ended) <= here
        assert {parent for parent, _ in delivery.ancestry} <= here
        here |= set(delivery.frame["code"])
        assert {child for _, child in delivery.ancestry} <= here
        here -= set(delivery.ended)


def test_ancestry_keeps_the_area(city):
    shapes = {
        c: g
        for d in city
        if d.layer == "parcels"
        for c, g in zip(d.frame["code"], d.frame.geometry, strict=True)
    }
    divided = [d for d in city if d.ancestry]
    assert len(divided) >= 3
    for delivery in divided:
        parents = shapely.union_all([shapes[p] for p in {p for p, _ in delivery.ancestry}])
        children = shapely.union_all([shapes[c] for c in {c for _, c in delivery.ancestry}])
        assert parents.symmetric_difference(children).area < 0.5


def test_pipes_end_exactly_at_their_points(first):
    points = first["pipe-points"].set_index("code")
    lines = first["pipe-lines"]
    for place, column in ((0, "start_code"), (-1, "end_code")):
        ends = shapely.get_point(lines.geometry.to_numpy(), place)
        assert shapely.equals(ends, points.geometry.reindex(lines[column]).to_numpy()).all()
    both = set(lines["start_code"]) | set(lines["end_code"])
    assert set(points.index) == both
    assert ((points["feature"] == "") != (points["fitting"] == "")).all()


def test_gravity_pipes_fall_and_every_pipe_is_covered(first):
    lines = first["pipe-lines"]
    ground = first["pipe-points"].set_index("code")["ground_level_m"]
    for side in ("start", "end"):
        expected = ground.reindex(lines[f"{side}_code"]).to_numpy()
        level = lines[f"{side}_level_m"] + lines[f"{side}_depth_m"]
        assert np.allclose(level, expected, atol=0.001)
    gravity = lines["network"].isin(["YS", "WS"])
    fall = (lines["start_level_m"] - lines["end_level_m"])[gravity] / lines.length[gravity]
    assert (fall >= 0.002).all()
    cover = lines[["start_depth_m", "end_depth_m"]].min(axis=1)
    cover -= np.where(gravity, lines["section"].astype(float) / 1000, 0)
    assert (cover >= 0.7).all()


def test_each_network_is_connected_and_gravity_trees_reach_an_outfall(first):
    points, lines = first["pipe-points"], first["pipe-lines"]
    fitting = points.set_index("code")["fitting"]
    for network in ("YS", "WS"):
        mine = lines[lines["network"] == network]
        downstream = dict(zip(mine["start_code"], mine["end_code"], strict=True))
        assert len(downstream) == len(mine)
        last = set(mine["end_code"]) - set(mine["start_code"])
        assert set(fitting[list(last)]) <= {"出水口", "污水处理厂"}
    for network in ("JS", "TR"):
        mine = lines[lines["network"] == network]
        assert _pieces(mine) == 1


def _pieces(lines) -> int:
    parent: dict[str, str] = {}

    def root(code):
        while parent.setdefault(code, code) != code:
            code = parent[code]
        return code

    for a, b in zip(lines["start_code"], lines["end_code"], strict=True):
        parent[root(a)] = root(b)
    return len({root(code) for code in parent})


def test_unit_areas_add_up(city):
    for at in sorted({d.at for d in city if d.layer == "units"}):
        tables = {d.layer: d.frame for d in city if d.at == at}
        units, storeys = tables["units"], tables["storeys"]
        parts = units["inner_area_m2"] + units["shared_area_m2"] - units["floor_area_m2"]
        assert (parts.abs() < 0.011).all()
        by_unit = units.groupby("building_code")["floor_area_m2"].sum()
        by_storey = storeys.groupby("building_code")["floor_area_m2"].sum()
        by_building = tables["buildings"].set_index("code")["floor_area_m2"].reindex(by_unit.index)
        count = units.groupby("building_code").size()
        assert ((by_unit - by_storey).abs() <= 0.01 * count + 0.01).all()
        assert ((by_unit - by_building).abs() <= 0.01 * count + 0.05).all()


def test_rights_that_exclude_one_another_stay_exclusive(city):
    rights = _now(city, "rights")
    owned = rights[rights["kind"] == "ownership"]
    assert owned["unit_code"].is_unique
    assert set(rights["kind"]) <= set(scheme("right_kinds").codes)
    assert rights["certificate"].is_unique


def test_components_stand_in_their_cell(first):
    cells = first["grid-cells"].set_index("code").geometry
    things = first["components"]
    home = cells.reindex(things["cell_code"]).to_numpy()
    assert (shapely.distance(home, things.geometry.to_numpy()) < 0.002).all()
    assert set(things["class_code"]) <= set(scheme("components_2020").codes)


def test_cells_lie_in_the_community_their_code_names(first):
    villages = first["districts"].set_index("code").geometry
    cells = first["grid-cells"]
    home = villages.reindex(cells["community_code"]).to_numpy()
    outside = shapely.area(shapely.difference(cells.geometry.to_numpy(), home))
    assert outside.max() < 0.2
    assert (cells["code"].str[:12] == cells["community_code"]).all()


def test_code_lists_are_respected(first):
    for layer, column in (
        ("plan-zones", "land_use"),
        ("landcover", "class_code"),
        ("parcels", "land_use"),
    ):
        table = first[layer]
        for name, codes in table.groupby("scheme")[column]:
            assert set(codes) <= set(scheme(name).codes)
    assert set(first["hazard-sites"]["kind"]) <= set(scheme("hazard_kinds").codes)
    assert set(first["constraints"]["kind"]) <= set(scheme("constraint_kinds").codes)


def test_only_the_county_and_catalogued_events_are_not_schematic(first):
    real = {
        layer: table.loc[~table["schematic"], "code"].tolist()
        for layer, table in first.items()
        if not table["schematic"].all()
    }
    assert real["districts"] == ["431382"]
    assert set(real) == {"districts", "hazard-sites"}
    assert all(code.startswith("NASA-GLC-") for code in real["hazard-sites"])


def test_2020_differs_from_now_in_several_layers(city):
    later = Counter(d.layer for d in city if d.at.year > 2020)
    assert {
        "parcels",
        "buildings",
        "units",
        "pipe-lines",
        "plan-zones",
        "landcover",
        "rights",
        "hazard-sites",
        "constraints",
    } <= set(later)


def test_a_raised_building_keeps_its_code_and_gains_a_floor(city):
    before = {
        r["code"]: r
        for d in city
        if d.layer == "buildings" and d.at.year < 2022
        for r in d.frame.to_dict("records")
    }
    raised = next(d for d in city if "加层" in d.why)
    for row in raised.frame.to_dict("records"):
        assert row["storeys_above"] == before[row["code"]]["storeys_above"] + 1


@pytest.mark.long
def test_written_files_hold_the_deliveries(tmp_path, city):
    written = write_deliveries(tmp_path, "tiny")
    assert len(written) == len(city)
    for (path, about), delivery in list(zip(written, city, strict=True))[:20]:
        read = gpd.read_file(path, layer=delivery.layer)
        assert about.layer == delivery.layer
        assert list(read["code"]) == list(delivery.frame["code"])
