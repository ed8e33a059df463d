"""The deliveries as files: GeoPackages that go through the ordinary importer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path

import pyogrio

from importers.sample.city.city import Delivery, deliveries
from importers.sample.city.sizes import SEED


@dataclass(frozen=True)
class Written:
    """What a delivery says beside its features."""

    layer: str
    at: datetime
    why: str
    document: str
    ended: tuple[str, ...]
    ancestry: tuple[tuple[str, str], ...]


def write_deliveries(
    folder: Path, size: str = "small", seed: int = SEED, further: Iterable[Delivery] = ()
) -> list[tuple[Path, Written]]:
    """Write one GeoPackage per delivery (layer named like the delivery's layer).

    Storeys and rights become tables without geometry. The list is in order of time;
    ``further`` are deliveries of registers of their own apps, which come last.
    """
    folder.mkdir(parents=True, exist_ok=True)
    done = []
    every = chain(deliveries(size, seed), further)
    for number, delivery in enumerate(every, start=1):
        path = folder / f"{number:04d}-{delivery.at:%Y%m%d}-{delivery.layer}.gpkg"
        path.unlink(missing_ok=True)
        _write(path, delivery)
        about = Written(
            delivery.layer,
            delivery.at,
            delivery.why,
            delivery.document,
            delivery.ended,
            delivery.ancestry,
        )
        done.append((path, about))
    return done


def _write(path: Path, delivery: Delivery) -> None:
    pyogrio.write_dataframe(delivery.frame, path, layer=delivery.layer, driver="GPKG")
