"""Labels stand clear of each other and of the frame."""

from layers.ogc.pictures.labels import Label, Labelling, lines_of


def placed(*labels, size=(100, 60)):
    labelling = Labelling(*size)
    labelling.add(list(labels))
    return [text for text in labelling.svg("F").split(">") if text.endswith("</text")][1::2]


def label(text, x=50.0, y=30.0, **more):
    return Label(text, 2.4, "#000000", "#ffffff", place=(x, y), **more)


def test_the_second_of_two_at_one_place_is_left_out():
    assert placed(label("甲"), label("乙")) == ["甲</text"]


def test_two_that_stand_clear_are_both_drawn():
    assert placed(label("甲"), label("乙", x=60)) == ["甲</text", "乙</text"]


def test_what_would_cross_the_frame_is_left_out():
    assert placed(label("人民路", x=1)) == []


def test_along_a_line_that_is_too_short_nothing_is_written():
    assert placed(Label("人民路", 2.4, "#000", "#fff", line="M 10 10 L 14 10")) == []
    assert placed(Label("人民路", 2.4, "#000", "#fff", line="M 10 10 L 40 10")) == ["人民路</text"]


def test_one_name_comes_again_only_far_away():
    near = [Label("人民路", 2.4, "#000", "#fff", line=f"M 10 {y} L 40 {y}") for y in (10, 20)]
    assert placed(*near) == ["人民路</text"]


def test_a_slanting_text_takes_no_more_room_than_it_covers():
    slanting = Label("人民路", 2.4, "#000", "#fff", line="M 40 20 L 60 40")
    assert len(placed(slanting, label("甲", x=54, y=25))) == 2
    assert len(placed(slanting, label("甲", x=51, y=31))) == 1


def test_a_text_is_broken_into_lines_of_like_length():
    assert lines_of("涟源市人民政府政务服务中心") == ["涟源市人民政府", "政务服务中心"]
    assert lines_of("A very long English name of a place") == [
        "A very long English name of a place"
    ]
