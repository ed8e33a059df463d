import pytest

from layers.access.access import ANONYMOUS, Caller
from spatial.pipes.roles import PipeRole
from webmap.exports.requests import BadRequest, read_request, stored_request

BBOX = "111.66,27.69,111.67,27.70"
PIPES = Caller("guan", frozenset({PipeRole.PIPES}))
ADMIN = Caller("root", is_admin=True)


def read(caller=ANONYMOUS, **form):
    return read_request({"bbox": BBOX, "layers": "parcels,roads", **form}, caller, "zh-hans")


def test_a_good_form_survives_the_job_table():
    wanted = read(datetime="2020-05-01", title=" 城南\n地块 ", entrance="planning")
    assert wanted.layers == ("parcels", "roads")
    assert wanted.title == "城南 地块"
    assert stored_request(wanted.params()) == wanted


def test_the_box_is_cut_to_the_city():
    assert read(bbox="100,20,111.7,40").bbox == (111.5, 27.4, 111.7, 28.1)


@pytest.mark.parametrize(
    "bbox",
    ["", "1,2,3", "a,b,c,d", "111.7,27.6,111.6,27.7", "nan,27,112,28", "-inf,27,inf,28", "1,1,2,2"],
)
def test_a_box_that_cannot_be_read_is_refused(bbox):
    with pytest.raises(BadRequest, match="范围"):
        read(bbox=bbox)


@pytest.mark.parametrize(
    "layers", ["", " , ", "nothing", "parcels,nothing", ",".join(f"l{i}" for i in range(30))]
)
def test_layers_that_are_not_there_are_refused(layers):
    with pytest.raises(BadRequest, match="图层"):
        read(layers=layers)


def test_hidden_and_unknown_layers_are_told_alike():
    with pytest.raises(BadRequest) as hidden:
        read(layers="pipe-lines")
    with pytest.raises(BadRequest) as unknown:
        read(layers="pipe-linez")
    assert str(hidden.value).replace("pipe-lines", "x") == str(unknown.value).replace(
        "pipe-linez", "x"
    )


def test_who_was_granted_a_layer_may_export_it():
    assert read(PIPES, layers="pipe-lines").layers == ("pipe-lines",)


@pytest.mark.parametrize("withheld", ["rights", "storeys"])
def test_what_is_withheld_is_not_handed_out_even_to_administrators(withheld):
    with pytest.raises(BadRequest):
        read(ADMIN, layers=withheld)


@pytest.mark.parametrize("moment", ["2020-13-01", "yesterday", "2020-01-01/2021-01-01"])
def test_a_moment_is_one_moment(moment):
    with pytest.raises(BadRequest):
        read(datetime=moment)
