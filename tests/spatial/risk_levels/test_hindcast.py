"""Sixty-eight years of Changsha: tuned on the even years, told of the odd ones."""

import re
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from spatial.crs import transformer
from spatial.hazards.models import HazardSite
from spatial.risk_levels.hindcast import SeriesFault, hindcast, past_events, read_series
from spatial.risk_levels.rulebook import budget_on, seed
from tests.factories import open_feature, spot

pytestmark = pytest.mark.django_db
CHANGSHA = Path(__file__).resolve().parents[2] / "data" / "rain" / "changsha_daily.csv.gz"
DAY = date(2026, 6, 17)


@pytest.fixture
def event_4406():
    """The catalogue's event in the city, 2012-06-11, as it is told."""
    open_feature(
        HazardSite, "NASA-GLC-4406", name="Lianyuan City, Hunan", kind="landslide",
        occurred_on=date(2012, 6, 11), position_accuracy="1km", geom=spot(),
    )  # fmt: skip


def test_tuned_on_half_the_years_the_budget_holds_on_the_others(event_4406, capsys):
    seed()
    rain, budget = read_series(CHANGSHA), budget_on(DAY)
    found = hindcast(rain, 0.8, {}, budget, ([], []))
    assert (len(found.tuned_years), len(found.told_years)) == (34, 34)
    assert found.missing_days > 300
    told = found.told[0]
    assert [row.limit for row in told.rows] == sorted(row.limit for row in told.rows)
    for one in told.frequencies:
        # Other years are other years: a quarter over the budget is chance, twice is not.
        assert 0.5 * one.budget < one.per_year < 1.25 * one.budget
    call_command("hindcast", str(CHANGSHA), "--at", "112.92,28.12")
    text = capsys.readouterr().out
    assert re.search(r"NASA-GLC-4406（2012-06-11）距站 1[23]\d 千米，太远，不用于率定或检验", text)
    assert "命中与空报无从评定" in text
    assert "POD" not in text


def test_events_nearby_are_scored_beside_always_and_never(capsys, tmp_path):
    seed()
    path = tmp_path / "rain.csv"
    days = [f"A,{year}-06-{day:02d},{day * 10}" for year in (2020, 2021) for day in range(1, 31)]
    path.write_text("station,date,prcp_mm\n" + "\n".join(days))
    open_feature(
        HazardSite, "E1", name="滑坡", kind="landslide", occurred_on=date(2021, 6, 29), geom=spot()
    )
    lon, lat = transformer(spot().srid, 4326).transform(spot().x, spot().y)
    call_command("hindcast", str(path), "--at", f"{lon},{lat}")
    text = capsys.readouterr().out
    assert "总是预警  POD 1.000" in text
    assert "从不预警  POD 0.000  FAR —" in text
    near, far = past_events(spot().x, spot().y, spot().srid, 1.0)
    assert ([event.code for event in near], far) == (["E1"], [])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("station,date\nA,2020-01-01", "prcp_mm"),
        ("station,date,prcp_mm\nA,2020-01-01,-3", "第 2 行"),
        ("station,date,prcp_mm\nA,2020-13-01,3", "第 2 行"),
        ("station,date,prcp_mm\nA,2020-01-01,3\nB,2020-01-01,3", "请选一个"),
        ("station,date,prcp_mm\nA,2020-01-01,3\nA,2020-01-01,4", "两行"),
        ("station,date,prcp_mm\n", "没有一行"),
        ("station,date,prcp_mm\nA,2020-01-01,nan", "不可能"),
    ],
)
def test_a_series_that_cannot_be_read_is_refused_by_its_row(tmp_path, text, words):
    path = tmp_path / "rain.csv"
    path.write_text(text)
    with pytest.raises(SeriesFault, match=words):
        read_series(path)
    seed()
    with pytest.raises(CommandError, match=words):
        call_command("hindcast", str(path))
