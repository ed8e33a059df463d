"""What of a case can be corrected, by whom, and what follows: its cell, its clock, its department."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from django.contrib.gis.geos import Point

from grid.cases import clocks
from grid.cases.queries import NEAR_M, component_of, place_of
from grid.cases.situations import CaseSituation
from grid.cases.steps import DISPATCHING
from grid.errors import OutsideCity
from grid.models import Case
from grid.roles import GridRole
from grid.rules import rulebook
from grid.rules.models import HandlingLimit
from spatial.casework.errors import InvalidInput
from spatial.casework.procedures import Amendable
from spatial.casework.texts import is_blank, plain
from spatial.city import city
from spatial.codes import schemes
from spatial.languages import shown_schemes
from spatial.workflow import Title
from spatial.worktime import TimeLimit, TimeUnit

MAX_DESCRIPTION, MAX_ADDRESS = 4_000, 200
BY = frozenset({GridRole.INTAKE, GridRole.CHIEF})


def _class_of(case: Case) -> str:
    """The class as it is corrected: kind, class and, once it is filed, the condition."""
    return "/".join((case.kind, case.class_code, case.condition))


def _parse_class(given: Any, situation: CaseSituation) -> str:
    """``kind/class`` before filing, ``kind/class/condition code`` after it."""
    kind, _, rest = str(given).partition("/")
    class_code, _, condition_code = rest.partition("/")
    case = situation.case
    if kind != case.kind:
        raise InvalidInput("部件与事件不能互改；请作废后重新上报", "value")
    known = schemes().get(case.scheme)
    entry = known.codes.get(class_code) if known else None
    if entry is None or not entry.parent or not _conditions(situation, class_code):
        raise InvalidInput("没有该问题类别，或已停用；请重新选择", "value")
    if case.filed_at is None:
        return f"{kind}/{class_code}/"
    return f"{kind}/{class_code}/{_condition(situation, class_code, condition_code).condition}"


def class_choices(situation: CaseSituation) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a class can be corrected to: by major class, (value, text) of each."""
    case = situation.case
    groups: dict[str, list[tuple[str, str]]] = {}
    for entry, limits in rulebook.limits_by_class(case.kind, case.scheme, _day_of(situation)):
        group = groups.setdefault(shown_schemes()[case.scheme].name(entry.parent), [])
        value = f"{case.kind}/{entry.code}"
        if case.filed_at is None:
            group.append((value, entry.name))
            continue
        group += [
            (
                f"{value}/{row.condition_code}",
                f"{entry.name} · {row.condition}（{rulebook.handling_limit(row)}）",
            )
            for row in limits
        ]
    return list(groups.items())


def _class_values(situation: CaseSituation, value: str) -> dict[str, Any]:
    """The class, and of a case that is filed its limit and its deadline, from the same start."""
    case = situation.case
    _kind, class_code, condition = value.split("/", 2)
    values = {"class_code": class_code} | _suggested(situation, class_code, case.district_code)
    if case.filed_at is None:
        return values
    rows = _conditions(situation, class_code)
    row = next(row for row in rows if row.condition == condition)
    values |= {"condition": condition, "limit_amount": row.amount, "limit_unit": row.unit}
    if case.dispatched_at and case.step in clocks.TIMED:
        limit = TimeLimit(row.amount, TimeUnit(row.unit))
        pauses = clocks.pauses_since(case.code, case.dispatched_at)
        found = clocks.handling_deadline(
            case.dispatched_at, limit, case.extensions, pauses, case.filed_at
        )
        values |= clocks.due_values(found)
    return values


def _suggested(situation: CaseSituation, class_code: str, district_code: str) -> dict[str, Any]:
    """The department that is suggested, where one was and the case waits to be dispatched."""
    case = situation.case
    if case.step != DISPATCHING or not case.department:
        return {}
    found = rulebook.department_for(
        case.kind, case.scheme, class_code, district_code, situation.day
    )
    return {"department": found.name_on(situation.day) if found else ""}


def _day_of(situation: CaseSituation) -> date:
    """The day whose rules hold for the case: of its filing, or today."""
    filed_at = situation.case.filed_at
    return rulebook.day_of(filed_at) if filed_at else situation.day


def _conditions(situation: CaseSituation, class_code: str) -> list[HandlingLimit]:
    case = situation.case
    return rulebook.limits_for(case.kind, case.scheme, class_code, _day_of(situation))


def _condition(situation: CaseSituation, class_code: str, condition_code: str) -> HandlingLimit:
    for row in _conditions(situation, class_code):
        if row.condition_code == condition_code:
            return row
    raise InvalidInput("案件已立案，请同时选择该类别的立案条件", "value")


def _parse_place(given: Any, situation: CaseSituation) -> Point:
    if not isinstance(given, Point):
        raise InvalidInput("请在地图上选择位置", "value")
    if place_of(given) is None:
        raise OutsideCity(f"该位置不在{city().name}范围内；请核对定位，或在地图上改正", "position")
    code = situation.case.component_code
    component = component_of(code) if code else None
    if component and component.geom.distance(given) > NEAR_M:
        raise InvalidInput(
            f"案件所填部件 {code} 距新位置超过 {NEAR_M:.0f} 米；请先更正部件", "value"
        )
    return given


def _place_values(situation: CaseSituation, point: Point) -> dict[str, Any]:
    place = place_of(point)
    codes = (place.district_code, place.cell_code) if place else ("", "")
    values = {"geom": point, "district_code": codes[0], "cell_code": codes[1], "accuracy_m": None}
    return values | _suggested(situation, situation.case.class_code, codes[0])


def _parse_component(given: Any, situation: CaseSituation) -> str:
    code = plain(str(given or ""))
    if not code:
        return ""
    component = component_of(code)
    if component is None:
        raise InvalidInput(f"没有部件 {code[:16]}，或已注销；请重新选择部件", "value")
    if component.geom.distance(situation.case.geom) > NEAR_M:
        raise InvalidInput(f"部件 {code} 距案件位置超过 {NEAR_M:.0f} 米", "value")
    return code


def _parse_text(longest: int, *, can_be_empty: bool) -> Any:
    def parse(given: Any, _situation: CaseSituation) -> str:
        text = plain(str(given or ""))
        if is_blank(text) and not can_be_empty:
            raise InvalidInput("请填写更正后的内容", "value")
        if len(text) > longest:
            raise InvalidInput(f"文字超过 {longest} 字", "value")
        return text

    return parse


def _parse_yes(given: Any, _situation: CaseSituation) -> bool:
    return given is True or str(given).lower() in ("1", "true", "on", "yes")


AMENDABLE: Mapping[str, Amendable] = MappingProxyType(
    {
        "class_code": Amendable(
            Title("问题类别", "Class"), BY, _parse_class, _class_values, _class_of
        ),
        "geom": Amendable(Title("位置", "Place"), BY, _parse_place, _place_values),
        "description": Amendable(
            Title("问题描述", "Description"), BY, _parse_text(MAX_DESCRIPTION, can_be_empty=False)
        ),
        "address": Amendable(
            Title("位置描述", "Address"), BY, _parse_text(MAX_ADDRESS, can_be_empty=True)
        ),
        "component_code": Amendable(Title("部件", "Component"), BY, _parse_component),
        "is_public": Amendable(Title("可公开", "May be public"), BY, _parse_yes),
    }
)
