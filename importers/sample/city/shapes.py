"""Footprints: rows and shapes of buildings set into a parcel, in metres."""

from dataclasses import dataclass
from math import cos, pi, sin

import shapely

from importers.sample.city.rings import Ring, main_direction


@dataclass(frozen=True)
class Piece:
    """A building to place: shape, length along the row, depth across it."""

    shape: str
    length_m: float
    depth_m: float
    kind: str = ""


@dataclass
class Placed:
    """A placed building: world ring and its frame (corner, axis angle, length, depth)."""

    ring: Ring
    frame: tuple[float, float, float, float, float]
    kind: str
    row: int = 0


def turned(ring: Ring, angle: float) -> Ring:
    """The ring turned by ``angle`` radians about the origin."""
    c, s = cos(angle), sin(angle)
    return [(x * c - y * s, x * s + y * c) for x, y in ring]


def south_angle(ring: Ring) -> float:
    """A row direction that keeps fronts facing south, yet follows the parcel if it can."""
    angle = main_direction(ring)
    return angle if abs(angle) < 0.42 else 0.2 * (1 if angle > 0 else -1)


def _chord(ring: Ring, y: float) -> tuple[float, float] | None:
    """The widest stretch of the horizontal line at y inside the ring."""
    crossings = []
    for i, (x0, y0) in enumerate(ring):
        x1, y1 = ring[(i + 1) % len(ring)]
        if (y0 <= y) != (y1 <= y):
            crossings.append(x0 + (y - y0) / (y1 - y0) * (x1 - x0))
    crossings.sort()
    pairs = list(zip(crossings[::2], crossings[1::2], strict=False))
    return max(pairs, key=lambda pair: pair[1] - pair[0]) if pairs else None


def _room(ring: Ring, y: float, depth: float) -> tuple[float, float] | None:
    found = [_chord(ring, y + depth * part) for part in (0.01, 0.5, 0.99)]
    chords = [chord for chord in found if chord]
    if len(chords) < len(found):
        return None
    return max(c[0] for c in chords), min(c[1] for c in chords)


def _inner(ring: Ring, setback_m: float) -> Ring:
    shrunk = shapely.Polygon(ring).buffer(-setback_m, join_style="mitre")
    if shrunk.is_empty:
        return []
    if shrunk.geom_type != "Polygon":
        shrunk = max(shrunk.geoms, key=lambda part: part.area)
    return [tuple(p) for p in shapely.get_coordinates(shrunk.exterior)[:-1].tolist()]


def rows(
    ring: Ring, piece: Piece, angle: float, setback_m: float, pitch_m: float, gap_m: float
) -> list[Placed]:
    """Equal buildings in parallel rows that fill the parcel, each row spread evenly."""
    local = _inner(turned(ring, -angle), setback_m)
    if not local:
        return []
    low, high = min(y for _, y in local), max(y for _, y in local)
    count = int((high - low - piece.depth_m) // pitch_m) + 1
    start = low + (high - low - piece.depth_m - (count - 1) * pitch_m) / 2
    done = []
    for row in range(count):
        y = start + row * pitch_m
        room = _room(local, y, piece.depth_m)
        if room is None:
            continue
        number = int((room[1] - room[0] + gap_m) // (piece.length_m + gap_m))
        if number < 1:
            continue
        free = (room[1] - room[0] - number * piece.length_m) / number
        done += [
            _placed(piece, room[0] + free / 2 + k * (piece.length_m + free), y, angle, row)
            for k in range(number)
        ]
    return done


def shelves(ring: Ring, pieces: list[Piece], angle: float, setback_m: float, gap_m: float):
    """Different buildings one after another, row upon row, as long as there is room."""
    local = _inner(turned(ring, -angle), setback_m)
    done: list[Placed] = []
    if not local:
        return done
    waiting, high = list(pieces), max(y for _, y in local)
    y = min(y for _, y in local)
    while waiting and y < high:
        depth, placed = 0.0, []
        x: float | None = None
        for piece in list(waiting):
            room = _room(local, y, piece.depth_m)
            if room is None:
                continue
            x = room[0] if x is None else max(x, room[0])
            if x + piece.length_m <= room[1]:
                placed.append(_placed(piece, x, y, angle, 0))
                waiting.remove(piece)
                x, depth = x + piece.length_m + gap_m, max(depth, piece.depth_m)
        done += placed
        y += depth + gap_m if placed else 4.0
    return done


def _placed(piece: Piece, x: float, y: float, angle: float, row: int) -> Placed:
    outline = [(x + u, y + v) for u, v in _outline(piece)]
    corner = turned([(x, y)], angle)[0]
    frame = (*corner, angle, piece.length_m, piece.depth_m)
    return Placed(turned(outline, angle), frame, piece.kind, row)


def _outline(piece: Piece) -> Ring:
    """The footprint with its lower left corner at the origin."""
    w, d = piece.length_m, piece.depth_m
    wing = min(11.0, 0.34 * min(w, d))
    if piece.shape == "L":
        return [(0, 0), (w, 0), (w, wing), (wing, wing), (wing, d), (0, d)]
    if piece.shape == "U":
        return [
            (0, 0),
            (w, 0),
            (w, d),
            (w - wing, d),
            (w - wing, wing),
            (wing, wing),
            (wing, d),
            (0, d),
        ]
    if piece.shape == "H":
        low, high, third = 0.38 * d, 0.62 * d, 0.3 * w
        return [
            (0, 0),
            (third, 0),
            (third, low),
            (w - third, low),
            (w - third, 0),
            (w, 0),
            (w, d),
            (w - third, d),
            (w - third, high),
            (third, high),
            (third, d),
            (0, d),
        ]
    if piece.shape == "tank":
        return [
            (w / 2 + w / 2 * cos(k * pi / 12), d / 2 + d / 2 * sin(k * pi / 12)) for k in range(24)
        ]
    if piece.shape == "notched":
        n = 0.12 * w
        return [
            (0, 0),
            (0.42 * w, 0),
            (0.42 * w, 1.6),
            (0.58 * w, 1.6),
            (0.58 * w, 0),
            (w, 0),
            (w, d),
            (w - n, d),
            (w - n, d - 1.4),
            (n, d - 1.4),
            (n, d),
            (0, d),
        ]
    return [(0, 0), (w, 0), (w, d), (0, d)]
