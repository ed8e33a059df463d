"""The profile, and that nothing about the city stands anywhere else."""

import re
from pathlib import Path

import pytest

from spatial.city import DEFAULT_PROFILE, Patrols, ProfileError, load_city

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


def changed(tmp_path, before, after):
    text = DEFAULT_PROFILE.read_text(encoding="utf-8")
    assert before in text
    path = tmp_path / "city.toml"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("before", "after", "reasons"),
    [
        ("soon_share = 0.2", "soon_share = 20", ("deadlines.soon_share 应小于 1", "less than 1")),
        ("kept_days = 90", "kept_days = 0", ("patrols.kept_days 不应小于 1", "at least 1")),
        ("within_m = 50", 'within_m = "near"', ("duplicates.within_m 应为数字", "a number")),
        ("within_m = 50", "within = 50", ("不认识的设置 duplicates.within", "is not a setting")),
        ("idle_hours = 12", "idle_hours = inf", ("patrols.idle_hours 不应大于 168", "at most")),
        ("idle_hours = 12", "idle_hours = nan", ("patrols.idle_hours",)),
        ("kept_days = 90", "kept_days = 4000", ("patrols.kept_days 不应大于 3650", "at most 3650")),
        ("within_m = 50", "within_m = 5000", ("duplicates.within_m 不应大于 1000", "at most 1000")),
        ("within_hours = 24", "within_hours = 9999", ("within_hours 不应大于 720", "at most 720")),
        ("worst_accuracy_m = 50", "worst_accuracy_m = 5e4", ("worst_accuracy_m 不应大于", "most")),
        ("projected = 4546", "projected = 9999", ("crs.projected 应为 EPSG 收录", "the EPSG")),
        ("offered = [4525]", "offered = [1025]", ("crs.offered.0 应为 EPSG 收录", "the EPSG")),
        ("projected = 4546", "projected = 4490", ("crs 的 projected 应为投影", "a projected CRS")),
        ("geographic = 4490", "geographic = 4546", ("crs 的 geographic 应为地理", "a geographic")),
        ("idle_minutes = 30", "idle_minutes = 1", ("accounts.idle_minutes 不应小于 5", "least 5")),
        ('"监督员" = 720', '"监督员" = 9999', ("accounts.idle_minutes_of.监督员", "at most 1440")),
        ('day_rule = "hours"', 'day_rule = "day"', ("working_hours.day_rule 应为", "one of")),
        ("projected = 4546", 'projected = "x"', ("crs.projected 应为整数", "a whole number")),
        ("west = 111.50", "west = 113", ("extent 应由西到东", "west to east")),
        ("latitude = 27.6934", "latitude = 127", ("view.latitude 不应大于 90", "at most 90")),
        ("Asia/Shanghai", "Asia/Nowhere", ("time_zone 应为 IANA 时区名", "IANA time zone")),
        ("days = [1,", "days = [0,", ("working_hours.days.0 不应小于 1", "at least 1")),
        ('["14:00"', '["11:00"', ("working_hours 各时段应先后相接", "follow each other")),
        ('"08:00"', '"8 Uhr"', ("working_hours.slots.0.0 应为时刻", "should be a time")),
        ('adcode = "431382"', 'adcode = "43"', ("adcode 应符合", "should match")),
    ],
)
def test_a_wrong_setting_is_refused_by_name(tmp_path, before, after, reasons):
    with pytest.raises(ProfileError) as refused:
        load_city(changed(tmp_path, before, after))
    for reason in reasons:
        assert reason in str(refused.value)
    assert str(tmp_path / "city.toml") in str(refused.value)


def test_the_rules_of_the_city_are_read_and_have_defaults(tmp_path):
    named = load_city(changed(tmp_path, "kept_days = 90", "kept_days = 30"))
    assert named.patrols == Patrols(kept_days=30, worst_accuracy_m=50, idle_hours=12)
    other = load_city(ROOT / "tests" / "data" / "bubenec.toml")
    plain = load_city(DEFAULT_PROFILE)
    for section in ("patrols", "duplicates", "deadlines", "day_rule"):
        assert getattr(other, section) == getattr(plain, section)


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
