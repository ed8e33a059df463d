"""The people of a city management centre, a place for them to work, and cases to work on."""

import io
from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch

from django.contrib.auth.models import Group, User
from PIL import Image

from grid.cases.actions import Report, act, report
from grid.cases.actors import Actor
from grid.models import Case, CasePhoto, GridCell
from grid.roles import GridRole
from spatial.base.models import District
from tests.factories import moment, open_feature, spot, square

COMMUNITY = "431382001001"
CELL = f"{COMMUNITY}001"
STREETS, HYGIENE = "市政设施维护中心", "环境卫生服务中心"

INSPECTOR = Actor("王巡", frozenset({GridRole.INSPECTOR}), districts=("431382001",))
INTAKE = Actor("李受", frozenset({GridRole.INTAKE}))
CHIEF = Actor("赵值", frozenset({GridRole.CHIEF}))
DEPUTY = Actor("冯值", frozenset({GridRole.CHIEF}))
DISPATCHER = Actor("钱派", frozenset({GridRole.DISPATCHER}))
SECOND = Actor("孙派", frozenset({GridRole.DISPATCHER}))
ROADS = Actor("周工", frozenset({GridRole.HANDLER}), department=STREETS)
CLEANERS = Actor("吴洁", frozenset({GridRole.HANDLER}), department=HYGIENE)

# From a report to the end, as it goes when nothing goes wrong.
STRAIGHT = (
    (INTAKE, "accept", {}),
    (CHIEF, "file", {"condition": "1"}),
    (DISPATCHER, "dispatch", {"department": STREETS}),
    (ROADS, "finish", {"note": "已修补"}),
    (INTAKE, "send_check", {}),
    (INSPECTOR, "pass_check", {}),
    (CHIEF, "close", {}),
)


def make_ground() -> None:
    """A community of 400 m with one cell of 100 m in its corner; the town has its own."""
    if not District.objects.current().filter(code=COMMUNITY).exists():
        ground = square(-100, -100, 400)
        values = {"name": "示范社区", "level": "village", "geom": ground}
        open_feature(District, COMMUNITY, moment(2018), **values)
    if not GridCell.objects.current().filter(code=CELL).exists():
        values = {"community_code": COMMUNITY, "area_m2": 10_000.0, "geom": square(0, 0, 100)}
        open_feature(GridCell, CELL, moment(2018), **values)


def make_inspector(name: str, *, is_active: bool = True) -> User:
    """The account of an inspector, who can be given tasks while it is active."""
    user = User.objects.create_user(name, is_active=is_active)
    user.groups.add(Group.objects.get_or_create(name=GridRole.INSPECTOR.value)[0])
    return user


def told(**more) -> Report:
    """A report of a damaged road; 5 working days once it is filed."""
    values = {
        "kind": "event",
        "class_code": "0113",
        "point": spot(5, 5),
        "description": "路面破损",
        "source": "监督员上报",
    }
    return Report(**(values | more))


def new_case(**more) -> Case:
    """A case as the inspector reports it."""
    return report(INSPECTOR, told(**more))


def walk(case: Case, until: str) -> Case:
    """Take the straight way until after that action."""
    for actor, action, given in STRAIGHT:
        case = act(actor, case.code, action, given)
        if action == until:
            return case
    raise KeyError(until)


def publish_all(case: Case, words: str = "路面破损", address: str = "公交站旁") -> Case:
    """Have the public see the words, worded for it, and all photos of a case."""
    act(INTAKE, case.code, "publish", {"item": "words", "words": words, "address": address})
    for photo in CasePhoto.objects.filter(case_code=case.code):
        act(INTAKE, case.code, "publish", {"item": str(photo.pk)})
    return case


def picture(width: int = 640, height: int = 480, form: str = "JPEG", **more) -> bytes:
    """A photo's bytes."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), (90, 120, 60)).save(out, form, **more)
    return out.getvalue()


@contextmanager
def freeze_time(moment: datetime):
    """Have it be that moment."""
    with patch("django.utils.timezone.now", return_value=moment):
        yield
