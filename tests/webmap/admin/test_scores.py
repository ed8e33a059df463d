"""Rules of the evaluation in the administrator pages."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from grid.rules import rulebook
from grid.rules.indicators import Subject
from grid.rules.models import ScoreBand, ScoreGrade, ScoreWeight

pytestmark = pytest.mark.django_db
WEIGHTS, BANDS, GRADES = (
    f"/admin/grid/{name}/" for name in ("scoreweight", "scoreband", "scoregrade")
)
TOMORROW = timezone.localdate() + timedelta(days=1)


@pytest.fixture
def root(client):
    client.force_login(User.objects.create_superuser("root"))
    return client


def weight(**more):
    values = {
        "subject": "department",
        "figure": "handle_rate",
        "form": "share",
        "points": "20",
        "valid_from": f"{TOMORROW}",
    }
    return values | more


def test_every_page_opens(root):
    for page in (WEIGHTS, BANDS, GRADES):
        assert root.get(page).status_code == 200
        assert root.get(f"{page}add/").status_code == 200


def test_the_seeds_are_the_published_ones():
    today = timezone.localdate()
    weights, bands = rulebook.score_rules(Subject.DEPARTMENT, today)
    assert [(w.figure, w.form, w.points) for w in weights] == [
        ("assigned", "band", 10),
        ("close_rate", "share", 30),
        ("handle_in_time_rate", "share", 30),
        ("rework_rate", "inverse", 30),
    ]
    for subject in (Subject.INSPECTOR, Subject.INTAKE, Subject.CHIEF, Subject.DISPATCHER):
        assert sum(w.points for w in rulebook.score_rules(subject, today)[0]) == 100
    assert {band.above: band.points for band in bands["volume"]} == {
        2000: 100,
        1200: 90,
        500: 75,
        300: 60,
        100: 40,
        -1: 0,
    }
    assert {band.above: band.points for band in bands["department"]} == {
        -1: 100,
        50: 90,
        100: 75,
        200: 60,
        500: 40,
        1000: 0,
    }
    found = rulebook.grades(today)
    assert [(g.letter, g.least) for g in found] == [
        ("A", 90),
        ("B", 75),
        ("C", 60),
        ("D", 40),
        ("E", 0),
    ]


def test_a_weight_holds_from_its_day_on_and_the_sum_is_told(root):
    answer = root.post(f"{WEIGHTS}add/", weight(), follow=True)
    assert "120" in answer.content.decode()
    before, after = (
        rulebook.score_rules(Subject.DEPARTMENT, day)[0] for day in (timezone.localdate(), TOMORROW)
    )
    assert (len(before), len(after)) == (4, 5)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"points": "101"}, "0 与 100"),
        ({"points": "-1"}, "0 与 100"),
        ({"form": "band"}, "数量分段"),
        ({"figure": "handled"}, "数量分段"),
        ({"figure": "handled", "form": "band", "bands": "nothing"}, "没有这个分段表"),
        ({"figure": "close_rate"}, "已有同样的一条"),
        ({"figure": "nothing"}, "handle_rate"),
    ],
)
def test_a_weight_that_cannot_be_is_refused(root, more, words):
    answer = root.post(f"{WEIGHTS}add/", weight(**more))
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not ScoreWeight.objects.filter(valid_from=TOMORROW).exists()


def test_what_was_ended_is_followed(root):
    old = ScoreWeight.objects.get(subject="department", figure="close_rate")
    assert root.post(f"{WEIGHTS}{old.pk}/change/", {"valid_to": f"{TOMORROW}"}).status_code == 302
    assert root.post(f"{WEIGHTS}add/", weight(figure="close_rate", points="35")).status_code == 302
    weights, _ = rulebook.score_rules(Subject.DEPARTMENT, TOMORROW)
    assert next(w.points for w in weights if w.figure == "close_rate") == 35


def test_an_end_moved_into_what_follows_is_refused(root):
    old = ScoreWeight.objects.get(subject="department", figure="close_rate")
    page = f"{WEIGHTS}{old.pk}/change/"
    assert root.post(page, {"valid_to": f"{TOMORROW}"}).status_code == 302
    assert root.post(f"{WEIGHTS}add/", weight(figure="close_rate", points="35")).status_code == 302
    for later in (f"{TOMORROW + timedelta(days=1)}", ""):
        answer = root.post(page, {"valid_to": later})
        assert answer.status_code == 200
        assert "已有同样的一条" in answer.text
    old.refresh_from_db()
    assert old.valid_to == TOMORROW
    today = timezone.localdate()
    assert root.post(page, {"valid_to": f"{today}"}).status_code == 302


def test_bands_and_grades_are_checked_too(root):
    band = {"bands": "volume", "above": "100", "points": "50", "valid_from": f"{TOMORROW}"}
    assert "已有同样的一条" in root.post(f"{BANDS}add/", band).content.decode()
    assert root.post(f"{BANDS}add/", {**band, "above": "150"}).status_code == 302
    grade = {"letter": "S", "least": "95", "colour": "gold", "valid_from": f"{TOMORROW}"}
    assert "#2c7a4b" in root.post(f"{GRADES}add/", grade).content.decode()
    assert root.post(f"{GRADES}add/", {**grade, "colour": "#b7832f"}).status_code == 302
    assert rulebook.grades(TOMORROW)[0].letter == "S"
    assert (ScoreBand.objects.count(), ScoreGrade.objects.count()) == (13, 6)
    assert rulebook.grades(date(2021, 1, 1))[0].letter == "A"
