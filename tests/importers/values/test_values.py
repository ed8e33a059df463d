"""What files say of values reaches the register exactly, or the row is told and left out."""

import json
import sqlite3
import struct
from datetime import date

import numpy as np
import pyogrio
import pytest
import shapely
from django.db import connection

from importers.runs.run import start
from spatial.base.models import Address
from spatial.city import city
from spatial.parcels.models import Building, Parcel
from tests.factories import open_feature, personal
from tests.importers.files import boxes, gpkg, origin, plots

pytestmark = pytest.mark.django_db
CODE = "431382001001GB00001F0001"


def taken(path, layer):
    """The outcome of a delivery that is committed, and its issues as (row, code, field)."""
    outcome = start([path], layer, commit=True)
    return outcome, [(i.row, i.code, i.field) for i in outcome.log.kept]


def geojson(tmp_path, rows, shapes=None):
    shapes = boxes(len(rows)) if shapes is None else shapes
    features = [
        {"type": "Feature", "geometry": json.loads(shapely.to_geojson(shape)), "properties": row}
        for shape, row in zip(shapes, rows, strict=True)
    ]
    name = f"urn:ogc:def:crs:EPSG::{city().projected}"
    text = {"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": name}}}
    path = tmp_path / "delivery.geojson"
    path.write_text(json.dumps(text | {"features": features}), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        (f"{CODE};1234,56;12,5\n", {"floor_area_m2", "height_m"}),
        (f"{CODE};1234.56;12,345\n", {"height_m"}),
        (f"{CODE};1.234,56;12.5\n", {"floor_area_m2"}),
    ],
)
def test_a_decimal_comma_never_changes_the_register(tmp_path, line, wrong):
    open_feature(Building, code=CODE, floor_area_m2=740.49)
    path = tmp_path / "a.csv"
    path.write_text("建筑编码;建筑面积;建筑高度\n" + line, encoding="utf-8")
    outcome, told = taken(path, "buildings")
    assert outcome.refusal
    assert {field for _, _, field in told} == wrong
    assert Building.objects.get().floor_area_m2 == 740.49


def test_thousands_are_read(tmp_path):
    open_feature(Building, code=CODE)
    path = tmp_path / "a.csv"
    path.write_text(f'建筑编码,建筑面积\n{CODE},"12,345.67"\n', encoding="utf-8")
    _, told = taken(path, "buildings")
    assert not told
    assert Building.objects.current().get().floor_area_m2 == 12345.67


def test_codes_of_like_letters_stay_apart(tmp_path):
    x, y = origin()
    codes = ["Ⅱ-①", "II-1", "A㎡", "Am2"]
    points = shapely.points(np.column_stack([x + 5 * np.arange(4), np.full(4, y)]))
    rows = [{"code": code, "full_address": "蓝田①号"} for code in codes]
    outcome, told = taken(geojson(tmp_path, rows, points), "addresses")
    assert outcome.difference.added == 4
    assert not told
    assert set(Address.objects.values_list("code", flat=True)) == set(codes)


def test_lists_and_structures_are_texts(tmp_path):
    row = {"code": CODE, "name": {"zh": "甲"}, "owner": ["张三", "李四"], "height_m": [1, 2]}
    outcome, told = taken(geojson(tmp_path, [row, {"code": f"{CODE[:-1]}2"}]), "buildings")
    assert (1, "number", "height_m") in told
    assert outcome.difference.rejected == 1
    outcome, told = taken(geojson(tmp_path, [row | {"height_m": 3}]), "buildings")
    house = Building.objects.current().get(code=CODE)
    assert json.loads(personal(house, "owner")) == ["张三", "李四"]
    assert json.loads(house.name) == {"zh": "甲"}


def test_an_instant_becomes_the_citys_day(tmp_path):
    rows = [
        {"code": "P0", "registered_on": "2024-05-01T17:30:00Z"},
        {"code": "P1", "registered_on": "2024-05-01T23:59:59+08:00"},
    ]
    _, told = taken(geojson(tmp_path, rows), "parcels")
    assert (0, "time-dropped", "") in told
    days = dict(Parcel.objects.values_list("code", "registered_on"))
    assert days == {"P0": date(2024, 5, 2), "P1": date(2024, 5, 1)}


def test_a_circle_of_a_geopackage_keeps_its_area_and_is_told(tmp_path):
    path, (x, y) = gpkg(tmp_path, plots(1)), origin()
    ring = [(x + 50, y), (x, y + 50), (x - 50, y), (x, y - 50), (x + 50, y)]
    curve = struct.pack("<BII", 1, 10, 1) + struct.pack("<BII", 1, 8, 5)
    curve += struct.pack("<10d", *(value for point in ring for value in point))
    base = sqlite3.connect(path)
    for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        base.execute(f'DROP TRIGGER "{name}"')
    head = bytearray(base.execute("SELECT geom FROM parcels").fetchone()[0][:8])
    head[3] &= 0b11110001  # no envelope
    base.execute("UPDATE parcels SET geom = ?", [bytes(head) + curve])
    base.commit()
    base.close()
    _, told = taken(path, "parcels")
    assert told == [(0, "arcs-flattened", "")]
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT ST_Area(geom) FROM "{Parcel._meta.db_table}"')
        assert abs(cursor.fetchone()[0] - np.pi * 50**2) < 0.001 * 2 * np.pi * 50


def test_a_number_beyond_its_column_is_out_of_range(tmp_path):
    path = tmp_path / "a.gpkg"
    pyogrio.raw.write(
        path, shapely.to_wkb(boxes(2)),
        [np.array(["B1", "B2"], object), np.array([3, 5], "int32")], ["code", "storeys_above"],
        layer="buildings", driver="GPKG", geometry_type="Polygon",
        crs=f"EPSG:{city().projected}",
    )  # fmt: skip
    base = sqlite3.connect(path)
    for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        base.execute(f'DROP TRIGGER "{name}"')
    base.execute("UPDATE buildings SET storeys_above = 4294967301 WHERE code = 'B2'")
    base.commit()
    base.close()
    _, told = taken(path, "buildings")
    assert told == [(2, "range", "storeys_above")]
    assert Building.objects.get().storeys_above == 3
