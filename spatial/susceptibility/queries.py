"""Which model stands, which leads, and those before."""

from dataclasses import dataclass

from spatial.susceptibility.models import SusceptibilityModel
from spatial.terrain.files import tags_of
from spatial.terrain.susceptibility_files import approved_path, modelled_path


@dataclass(frozen=True)
class SusceptibilityStanding:
    """The approved classes and the city's model whose grids are there; approved ones lead."""

    approved: SusceptibilityModel | None
    modelled: SusceptibilityModel | None
    earlier: tuple[SusceptibilityModel, ...]

    @property
    def leading(self) -> SusceptibilityModel | None:
        """What levels are computed with."""
        return self.approved or self.modelled


def susceptibility_standing() -> SusceptibilityStanding:
    """What the grids that lie beside the heights were made by."""
    numbers = {
        path: int(tags_of(path).get("MODEL", 0))
        for path in (approved_path(), modelled_path())
        if path.exists()
    }
    rows = {row.pk: row for row in SusceptibilityModel.objects.order_by("-pk")}
    approved = rows.pop(numbers.get(approved_path(), 0), None)
    modelled = rows.pop(numbers.get(modelled_path(), 0), None)
    return SusceptibilityStanding(approved, modelled, tuple(rows.values()))
