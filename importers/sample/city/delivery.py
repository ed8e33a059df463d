"""What a survey office hands over: one layer's features as they are from a moment on."""

from dataclasses import dataclass, replace
from datetime import datetime

import pandas as pd


@dataclass(frozen=True)
class Delivery:
    """Features of one layer that begin or change at ``at``, and codes that cease then.

    ``frame`` has the register's field names as columns and complete rows; geometry in the
    projected CRS. ``ancestry`` is (parent code, child code). An empty ``document`` waits
    for its number (``documented``).
    """

    layer: str
    at: datetime
    why: str
    document: str
    frame: pd.DataFrame
    ended: tuple[str, ...] = ()
    ancestry: tuple[tuple[str, str], ...] = ()


def documented(found: list[Delivery]) -> list[Delivery]:
    """In order of time, with document numbers rising within each year where none is given.

    Deliveries of one moment and reason share one document.
    """
    last: dict[int, int] = {}
    given: dict[tuple[datetime, str], str] = {}
    done = []
    for delivery in sorted(found, key=lambda d: d.at):
        key, year = (delivery.at, delivery.why), delivery.at.year
        if not delivery.document:
            if key not in given:
                last[year] = last.get(year, 0) + 1
                given[key] = f"示意〔{year}〕{last[year]}号"
            delivery = replace(delivery, document=given[key])
        done.append(delivery)
    return done
