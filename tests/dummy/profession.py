"""公园管理: what the pages of the house take from this app."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from layers.access.access import Caller
from layers.declarations.registry import layer_of
from layers.reading.offices import features_shown
from layers.search.search import SearchHit
from spatial.periods import AsOf
from tests.dummy.roles import ParkRole
from webmap.web.callers import caller_of
from webmap.web.professions import (
    DemoUser,
    Entrance,
    FactTable,
    Finder,
    Fragment,
    Link,
    Profession,
    Tab,
    Task,
    Text,
    Urls,
)


def benches(code: str, as_of: AsOf, caller: Caller) -> Mapping[str, Any]:
    """How many benches a park has, by state."""
    benches = features_shown(caller, layer_of("benches"))
    standing = benches.as_of(as_of).filter(park_code=code)
    return {"benches": standing.count(), "broken": standing.filter(state="broken").count()}


def hours_of(version: Any) -> Sequence[tuple[Text, str]]:
    """When a park is open."""
    return [(_("开放时间"), version.opens_at)]


def benches_of_park(text: str, as_of: AsOf, caller: Caller) -> Sequence[SearchHit]:
    """The benches of the parks of a name."""
    parks, benches = (features_shown(caller, layer_of(name)) for name in ("parks", "benches"))
    codes = parks.as_of(as_of).filter(name__contains=text).values_list("code", flat=True)
    found = benches.as_of(as_of).filter(park_code__in=list(codes)).order_by("code")
    return [SearchHit(bench.code, (bench.code, bench.state), None) for bench in found[:5]]


def may_keep(request: HttpRequest) -> bool:
    """Whether the caller keeps parks."""
    return ParkRole.KEEPER in caller_of(request).roles


def broken(request: HttpRequest) -> int:
    """How many benches wait to be mended."""
    benches = features_shown(caller_of(request), layer_of("benches"))
    return benches.current().filter(state="broken").count()


PROFESSION = Profession(
    id="parks",
    title=_("公园管理"),
    position=55,
    entrance=Entrance(
        id="parks",
        path="/parks",
        title=_("公园管理"),
        subtitle=_("公园与设施"),
        hint=_("点击公园，查看它的设施与沿革。"),
        layers=("water", "roads", "parks", "benches"),
        fragment="/parks/overview",
    ),
    urls=(Urls("tests.dummy.urls", "parks/"),),
    fragments=(Fragment("parks", "dummy/benches.html", benches),),
    finders=(Finder("benches", _("园内座椅"), benches_of_park),),
    tables=(FactTable("parks", _("开放情况"), hours_of),),
    tabs=(Tab("map", _("地图"), "/"), Tab("upkeep", _("养护台"), "/parks/upkeep")),
    menu=(Link(_("养护台"), "/parks/upkeep", may_keep),),
    tasks=(Task(_("待修座椅"), "/parks/upkeep", broken, may_keep),),
    demo=(DemoUser("gardener", ParkRole.KEEPER),),
)
