"""What stands around a map: neat line, coordinate grid with its numbers, north, scale bar. SVG.

Coordinates are kilometres of the city's projected system with as many decimals as the grid
needs, as on sheets of the national series. All lengths are millimetres.
"""

from html import escape
from math import ceil, floor

from layers.ogc.pictures.frames import Frame
from webmap.documents.layout import LABELS, grid_step_m

FONT = "Noto Sans CJK SC"
INK = "#1a1a1a"
CROSS_MM = 5.0  # of a cross where two lines of the grid meet
TICK_MM = 3.0
BAR_MM = 60.0  # of a scale bar, at most
BAR_ROOM = 16  # beside it, for the numbers at its ends


def framed(picture: str, frame: Frame, *, grid_mm: float = 100.0, overlay: str = "") -> bytes:
    """A map with its neat line, grid and coordinates, as an SVG document of its own.

    Args:
        picture: the inside of the map, as ``Picture.inner``.
        frame: what it shows.
        grid_mm: the width of the grid on paper.
        overlay: what is drawn over the map, within its frame.
    """
    width, height = frame.width_mm, frame.height_mm
    whole = f"{width + 2 * LABELS} {height + 2 * LABELS}"
    inner = f'<rect width="{width}" height="{height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width + 2 * LABELS}mm"'
        f' height="{height + 2 * LABELS}mm" viewBox="0 0 {whole}">'
        f'<clipPath id="neat">{inner}/></clipPath><g transform="translate({LABELS} {LABELS})">'
        f'<g clip-path="url(#neat)">{inner} fill="#ffffff"/>{picture}{overlay}'
        f"{_crosses(frame, grid_mm)}</g>{_coordinates(frame, grid_mm)}"
        f'{inner} fill="none" stroke="{INK}" stroke-width="0.35"/>'
        f'<rect x="-{LABELS - 1}" y="-{LABELS - 1}" width="{width + 2 * LABELS - 2}"'
        f' height="{height + 2 * LABELS - 2}" fill="none" stroke="{INK}" stroke-width="0.9"/>'
        "</g></svg>"
    ).encode()


def grid_lines(low_m: float, high_m: float, step_m: float) -> list[float]:
    """The grid's lines between two coordinates.

    >>> grid_lines(101.0, 250.0, 50.0)
    [150.0, 200.0, 250.0]
    """
    first, last = ceil(low_m / step_m - 1e-9), floor(high_m / step_m + 1e-9)
    return [number * step_m for number in range(first, last + 1)]


def coordinate_text(metres: float, step_m: float) -> str:
    """A coordinate in kilometres, as exact as the grid is wide.

    >>> coordinate_text(3065350, 50), coordinate_text(566000, 1000)
    ('3065.35', '566')
    """
    decimals = 0
    while decimals < 3 and (step_m / 1000 * 10**decimals) % 1 > 1e-9:
        decimals += 1
    return f"{metres / 1000:.{decimals}f}"


def scale_bar(scale: float) -> tuple[bytes, float, str]:
    """A scale bar as SVG, its width in millimetres, and the length that it shows.

    >>> scale_bar(500)[1:]
    (60.0, '30 m')
    """
    most_m = BAR_MM * scale / 1000
    unit = 10 ** floor(len(f"{int(most_m)}") - 1)
    length_m = floor(most_m / unit) * unit
    width = length_m * 1000 / scale
    parts = 4
    blocks = "".join(
        f'<rect x="{width * i / parts:.3f}" y="4" width="{width / parts:.3f}" height="1.4"'
        f' fill="{INK if i % 2 == 0 else "#ffffff"}" stroke="{INK}" stroke-width="0.2"/>'
        for i in range(parts)
    )
    said = distance_text(length_m)
    numbers = "".join(
        f'<text x="{x:.2f}" y="3" font-size="2.6" text-anchor="middle">{escape(text)}</text>'
        for x, text in ((0.0, "0"), (width / 2, distance_text(length_m / 2)), (width, said))
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width + BAR_ROOM}mm" height="6mm"'
        f' viewBox="{-BAR_ROOM // 2} 0 {width + BAR_ROOM} 6"><g font-family="{FONT}" fill="{INK}">{numbers}</g>'
        f"{blocks}</svg>"
    )
    return svg.encode(), round(width, 3), said


def distance_text(metres: float) -> str:
    """A length as a scale bar says it.

    >>> distance_text(150), distance_text(2500), distance_text(12.5)
    ('150 m', '2.5 km', '12.5 m')
    """
    return f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"


def north_arrow() -> bytes:
    """North is above on every sheet: the grid's north."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="12mm" height="18mm" viewBox="0 0 12 18">'
        f'<g font-family="{FONT}" fill="{INK}"><text x="6" y="4" font-size="4" text-anchor="middle">'
        f'N</text></g><path d="M6 5.5 9.5 17 6 14.6Z" fill="{INK}"/>'
        f'<path d="M6 5.5 2.5 17 6 14.6Z" fill="#ffffff" stroke="{INK}" stroke-width="0.25"/></svg>'
    ).encode()


def _crosses(frame: Frame, grid_mm: float) -> str:
    step = grid_step_m(frame.scale, grid_mm)
    half = CROSS_MM / 2
    path = []
    for x_m in grid_lines(frame.west_m, frame.east_m, step):
        for y_m in grid_lines(frame.south_m, frame.north_m, step):
            x, y = frame.paper(x_m, y_m)
            path.append(f"M{x - half:.3f} {y:.3f}h{CROSS_MM}M{x:.3f} {y - half:.3f}v{CROSS_MM}")
    return (
        f'<path d="{"".join(path)}" fill="none" stroke="#2d6a4f" stroke-width="0.15"/>'
        if path
        else ""
    )


def _coordinates(frame: Frame, grid_mm: float) -> str:
    """Ticks from the neat line inwards, and the numbers of the lines outside it."""
    step = grid_step_m(frame.scale, grid_mm)
    width, height = frame.width_mm, frame.height_mm
    ticks, texts = [], []
    for x_m in grid_lines(frame.west_m, frame.east_m, step):
        x = frame.paper(x_m, frame.north_m)[0]
        said = coordinate_text(x_m, step)
        ticks.append(f"M{x:.3f} 0v{TICK_MM}M{x:.3f} {height}v-{TICK_MM}")
        texts += [(x, -1.6, said, ""), (x, height + 3.8, said, "")]
    for y_m in grid_lines(frame.south_m, frame.north_m, step):
        y = frame.paper(frame.west_m, y_m)[1]
        said = coordinate_text(y_m, step)
        ticks.append(f"M0 {y:.3f}h{TICK_MM}M{width} {y:.3f}h-{TICK_MM}")
        texts += [(-1.6, y, said, "r"), (width + 3.8, y, said, "r")]
    labels = "".join(
        f'<text x="{x:.3f}" y="{y:.3f}"'
        f"{f' transform={chr(34)}rotate(-90 {x:.3f} {y:.3f}){chr(34)}' if turned else ''}>{said}</text>"
        for x, y, said, turned in texts
    )
    return (
        f'<path d="{"".join(ticks)}" fill="none" stroke="{INK}" stroke-width="0.2"/>'
        f'<g font-family="{FONT}" font-size="2.8" fill="{INK}" text-anchor="middle">{labels}</g>'
    )
