"""金土工程: parcels, their descent."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from layers.access.access import Caller
from spatial.parcels.queries import forebears, successors
from spatial.parcels.roles import LandRole
from spatial.periods import AsOf
from webmap.web.professions import DemoUser, Fragment, Profession


def descent(code: str, as_of: AsOf, caller: Caller) -> Mapping[str, Any]:
    """The parcels that a parcel was made of, and those that were made of it."""
    return {"forebears": forebears(code), "successors": successors(code)}


PROFESSION = Profession(
    id="land",
    title=_("金土工程"),
    position=35,
    fragments=(Fragment("parcels", "panel/descent.html", descent),),
    demo=(DemoUser("land", LandRole.LAND),),
)
