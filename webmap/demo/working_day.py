"""A working day for the demo accounts: a case in every queue, a patrol on the map.

Made by the very actions that people use, so that what is shown is what the system does.
All of it is invented and says so (示意).
"""

import io
from datetime import timedelta
from typing import Any

import numpy as np
import shapely
from django.contrib.auth.models import User
from django.contrib.gis.geos import GEOSGeometry, Point
from django.db import transaction
from django.utils import timezone
from PIL import Image, ImageDraw

from grid.cases.actions import Report, act, report
from grid.cases.actors import Actor, anybody
from grid.cases.photos import Photo, read_photo
from grid.cases.steps import (
    CHECKING,
    CLOSED,
    CLOSING,
    DISPATCHING,
    FEEDBACK,
    FILING,
    HANDLING,
    REPORTED,
    SUSPENDED,
    VERIFYING,
)
from grid.models import Case, CasePhoto, Component, Patrol
from grid.patrols.patrols import Fix, add_fixes, start_patrol
from grid.rules import rulebook
from spatial.base.models import Road
from spatial.city import city
from webmap.web.callers import actor_of

PUBLIC, INSPECTOR = "公众举报", "监督员上报"
# class of a component, words, source, the state to bring it to
STORIES = (
    ("0103", "雨水井盖缺失，已放警示牌", INSPECTOR, REPORTED),
    ("0137", "路灯三天不亮", PUBLIC, REPORTED),
    ("0104", "雨水箅子被落叶堵住", PUBLIC, REPORTED),
    ("0102", "污水井盖松动，车过有响声", PUBLIC, VERIFYING),
    ("0402", "行道树枯死，树池空着", PUBLIC, VERIFYING),
    ("0103", "雨水井盖周边下沉", INSPECTOR, FILING),
    ("0137", "路灯不亮，夜间看不清路", INSPECTOR, FILING),
    ("0102", "污水井盖破损", INSPECTOR, DISPATCHING),
    ("0103", "雨水井盖移位", INSPECTOR, DISPATCHING),
    ("0137", "路灯单灯不亮", PUBLIC, DISPATCHING),
    ("0104", "雨水箅子堵塞一半", INSPECTOR, HANDLING),
    ("0103", "雨水井盖松动", INSPECTOR, HANDLING),
    ("0137", "路灯不亮", PUBLIC, HANDLING),
    ("0402", "行道树倒伏后未补种", INSPECTOR, SUSPENDED),
    ("0104", "雨水箅子被泥沙堵塞", INSPECTOR, FEEDBACK),
    ("0137", "路灯忽明忽暗", PUBLIC, FEEDBACK),
    ("0103", "雨水井盖缺失", INSPECTOR, CHECKING),
    ("0102", "污水井盖破损，有异味", PUBLIC, CHECKING),
    ("0137", "路灯不亮", INSPECTOR, CLOSING),
    ("0104", "雨水箅子堵塞", INSPECTOR, CLOSED),
    ("0137", "小区门口路灯不亮", PUBLIC, CLOSED),
)
NOTED = "已更换，恢复正常（示意）"
LATER = timedelta(days=20)
STRIDE_M, STRIDE = 14.0, timedelta(seconds=12)
MOST_FIXES = 200
NEAR_M = 60


@transaction.atomic
def make_demo_day() -> int:
    """Cases and a patrol of the demo accounts, unless there are any; returns how many cases.

    Nothing where the accounts, or components for the stories, are missing.
    """
    users = {user.username: user for user in User.objects.filter(is_active=True)}
    people = {name: actor_of(user) for name, user in users.items()}
    if not {"inspector", "intake", "chief", "dispatcher", "handler"} <= people.keys():
        return 0
    if Case.objects.filter(reporter="inspector").exists():
        return 0
    area = people["inspector"].districts
    way = _longest_road(area)
    if way:
        _walk(users["inspector"], way)
    made = 0
    for number, (class_code, words, source, until) in enumerate(STORIES):
        component = _component(class_code, area, number, way if source == INSPECTOR else None)
        if component:
            _live(people, component, words, source, until)
            made += 1
    return made


def _component(
    class_code: str, area: tuple[str, ...], number: int, way: shapely.LineString | None
) -> Component | None:
    """One of the area's components of a class, near the way; another one for each number."""
    found = Component.objects.current().filter(class_code=class_code)
    found = found.filter(cell_code__startswith=area[0] if area else "").order_by("code")
    if way is not None:
        line = GEOSGeometry(memoryview(way.wkb), srid=city().projected)
        near = found.filter(geom__dwithin=(line, NEAR_M))
        found = near if near.exists() else found
    count = found.count()
    return found[number * 37 % count] if count else None


def _live(
    people: dict[str, Actor], component: Component, words: str, source: str, until: str
) -> None:
    """Report a case and take it through the steps to the state where it is to wait."""
    is_public = source == PUBLIC
    case = report(
        anybody() if is_public else people["inspector"],
        Report(
            kind="component",
            class_code=component.class_code,
            point=component.geom,
            description=f"{words}（示意）",
            source=source,
            component_code=component.code,
            is_public=is_public,
            reporter_name="王某（示意）" if is_public else "",
            reporter_phone="13800000000" if is_public else "",
            captured_at=timezone.now(),
            photos=[_picture(is_mended=False)],
        ),
    )
    for who, action, given, photos in _way(people, case):
        if case.step == (HANDLING if until == SUSPENDED else until):
            break
        case = act(people[who], case.code, action, given, photos=photos)
    if is_public and until in (CHECKING, CLOSED):
        _publish(people["intake"], case)
    if until == SUSPENDED:
        asked = {"reason": "等待采购（示意）", "until": timezone.now() + LATER}
        act(people["handler"], case.code, "ask_suspension", asked)
        act(people["dispatcher"], case.code, "suspend", {})
    elif until == HANDLING and case.class_code == "0104":
        act(people["handler"], case.code, "ask_extension", {"reason": "配件未到货（示意）"})


def _publish(clerk: Actor, case: Case) -> None:
    """Have the public see what a case says and shows; the others wait for a look."""
    act(clerk, case.code, "publish", {"item": "words", "words": case.description})
    for photo in CasePhoto.objects.filter(case_code=case.code):
        act(clerk, case.code, "publish", {"item": str(photo.pk)})


def _way(people: dict[str, Actor], case: Case) -> list[tuple[str, str, dict[str, Any], list]]:
    """(who, action, given, photos) of the straight way; what the public told is verified."""
    seen = case.source == PUBLIC
    taken = (
        [("intake", "ask_verify", {"inspector": "inspector"}), ("inspector", "confirm", {})]
        if seen
        else [("intake", "accept", {})]
    )
    day = rulebook.day_of(case.reported_at)
    limits = rulebook.limits_for(case.kind, case.scheme, case.class_code, day)
    steps: list[tuple[str, str, dict[str, Any]]] = [
        *taken,
        ("chief", "file", {"condition": limits[0].condition_code}),
        ("dispatcher", "dispatch", {"department": people["handler"].department}),
        ("handler", "finish", {"note": NOTED}),
        ("intake", "send_check", {"inspector": "inspector"}),
        ("inspector", "pass_check", {}),
        ("chief", "close", {}),
    ]
    return [
        (who, action, given, [_picture(is_mended=True)] if action == "finish" else [])
        for who, action, given in steps
    ]


def _picture(*, is_mended: bool) -> Photo:
    """A drawing for a photo: a road with a hole in it, or with its cover."""
    image = Image.new("RGB", (1200, 900), "#8f8d88")
    pen = ImageDraw.Draw(image)
    for y in range(0, 900, 9):
        pen.line([(0, y), (1200, y + 4)], fill="#94928d", width=3)
    pen.rectangle([0, 40, 1200, 70], fill="#e8e6df")
    hole = [400, 280, 800, 680]
    pen.ellipse(hole, fill="#6b6a66" if is_mended else "#1d1c1a", outline="#55534f", width=14)
    if is_mended:
        for x in range(450, 780, 50):
            pen.line([(x, 400), (x, 560)], fill="#55534f", width=10)
    pen.text((24, 850), "schematic", fill="#ffffff", font_size=28)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return read_photo(out.getvalue())


def _walk(user: User, line: shapely.LineString) -> None:
    """A patrol along a line that ends about now."""
    if Patrol.objects.filter(user=user).exists():
        return
    stretches = np.arange(0, min(line.length, MOST_FIXES * STRIDE_M), STRIDE_M)
    places = shapely.get_coordinates(shapely.line_interpolate_point(line, stretches))
    began = timezone.now() - STRIDE * (len(places) + 1)
    start_patrol(user, began)
    srid = city().projected
    add_fixes(
        user,
        [
            Fix(began + STRIDE * (n + 1), Point(x, y, srid=srid), 6.0)
            for n, (x, y) in enumerate(places.tolist())
        ],
    )


def _longest_road(area: tuple[str, ...]) -> shapely.LineString | None:
    """The longest single line of a road near the area's components."""
    near = Component.objects.current().filter(cell_code__startswith=area[0] if area else "")
    some = near.order_by("code").first()
    if some is None:
        return None
    roads = Road.objects.current().filter(geom__dwithin=(some.geom, 1_500))
    lines = [
        part for road in roads for part in shapely.get_parts(shapely.from_wkb(bytes(road.geom.wkb)))
    ]
    return max(lines, key=shapely.length, default=None)
