"""Map sheets are true to scale on paper, measured on the PDF; what does not fit says what would."""

import io

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from pypdf import PdfReader
from shapely import Point, box

from layers.ogc.pictures import drawing
from spatial.city import city
from spatial.crs import transformer
from spatial.parcels.models import Building
from spatial.pipes.roles import PipeRole
from tests.factories import centre, open_feature, square
from tests.town import make_user
from tests.webmap.documents.conftest import ordered, pdf_of, text_of
from tests.webmap.documents.rulers import sizes_of
from webmap.documents import sheets
from webmap.documents.layout import Paper
from webmap.documents.sheet_orders import SheetOrder, sheets_of
from webmap.models import DocumentOrder

pytestmark = pytest.mark.django_db
WITHIN_MM = 0.2


def degrees(dx=0.0, dy=0.0):
    x, y = centre()
    lon, lat = transformer(city().projected, 4326).transform(x + dx, y + dy)
    return f"{lon:.9f},{lat:.9f}"


def sheet(client, **form):
    given = {
        "layers": "parcels,buildings,roads",
        "mode": "point",
        "points": degrees(),
        "paper": "a4",
        "scale": "500",
        **form,
    }
    return ordered(client, "sheets", **given)


def pages(pdf):
    return PdfReader(io.BytesIO(pdf)).pages


def has_size(page, width, height):
    return any(
        abs(w - width) <= WITHIN_MM and abs(h - height) <= WITHIN_MM for w, h in sizes_of(page)
    )


@pytest.mark.parametrize(("scale", "side_m"), [(500, 30), (1_000, 60), (10_000, 400)])
def test_lengths_on_paper_are_true(client, scale, side_m):
    open_feature(
        Building, code="B1", storeys_above=5, geom=square(-side_m / 2, -side_m / 2, side_m)
    )
    page = pages(pdf_of(client, sheet(client, layers="buildings", scale=str(scale))))[0]
    assert has_size(page, side_m * 1000 / scale, side_m * 1000 / scale)
    assert has_size(page, *Paper("a4").map_mm)
    assert not has_size(page, side_m * 1000 / scale + 0.5, side_m * 1000 / scale + 0.5)


@pytest.mark.parametrize(
    ("paper", "orientation", "size"),
    [
        ("a4", "portrait", (210, 297)),
        ("a3", "landscape", (420, 297)),
        ("a0", "portrait", (841, 1189)),
    ],
)
def test_the_paper_is_the_paper(town, client, paper, orientation, size):
    pdf = pdf_of(client, sheet(client, paper=paper, orientation=orientation))
    assert len(pages(pdf)) == 1
    box = pages(pdf)[0].mediabox
    assert (float(box.width) * 25.4 / 72, float(box.height) * 25.4 / 72) == pytest.approx(
        size, abs=0.05
    )


def test_a_sheet_says_what_it_is(town, client):
    row = sheet(client, title="示范片区#现状*图", at="2019-06-01")
    text = text_of(pdf_of(client, row))
    for said in ("示范片区#现状*图", "1∶500", "CGCS2000/EPSG:4546", "2019-06-01状态", "图例", "1–3层",
                 "城镇住宅用地", "主干路", "人民路", "不作为权属确认", "涟图幅〔", "自然资源局", "含示意数据"):  # fmt: skip
        assert said.replace(" ", "") in text


def test_the_grid_is_numbered_in_kilometres(town, client):
    text = text_of(pdf_of(client, sheet(client)))
    x, y = centre()
    assert f"{round(x / 50) * 50 / 1000:.2f}" in text
    assert f"{round(y / 50) * 50 / 1000:.2f}" in text


def test_a_paper_that_is_too_small_offers_a_scale_and_a_series(town, client):
    points = f"{degrees(-300, -150)};{degrees(300, 150)}"
    given = {"layers": "parcels", "mode": "extent", "points": points, "paper": "a4", "scale": "500"}
    answer = client.post("/documents/order/sheets", given)
    assert answer.status_code == 422
    assert "1∶5,000" in answer.text
    assert "分幅成图需" in answer.text
    page = client.post("/documents/sheets", {**given, "layer": "parcels"})
    assert page.status_code == 422
    assert 'value="a4" selected' in page.text  # what was filled in is kept
    assert ordered(client, "sheets", **{**given, "scale": "5000"}).issued


def test_a_series_has_an_overview_and_numbers_its_neighbours(town, client):
    points = f"{degrees(-150, -80)};{degrees(150, 80)}"
    pdf = pdf_of(client, sheet(client, mode="area", points=points))
    assert len(pages(pdf)) == 1 + 9
    text = text_of(pdf)
    assert "接图表" in text
    first = "".join(pages(pdf)[0].extract_text().split())
    assert "1∶2,000" in first  # the overview's own scale, never that of the sheets
    assert "1∶500" not in first
    assert "图号9/9" in text
    assert "相邻图幅" in text


def test_sheets_along_a_line(town, client):
    points = ";".join([degrees(-100, -3), degrees(0, -3), degrees(100, 60)])
    pdf = pdf_of(client, sheet(client, mode="line", points=points))
    assert len(pages(pdf)) >= 3


def test_an_atlas_titles_each_sheet_by_its_feature(town, client):
    row = sheet(client, mode="atlas", atlas="parcels", codes="P2, P3", scale="1000")
    text = text_of(pdf_of(client, row))
    assert "（P2）" in text
    assert "（P3）" in text


def test_an_atlas_of_a_feature_that_is_gone_names_it(town, client):
    row = sheet(client, mode="atlas", atlas="parcels", codes="P1,P2", scale="1000")
    assert row.state == DocumentOrder.State.FAILED
    assert "P1" in row.message
    assert "P2" not in row.message


def test_a_feature_that_is_larger_than_a_sheet_says_what_scale_holds_it(town, client):
    row = sheet(client, mode="atlas", atlas="districts", codes="431382001001", layers="parcels")
    assert row.state == DocumentOrder.State.FAILED
    assert "1∶" in row.message


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"layers": ""}, "图层"),
        ({"layers": "parcels,pipe-lines"}, "pipe-lines"),
        ({"paper": "a9"}, "纸张"),
        ({"scale": "777"}, "比例尺"),
        ({"scale": "000000500999"}, "比例尺"),
        ({"mode": "globe"}, "制图方式"),
        ({"points": "here"}, "经度"),
        ({"points": "1,2"}, "本市"),
        ({"points": "nan,nan"}, "本市"),
        ({"points": ""}, "点数"),
        ({"mode": "line", "points": "111.6641,27.6934"}, "点数"),
        ({"mode": "atlas", "atlas": "parcels", "codes": " "}, "编码"),
        ({"mode": "atlas", "atlas": "pipe-lines", "codes": "PL1"}, "pipe-lines"),
        ({"at": "2999-01-01"}, "未来"),
    ],
)
def test_what_cannot_be_is_refused(town, client, form, field):
    given = {
        "layers": "parcels",
        "mode": "point",
        "points": degrees(),
        "paper": "a4",
        "scale": "500",
    }
    answer = client.post("/documents/order/sheets", given | form)
    assert answer.status_code == 422
    assert field in answer.text


def test_an_area_without_extent_or_that_crosses_itself_is_covered_as_drawn():
    def sheets_over(*points):
        given = SheetOrder("area", "a4", True, 500, ("parcels",), points=points)
        return sheets_of(given)

    assert len(sheets_over((0, 0), (10, 0), (20, 0))) == 1
    bow = sheets_over((0, 0), (400, 400), (400, 0), (0, 400))
    for x, y in ((10, 200), (390, 200)):  # a point of either wing
        assert any(box(*sheet.frame.bounds).covers(Point(x, y)) for sheet in bow)


def test_too_many_sheets_are_refused(town, client):
    points = f"{degrees(-4000, -4000)};{degrees(4000, 4000)}"
    given = {"layers": "parcels", "mode": "area", "points": points, "paper": "a4", "scale": "500"}
    answer = client.post("/documents/order/sheets", given)
    assert answer.status_code == 422
    assert "一次最多" in answer.text


def test_too_much_on_a_sheet_names_the_layer(town, client, monkeypatch):
    monkeypatch.setattr(drawing, "MOST_FEATURES", 1)
    row = sheet(client)
    assert row.state == DocumentOrder.State.FAILED
    assert "要素过多" in row.message


def test_too_much_on_all_sheets_together_is_refused(town, client, monkeypatch):
    monkeypatch.setattr(sheets, "MOST_FEATURES", 3)
    assert sheet(client).state == DocumentOrder.State.FAILED
    monkeypatch.setattr(sheets, "MOST_FEATURES", 30)
    assert sheet(client).issued


def test_a_reserved_layer_is_drawn_for_whom_it_is_shared_with_while_it_is(town):
    engineer = Client()
    engineer.force_login(make_user("guan", PipeRole.PIPES))
    row = sheet(engineer, layers="pipe-lines")
    assert "给水" in text_of(pdf_of(engineer, row))
    row.asked_by.groups.remove(Group.objects.get(name=PipeRole.PIPES.value))
    assert engineer.get(f"/documents/{row.pk}/file").status_code == 403


def test_the_form_is_filled_from_the_maps_state(town, client):
    page = client.get(
        "/documents/sheets", {"points": degrees(), "layers": "roads", "at": "2020-01-01"}
    )
    assert page.status_code == 200
    assert 'name="layer" value="roads" checked' in page.text
    assert 'name="layer" value="parcels" checked' not in page.text
    assert 'value="2020-01-01"' in page.text
    assert 'value="pipe-lines"' not in page.text
