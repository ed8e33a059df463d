"""Words and photos are public one by one, by somebody, and can be withdrawn."""

import pytest

from grid.cases.actions import act, report
from grid.cases.actors import anybody
from grid.cases.photos import read_photo
from grid.cases.publishing import NOTHING, awaiting_review, photo_shown, shown
from grid.models import Case, CasePhoto, CaseStep, Publication
from spatial.casework.errors import InvalidInput
from spatial.workflow import RoleNotAllowed, WrongState
from tests.grid.people import CHIEF, DISPATCHER, INTAKE, ROADS, picture, told, walk

pytestmark = pytest.mark.django_db


def public(**more) -> Case:
    photos = [read_photo(picture()), read_photo(picture(320))]
    words = {"description": "张三的车湘K12345挡路，微信abc", "address": "人民路 8 号张宅"}
    return report(anybody(), told(is_public=True, photos=photos, **(words | more)))


def test_nothing_is_shown_until_somebody_publishes_it(ground):
    case = walk(public(), "dispatch")
    first, second = CasePhoto.objects.all()
    assert shown(case) == NOTHING
    act(INTAKE, case.code, "publish", {"item": str(first.pk)})
    assert shown(case).photos == (first,)
    assert (photo_shown(first.pk), photo_shown(second.pk)) == (first, None)
    given = {"item": "words", "words": "车辆挡路，电话 138-0013-8000", "address": "人民路"}
    case = act(CHIEF, case.code, "publish", given)
    assert (shown(case).words, shown(case).address) == ("车辆挡路，电话 ×××", "人民路")
    assert case.description.startswith("张三")  # what was written stays
    row = Publication.objects.get(item="words")
    assert (row.who, row.at) == (CHIEF.name, CaseStep.objects.last().at)


def test_what_is_withdrawn_is_gone_and_the_decisions_stay(ground):
    case = walk(public(), "close")
    photo = CasePhoto.objects.first()
    for item, words in (("words", "车辆挡路"), (str(photo.pk), "")):
        act(INTAKE, case.code, "publish", {"item": item, "words": words})
        act(CHIEF, case.code, "withhold", {"item": item, "reason": "当事人要求"})
    assert shown(case) == NOTHING
    assert photo_shown(photo.pk) is None
    assert list(Publication.objects.values_list("is_public", flat=True)) == [True, False] * 2
    step = CaseStep.objects.last()
    assert (step.action, step.details["was_public"], step.text) == ("withhold", True, "当事人要求")
    assert Case.objects.current().get().step == "closed"
    act(INTAKE, case.code, "publish", {"item": str(photo.pk)})  # once more, knowingly
    assert shown(case).photos == (photo,)
    with pytest.raises(TypeError):
        Publication.objects.first().save()


def test_a_case_that_leaves_what_the_public_sees_takes_its_words_along(ground):
    case = walk(public(), "accept")
    act(INTAKE, case.code, "publish", {"item": "words", "words": "车辆挡路"})
    case = act(CHIEF, case.code, "void", {"reason": "重复"})
    assert shown(case) == NOTHING
    act(CHIEF, case.code, "withhold", {"item": "words"})


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"item": "words", "words": "\u200b\u202e"}, "请写公开的文字"),
        ({"item": "words", "words": "路坏了", "address": "字" * 201}, "超过 200 字"),
        ({"item": "nonsense"}, "没有这张照片"),
        ({"item": "00000000-0000-0000-0000-000000000000"}, "没有这张照片"),
    ],
)
def test_what_does_not_fit_is_not_published(ground, given, words):
    case = walk(public(), "accept")
    with pytest.raises(InvalidInput, match=words):
        act(INTAKE, case.code, "publish", given)
    assert not Publication.objects.exists()


def test_only_the_desk_publishes_and_only_what_it_has_looked_at(ground):
    case = public()
    with pytest.raises(WrongState):
        act(INTAKE, case.code, "publish", {"item": "words", "words": "路坏了"})
    walk(case, "dispatch")
    for actor in (DISPATCHER, ROADS):
        with pytest.raises(RoleNotAllowed):
            act(actor, case.code, "publish", {"item": "words", "words": "路坏了"})
    other = walk(public(), "accept")
    photo = CasePhoto.objects.filter(case_code=case.code).first()
    with pytest.raises(InvalidInput, match="没有这张照片"):
        act(INTAKE, other.code, "publish", {"item": str(photo.pk)})
    hidden = walk(report(INTAKE, told()), "accept")
    with pytest.raises(InvalidInput, match="不对公众公开"):
        act(INTAKE, hidden.code, "publish", {"item": "words", "words": "路坏了"})


def test_what_nobody_has_decided_on_waits_for_a_look(ground):
    case = walk(public(), "accept")
    report(anybody(), told(is_public=True))  # not accepted yet
    walk(report(INTAKE, told()), "accept")  # never public
    assert [one.code for one in awaiting_review(INTAKE)] == [case.code]
    assert not awaiting_review(ROADS).exists()
    act(INTAKE, case.code, "publish", {"item": "words", "words": "车辆挡路"})
    first, second = CasePhoto.objects.filter(case_code=case.code)
    act(INTAKE, case.code, "publish", {"item": str(first.pk)})
    assert awaiting_review(INTAKE).exists()
    act(INTAKE, case.code, "withhold", {"item": str(second.pk)})
    assert not awaiting_review(CHIEF).exists()
