"""Paper, scales, series: values in, values out."""

import pytest
from shapely import LineString, Polygon, box
from shapely.ops import unary_union

from layers.ogc.pictures.frames import Frame
from webmap.documents.cartouche import coordinate_text, framed, grid_lines, scale_bar
from webmap.documents.layout import PAPERS, SCALES, Paper, grid_step_m
from webmap.documents.series import along_line, of_places, over_area


@pytest.mark.parametrize("name", PAPERS)
@pytest.mark.parametrize("is_landscape", [True, False])
def test_every_paper_leaves_room_for_a_map(name, is_landscape):
    paper = Paper(name, is_landscape)
    width, height = paper.map_mm
    assert width > 100
    assert height > 100
    assert (paper.width_mm > paper.height_mm) is is_landscape


def test_too_small_a_paper_names_the_scale_that_fits():
    paper = Paper("a4")
    assert not paper.fits(1000, 500, 500)
    assert paper.fitting_scale(1000, 500) == 5000
    assert paper.fits(1000, 500, 5000)
    assert paper.fitting_scale(90_000, 90_000) is None


@pytest.mark.parametrize("scale", SCALES)
def test_the_grid_is_ten_centimetres_on_paper(scale):
    frame = Frame(565_000, 3_065_000, 342, 219, scale)
    xs = [frame.paper(x, 3_065_000)[0] for x in grid_lines(*frame.bounds[::2], grid_step_m(scale))]
    assert all(b - a == pytest.approx(100) for a, b in zip(xs, xs[1:], strict=False))
    assert len(xs) in (3, 4)


def test_coordinates_are_as_exact_as_the_grid():
    assert coordinate_text(3_065_025, 25) == "3065.025"
    assert coordinate_text(3_065_000, 500) == "3065.0"


def test_a_scale_bar_is_as_long_as_it_says():
    for scale in SCALES:
        _svg, width_mm, said = scale_bar(scale)
        number, unit = said.split()
        metres = float(number) * (1000 if unit == "km" else 1)
        assert width_mm == pytest.approx(metres * 1000 / scale)
        assert 30 <= width_mm <= 60


def test_the_frame_of_a_map_is_exactly_as_large_as_it_says():
    svg = framed("", Frame(0, 0, 342, 219, 500)).decode()
    assert 'width="358.0mm" height="235.0mm" viewBox="0 0 358.0 235.0"' in svg
    assert '<rect width="342" height="219" fill="none"' in svg


def test_a_series_covers_the_area_and_no_more():
    area = Polygon([(0, 0), (2000, 0), (2000, 300), (300, 300), (300, 1500), (0, 1500)])
    sheets = over_area(area, Paper("a3"), 1000)
    frames = unary_union([box(*sheet.frame.bounds).buffer(1e-6) for sheet in sheets])
    assert frames.covers(area)
    assert all(box(*sheet.frame.bounds).intersects(area) for sheet in sheets)
    assert [sheet.number for sheet in sheets] == list(range(1, len(sheets) + 1))


def test_neighbours_name_each_other():
    sheets = {s.number: s for s in over_area(box(0, 0, 900, 500), Paper("a3"), 1000)}
    opposite = {
        "n": "s",
        "e": "w",
        "s": "n",
        "w": "e",
        "nw": "se",
        "se": "nw",
        "ne": "sw",
        "sw": "ne",
    }
    assert len(sheets) == 9
    for sheet in sheets.values():
        for side, number in sheet.neighbours.items():
            assert sheets[number].neighbours[opposite[side]] == sheet.number
    assert len(sheets[5].neighbours) == 8
    assert sheets[1].neighbours == {"e": 2, "s": 4, "se": 5}


def test_sheets_along_a_line_hold_all_of_it():
    line = LineString([(0, 0), (700, 30), (720, 900), (-300, 1000)])
    sheets = along_line(line, Paper("a4"), 500)
    assert unary_union([box(*sheet.frame.bounds) for sheet in sheets]).covers(line)
    assert sheets[0].neighbours == {"after": 2}
    assert sheets[-1].neighbours == {"before": len(sheets) - 1}


def test_an_atlas_has_a_sheet_for_each_place():
    sheets = of_places([("甲", 0, 0), ("乙", 500, 100)], Paper("a4"), 500)
    assert [(s.title, s.frame.centre) for s in sheets] == [("甲", (0, 0)), ("乙", (500, 100))]
