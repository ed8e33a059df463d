"""The list of outside maps: what is wrong in it is named; who sees what."""

import pytest

from layers.access.access import ANONYMOUS, Caller
from webmap.apps import check_outside_maps
from webmap.outside.declarations import OutsideMap, load_outside_maps, may_see_outside
from webmap.outside.errors import OutsideMapsFault

HEAD = 'id = "a"\ntitle = "甲"\ntitle_en = "A"\nattribution = "甲"\n'
XYZ = 'kind = "xyz"\nurl = "http://maps.example/{z}/{x}/{y}.png"\n'


def _load(tmp_path, *entries):
    path = tmp_path / "maps.toml"
    path.write_text("".join(f"[[map]]\n{entry}\n" for entry in entries), encoding="utf-8")
    return load_outside_maps(path)


def test_the_file_that_comes_with_the_code_reaches_for_nobody(settings):
    assert load_outside_maps(settings.BASE_DIR / "data" / "outside.toml") == {}


@pytest.mark.parametrize(
    "entry, said",
    [
        (HEAD + 'kind = "xyz"\nurl = "http://maps.example/{z}/{x}.png"', "{y}"),
        (HEAD + 'kind = "xyz"\nurl = "file:///etc/passwd"', "http"),
        (HEAD + 'kind = "xyz"\nurl = "http://u:p@maps.example/{z}/{x}/{y}"', "http"),
        (HEAD + 'kind = "xyz"\nurl = "http://{x}.example/{z}/{x}/{y}"', "http"),
        (HEAD + 'kind = "xyz"\nurl = "http://maps.example/{z}/{x}/{y}?k={key}"', "key_file"),
        (HEAD + 'kind = "xyz"\nurl = "http://maps.example/{z}/{x}/{y}/{0.__class__}"', "{}"),
        (HEAD + 'kind = "wmts"\nurl = "http://maps.example"\nlayer = "a"', "matrix_set"),
        (HEAD + 'kind = "wmts"\nurl = "http://maps.example"\nlayer = "a"\nmatrix_set = "b"\ncrs = 4546', "grid"),
        (HEAD + 'kind = "wms"\nurl = "http://maps.example"', "layer"),
        (HEAD + XYZ + "colour = 1", "colour"),
        (HEAD.replace('"a"', '"../a"') + XYZ, "id"),
    ],
)  # fmt: skip
def test_a_wrong_entry_is_named(tmp_path, entry, said):
    with pytest.raises(OutsideMapsFault, match=r"\[\[map\]\] 1") as caught:
        _load(tmp_path, entry)
    assert said in str(caught.value)


def test_an_id_stands_once(tmp_path):
    with pytest.raises(OutsideMapsFault, match="twice"):
        _load(tmp_path, HEAD + XYZ, HEAD + XYZ)


def test_a_wrong_list_is_found_at_the_start(settings, tmp_path):
    settings.OUTSIDE_MAPS = tmp_path / "none.toml"
    assert [error.id for error in check_outside_maps()] == ["webmap.E003"]


@pytest.mark.parametrize(
    "public, readers, seen",
    [(True, (), "anonymous clerk planner admin key"), (False, (), "clerk planner admin"),
     (False, ("规划",), "planner admin")],
)  # fmt: skip
def test_who_sees_a_map(public, readers, seen):
    one = OutsideMap(
        id="a", title="甲", title_en="A", kind="xyz", url="http://a.example/{z}/{x}/{y}",
        attribution="甲", public=public, readers=frozenset(readers),
    )  # fmt: skip
    callers = {
        "anonymous": ANONYMOUS,
        "clerk": Caller("clerk", frozenset({"以图管房"})),
        "planner": Caller("planner", frozenset({"规划"})),
        "admin": Caller("admin", is_admin=True),
        "key": Caller("system", frozenset({"规划"}), key=7),
    }
    assert " ".join(name for name, who in callers.items() if may_see_outside(who, one)) == seen
