"""What was corrected of a case, as its history and its documents say it: before, after."""

from dataclasses import dataclass
from typing import Any

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from grid.models import Case
from spatial.casework.models import Amendment
from spatial.city import city
from spatial.languages import shown_schemes
from webmap.casework.presentation import degrees


@dataclass(frozen=True)
class AmendedValue:
    """A value before and after, as people say it; of a place also where, and how far apart."""

    before: str
    after: str
    places: tuple[tuple[float, float], ...] = ()
    far_m: float | None = None


def corrections_of(case: Case, amendments: list[Amendment]) -> dict[int, AmendedValue]:
    """The corrections of a case, by the change that each is."""
    return {one.change_id: _correction(case, one) for one in amendments}


def _correction(case: Case, amendment: Amendment) -> AmendedValue:
    if amendment.field == "geom":
        first, second = _point(amendment.before), _point(amendment.after)
        places = (degrees(first), degrees(second))
        return AmendedValue(
            _place_text(places[0]), _place_text(places[1]), places, first.distance(second)
        )
    name = amendment.field
    return AmendedValue(_text(case, name, amendment.before), _text(case, name, amendment.after))


def _point(kept: Any) -> Point:
    x, y = kept["coordinates"]
    return Point(x, y, srid=city().projected)


def _text(case: Case, field: str, value: Any) -> str:
    if field == "class_code":
        _kind, code, condition = str(value).split("/", 2)
        scheme = shown_schemes().get(case.scheme)
        name = scheme.name(code) if scheme else code
        return f"{name}（{condition}）" if condition else name
    if field == "is_public":
        return _("是") if value else _("否")
    return str(value or "") or "—"


def _place_text(place: tuple[float, float]) -> str:
    return f"{place[0]:.6f}, {place[1]:.6f}"
