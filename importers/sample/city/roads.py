"""Roads as one register: streets of the plans and roads of the country."""

import numpy as np
import pandas as pd
import shapely

from importers.sample.city.country_roads import CountryRoads
from importers.sample.city.frames import frame
from importers.sample.city.graphs import StreetGraph
from spatial.city import city


def roads(graphs: list[StreetGraph], country: CountryRoads) -> pd.DataFrame:
    """All roads; a street is one line from end to end."""
    shapes, names, kinds, widths = [], [], [], []
    for graph in graphs:
        for street in np.unique(graph.street[graph.street >= 0]):
            about = graph.layout.streets.all[street]
            shapes.append(_joined(graph.lines[graph.street == street]))
            names.append(about.name)
            kinds.append(about.kind)
            widths.append(about.width_m)
    shapes += list(country.lines)
    names += country.names
    kinds += country.kinds
    widths += list(country.widths_m)
    codes = [f"{city().adcode}L{n:06d}" for n in range(1, len(shapes) + 1)]
    return frame(
        np.array(shapes), code=codes, name=names, kind=kinds, width_m=np.array(widths, float)
    )


def _joined(lines: np.ndarray) -> shapely.Geometry:
    return shapely.line_merge(shapely.multilinestrings(lines))
