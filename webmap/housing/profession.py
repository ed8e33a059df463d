"""以图管房: buildings, storeys, units and the rights on them."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from layers.access.access import Caller
from spatial.housing.roles import HousingRole
from spatial.periods import AsOf
from webmap.housing.unit_table import rights_view
from webmap.web.professions import DemoUser, Entrance, Fragment, Profession, Urls


def rights(code: str, as_of: AsOf, caller: Caller) -> Mapping[str, Any]:
    """The rights that stand on a unit, and those that stood."""
    return {"rights": rights_view(code, as_of, caller)}


PROFESSION = Profession(
    id="housing",
    title=_("以图管房"),
    position=30,
    entrance=Entrance(
        id="housing",
        path="/housing",
        title=_("以图管房"),
        subtitle=_("楼、层、户"),
        hint=_("点击楼房，查看楼盘表与每一户的状态。"),
        layers=("landcover", "water", "parcels", "roads", "buildings"),
        zoom=2.2,
        pitch=52,
        bearing=-18,
        solid=True,
        muted=(("parcels", 0.22), ("landcover", 0.5)),
        fragment="/overview/housing",
        records=(("buildings", "/units/"),),
        wide_panel=True,
    ),
    urls=(Urls("webmap.housing.urls"),),
    fragments=(Fragment("units", "panel/rights.html", rights),),
    demo=(DemoUser("housing", HousingRole.HOUSING),),
)
