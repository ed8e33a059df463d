"""Invented rain around the days of the sample city's warnings, hour by hour."""

import csv
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from importers.sample.city.noise import generator

# (the storm's last hour in the city's time, its length in hours, its total in the middle, mm)
STORMS = (
    (datetime(2020, 7, 9, 8), 30, 96.0),  # noqa: DTZ001
    (datetime(2024, 6, 23, 14), 44, 215.0),  # noqa: DTZ001
    (datetime(2026, 6, 19, 6), 28, 118.0),  # noqa: DTZ001
)
BEFORE_H, REACH_M = 24, 22_000


def write_rain(path: Path, codes: list[str], xy: np.ndarray, seed: int) -> None:
    """Write hourly readings of the gauges (n, 2: metres), a table as a water bureau sends it."""
    random = generator(seed, "storms")
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["站码", "时间", "时长", "雨量"])
        for last, hours, total in STORMS:
            middle = xy[random.integers(len(xy))]
            far = np.hypot(*(xy - middle).T)
            totals = total * (0.25 + 0.75 * np.exp(-((far / REACH_M) ** 2)))
            curve = _curve(hours, random)
            for code, amount in zip(codes, totals, strict=True):
                gusts = curve * random.gamma(4.0, 0.25, hours)
                amounts = amount * gusts / gusts.sum()
                whole = np.concatenate([np.zeros(BEFORE_H), amounts])
                for back, mm in enumerate(whole[::-1]):
                    end = last - timedelta(hours=back)
                    out.writerow([code, f"{end:%Y-%m-%d %H:%M}", 60, f"{mm:.1f}"])


def _curve(hours: int, random: np.random.Generator) -> np.ndarray:
    """The share of each hour: two bursts over steady rain."""
    hour = np.arange(hours)
    first, second = random.uniform(0.2, 0.4) * hours, random.uniform(0.65, 0.85) * hours
    return (
        0.25 + np.exp(-(((hour - first) / 3) ** 2)) + 1.4 * np.exp(-(((hour - second) / 2.5) ** 2))
    )
