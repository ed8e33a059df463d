"""Parcels: a block divided without gaps, in the manner of its use."""

from dataclasses import dataclass
from math import cos, sin

import numpy as np

from importers.sample.city.blocks import Block
from importers.sample.city.rings import (
    Ring,
    area,
    main_direction,
    middle,
    slice_between,
    span,
    split,
)


@dataclass
class Plot:
    """A parcel to be: ring, use, outward normal of its street side, and its block's index."""

    ring: Ring
    use: str
    front: tuple[float, float]
    block: int
    name: str = ""


def plots_of(block: Block, number: int, random: np.random.Generator) -> list[Plot]:
    """The parcels of one block; fields and parks stay one piece and are no parcels here."""
    if block.use == "field":
        return []
    if block.use == "old":
        return _strips(block, number, random, 11.5)
    if block.use == "urban_village":
        pieces = halved(block.ring, 230.0, random)
        return [Plot(ring, block.use, _outward(block.ring, ring), number) for ring in pieces]
    target = {"industry": 15000.0, "office": 3200.0, "commercial": 2600.0, "vacant": 9000.0}
    pieces = halved(block.ring, target.get(block.use, 1e9), random)
    return [
        Plot(ring, block.use, _outward(block.ring, ring), number, block.name) for ring in pieces
    ]


def _outward(whole: Ring, part: Ring) -> tuple[float, float]:
    """The side of the part that looks away from the middle of the block."""
    (ax, ay), (bx, by) = middle(whole), middle(part)
    angle = main_direction(part)
    sides = [(cos(angle + k * np.pi / 2), sin(angle + k * np.pi / 2)) for k in range(4)]
    return max(sides, key=lambda side: side[0] * (bx - ax) + side[1] * (by - ay))


def _long_axis(ring: Ring) -> tuple[float, float]:
    """Unit vector along the ring's longer side."""
    angle = main_direction(ring)
    axes = [(cos(turn), sin(turn)) for turn in (angle, angle + np.pi / 2)]

    def length(axis: tuple[float, float]) -> float:
        low, high = span(ring, *axis)
        return high - low

    return max(axes, key=length)


def _strips(block: Block, number: int, random, frontage_m: float) -> list[Plot]:
    """Deep narrow plots facing the street on both long sides, smaller ones behind."""
    dx, dy = _long_axis(block.ring)
    normal = (-dy, dx)
    low, high = span(block.ring, *normal)
    count = 2 if high - low < 84 else 4
    cuts = np.linspace(low, high, count + 1)
    if count == 4:
        cuts[1], cuts[3] = low + 27, high - 27
    done: list[Plot] = []
    for i in range(count):
        strip = slice_between(
            block.ring,
            normal,
            cuts[i] if i else low - 1,
            cuts[i + 1] if i < count - 1 else high + 1,
        )
        if not strip:
            continue
        sign = -1 if i < count / 2 else 1
        front = (normal[0] * sign, normal[1] * sign)
        if count == 4 and i in (1, 2):
            done += [
                Plot(ring, "urban_village", front, number) for ring in halved(strip, 240.0, random)
            ]
        else:
            done += [
                Plot(ring, "old", front, number)
                for ring in _sliced(strip, (dx, dy), frontage_m, random)
            ]
    return done


def _sliced(strip: Ring, direction: tuple[float, float], width_m: float, random) -> list[Ring]:
    low, high = span(strip, *direction)
    done, rest, at = [], strip, low
    while high - at > 1.9 * width_m:
        at += width_m * random.uniform(0.75, 1.5)
        piece, rest = split(rest, (direction[0] * at, direction[1] * at), direction)
        if piece and area(piece) > 25:
            done.append(piece)
        elif piece:
            rest = (
                split(
                    strip, (direction[0] * (at - width_m), direction[1] * (at - width_m)), direction
                )[1]
                if not done
                else rest
            )
    return [*done, rest] if rest else done


def halved(ring: Ring, target_m2: float, random: np.random.Generator) -> list[Ring]:
    """Cut across the longer side until pieces are near the target area."""
    waiting, done = [ring], []
    while waiting:
        piece = waiting.pop()
        if area(piece) < target_m2 * random.uniform(1.2, 2.0):
            done.append(piece)
            continue
        dx, dy = _long_axis(piece)
        low, high = span(piece, dx, dy)
        at = low + (high - low) * random.uniform(0.38, 0.62)
        parts = [part for part in split(piece, (dx * at, dy * at), (dx, dy)) if part]
        if len(parts) < 2 or min(area(part) for part in parts) < 30:
            done.append(piece)
        else:
            waiting += parts
    return done
