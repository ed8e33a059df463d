"""Readings of rain gauges: taken in whole, in part, twice; and every way of being wrong."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from importers.errors import DeliveryRefused
from importers.runs.rain import take_rain
from spatial.hazards.models import RainReading, RainStation
from tests.factories import moment, open_feature, spot

pytestmark = pytest.mark.django_db
HEAD = "站码,时间,时长,雨量\n"


@pytest.fixture
def gauges(db):
    for code in ("Y1", "Y2"):
        open_feature(RainStation, code, name=code, geom=spot(5, 5))


@pytest.fixture
def table(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "雨量.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


def test_rows_of_an_hour_and_of_ten_minutes(gauges, table):
    path = table(HEAD + "Y1,2024-06-22 08:00,60,12.5\nY2,2024/6/22 8:10,10,0\n")
    taken = take_rain(path)
    assert (taken.new, taken.known, taken.refused) == (2, 0, 0)
    hour = RainReading.objects.get(station="Y1")
    assert hour.during.upper.isoformat() == "2024-06-22T00:00:00+00:00"
    assert hour.during.upper - hour.during.lower == timedelta(hours=1)
    assert hour.mm == 12.5


def test_without_minutes_it_is_hours_and_gbk_is_read(gauges, table):
    taken = take_rain(table("测站编码,时刻,时段雨量(mm)\nY1,2024-06-22T08:00+08:00,3\n", "gb18030"))
    assert taken.new == 1
    during = RainReading.objects.get().during
    assert during.upper - during.lower == timedelta(hours=1)


def test_the_same_again_changes_nothing(gauges, table):
    path = table(HEAD + "Y1,2024-06-22 08:00,60,12.5\n")
    take_rain(path)
    taken = take_rain(path)
    assert (taken.new, taken.known, taken.refused) == (0, 1, 0)
    assert RainReading.objects.count() == 1


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("Y9,2024-06-22 08:00,60,1", "没有雨量站“Y9”"),
        ("Y1,22.6.2024,60,1", "读不出"),
        ("Y1,2024-02-30 08:00,60,1", "读不出"),
        ("Y1,2924-06-22 08:00,60,1", "还没有到"),
        ("Y1,2024-06-22 08:00,0,1", "时长"),
        ("Y1,2024-06-22 08:00,1441,1", "时长"),
        ("Y1,2024-06-22 08:00,60,-1", "雨量"),
        ("Y1,2024-06-22 08:00,60,99999", "雨量"),
        ("Y1,2024-06-22 08:00,60,nan", "雨量"),
        ("Y1,2024-06-22 08:00,60", "雨量"),
        ("Y2,2024-06-22 08:30,60,1", "本文件另一行"),
        ("Y1,2024-06-21 08:00,60,9", "已有读数 4 毫米"),
        ("Y1,2024-06-21 08:30,60,4", "与已有读数的时段重叠"),
    ],
)
def test_a_wrong_row_is_told_and_nothing_is_taken(gauges, table, row, words):
    take_rain(table(HEAD + "Y1,2024-06-21 08:00,60,4\n"))
    path = table(HEAD + f"Y2,2024-06-22 08:00,60,2\n{row}\n")
    taken = take_rain(path)
    assert (taken.new, taken.refused) == (0, 1)
    assert taken.log.kept[0].row == 3
    assert words in taken.log.kept[0].message
    assert RainReading.objects.count() == 1
    partly = take_rain(path, partly=True)
    assert (partly.new, partly.refused) == (1, 1)


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "站码,时间,雨量,降雨量\n", "站码,时间\n"])
def test_a_table_of_something_else_is_refused(gauges, table, text):
    with pytest.raises(DeliveryRefused):
        take_rain(table(text))


def test_the_command_says_which_line(gauges, table, capsys):
    path = table(HEAD + "Y1,2024-06-22 08:00,60,1\nY9,2024-06-22 08:00,60,1\n")
    with pytest.raises(CommandError, match="全部不收"):
        call_command("import_rain", str(path))
    assert "第 3 行" in capsys.readouterr().err
    call_command("import_rain", str(path), partly=True)
    assert "新收 1" in capsys.readouterr().out
    with pytest.raises(CommandError, match="没有文件"):
        call_command("import_rain", "nowhere.csv")


def test_the_database_itself_takes_no_overlap(gauges):
    now = timezone.now()
    first = DateTimeTZRange(moment(2024), moment(2024) + timedelta(hours=1))
    RainReading.objects.create(station="Y1", during=first, mm=1, received_at=now)
    for during, mm in (
        (DateTimeTZRange(moment(2024) + timedelta(minutes=30), moment(2025)), 1),
        (DateTimeTZRange(moment(2023), None), 1),
        (DateTimeTZRange(moment(2022), moment(2023)), -1),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            RainReading.objects.create(station="Y1", during=during, mm=mm)
