"""The deliveries as files: GeoPackages that go through the ordinary importer."""

from dataclasses import dataclass
from datetime import datetime
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
    folder: Path, size: str = "small", seed: int = SEED
) -> list[tuple[Path, Written]]:
    """Write one GeoPackage per delivery (layer named like the delivery's layer).

    Storeys and rights become tables without geometry. The list is in order of time.
    """
    folder.mkdir(parents=True, exist_ok=True)
    done = []
    for number, delivery in enumerate(deliveries(size, seed), start=1):
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
