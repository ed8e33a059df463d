"""The sample city as the deliveries a survey office would have made, 2018 to 2026.

Real are the county's outline, the names and codes of its towns and villages, and the
catalogued landslides; everything else is invented and marked ``schematic``.
"""

from collections.abc import Iterator

from importers.sample.city import updates
from importers.sample.city.baseline import baseline, completions
from importers.sample.city.delivery import Delivery, documented
from importers.sample.city.drawing import draw
from importers.sample.city.renewal import renewal
from importers.sample.city.sizes import SEED, SIZES

__all__ = ["Delivery", "deliveries"]


def deliveries(size: str = "small", seed: int = SEED) -> Iterator[Delivery]:
    """Every delivery in order of time; equal arguments give equal deliveries.

    ``size`` is "tiny", "small" or "full". A changed feature comes again, whole, under the
    same code; a code that has ended never returns.
    """
    drawing = draw(SIZES[size], seed)
    found = list(baseline(drawing))
    first = {d.layer: d.frame for d in reversed(found)}
    renewed = list(renewal(drawing))
    found += completions(drawing, renewed)
    gone = {code for d in renewed for code in d.ended}
    found += renewed
    found.append(updates.raised_buildings(drawing, gone))
    found.append(updates.renewed_main(drawing))
    found.append(updates.revised_plan(first["plan-zones"]))
    found.append(updates.revised_boundary(first["constraints"], drawing.villages.county))
    found.append(updates.updated_landcover(drawing, first["landcover"], renewed))
    found += updates.hazard_changes(first["hazard-sites"])
    found += updates.released_mortgages(first["rights"])
    found += updates.warnings(first["districts"])
    found += updates.case_steps(drawing)
    yield from documented([d for d in found if len(d.frame) or d.ended])
