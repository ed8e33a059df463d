"""The profile, and that nothing about the city stands anywhere else."""

import re
from pathlib import Path

import pytest

from spatial.city import DEFAULT_PROFILE, ProfileError, load_city

ROOT = DEFAULT_PROFILE.parent.parent
FLOORS = ("spatial", "grid", "layers", "importers", "webmap")


def test_the_profile_reads():
    city = load_city(DEFAULT_PROFILE)
    assert (city.adcode, city.projected, city.geographic) == ("431382", 4546, 4490)
    assert {4546, 4490, 4326} <= city.accepted


@pytest.mark.parametrize(
    ("text", "reason"),
    [("name = 'x'", "缺少 crs"), ("= broken", "不是有效的 TOML")],
)
def test_a_broken_profile_is_told(tmp_path, text, reason):
    path = tmp_path / "city.toml"
    path.write_text(text)
    with pytest.raises(ProfileError, match=reason):
        load_city(path)
    with pytest.raises(ProfileError, match="读不到"):
        load_city(tmp_path / "none.toml")


def test_the_city_is_named_nowhere_in_the_code():
    """The sample city may name its streets; the rest must follow the profile."""
    told = re.compile("涟源|Lianyuan|431382|4546|111E")
    places = [
        f"{path.relative_to(ROOT)}:{number}"
        for floor in FLOORS
        for path in sorted(Path(ROOT, floor).rglob("*.py"))
        if not path.is_relative_to(Path(ROOT, "importers", "sample"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if told.search(line)
    ]
    assert places == []
