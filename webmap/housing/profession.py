"""以图管房: buildings, storeys, units and the rights on them."""

from collections.abc import Mapping
from typing import Any

from layers.access.access import Caller
from spatial.periods import AsOf
from webmap.housing.unit_table import rights_view
from webmap.web.professions import Fragment, Profession


def rights(code: str, as_of: AsOf, caller: Caller) -> Mapping[str, Any]:
    """The rights that stand on a unit, and those that stood."""
    return {"rights": rights_view(code, as_of, caller)}


PROFESSION = Profession(
    id="housing", title="以图管房", fragments=(Fragment("units", "panel/rights.html", rights),)
)
