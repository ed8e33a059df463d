"""Code lists as data."""

import re

from spatial.codes import scheme, schemes


def test_every_listed_scheme_is_there_with_its_source():
    for found in schemes().values():
        assert found.codes
        assert found.source
        assert found.version


def test_names_and_inherited_colours():
    uses = scheme("land_sea_use_2023")
    assert uses.name("0701") == "城镇住宅用地"
    assert uses.name("没有") == "没有"
    assert uses.colour("0702") == uses.colour("07") == "#ffff2d"
    assert uses.colour("没有") == ""


def test_colours_are_colours_and_parents_exist():
    for found in schemes().values():
        for code in found.codes.values():
            assert re.fullmatch("(#[0-9a-f]{6})?", code.colour), (found.id, code)
            assert not code.parent or code.parent in found.codes, (found.id, code)


def test_the_second_level_of_gbt21010_is_complete():
    assert sum(len(code) == 4 for code in scheme("gbt21010_2017").codes) == 73
