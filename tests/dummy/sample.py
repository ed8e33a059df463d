"""What the sample city has of parks."""

from collections.abc import Iterator

import numpy as np
import shapely

from importers.sample.city.delivery import Delivery
from importers.sample.city.frames import frame, moment
from spatial.city import city
from spatial.crs import transformer


def deliveries(size: str, seed: int) -> Iterator[Delivery]:
    """One park in the middle of the city, from 2019 on."""
    view = city().view
    x, y = transformer(4326, city().projected).transform(view.longitude, view.latitude)
    shapes = np.array([shapely.box(x, y, x + 80, y + 60)], object)
    table = frame(shapes, code=["GY0001"], name=["样例公园"], kind=["city"])
    yield Delivery("parks", moment(2019), "公园建库（示意）", "示意〔2019〕公园", table)
