"""A ruler for PDFs: the rectangles and lines of a page in millimetres, whatever they are nested in."""

from collections.abc import Iterator

from pypdf import PageObject
from pypdf.generic import ContentStream

MM = 25.4 / 72
IDENTITY = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
Matrix = tuple[float, float, float, float, float, float]
Path = list[tuple[float, float]]


def paths_of(page: PageObject) -> list[Path]:
    """The corners of every path of a page, in millimetres from its lower left corner."""
    return list(_paths(page, page.get_contents(), IDENTITY))


def sizes_of(page: PageObject) -> list[tuple[float, float]]:
    """Width and height of what each path covers."""
    return [
        (max(xs) - min(xs), max(ys) - min(ys))
        for xs, ys in (zip(*path, strict=True) for path in paths_of(page))
    ]


def _paths(holder, stream, matrix: Matrix) -> Iterator[Path]:
    walk = _Walk(matrix)
    resources = _part(holder, "/Resources")
    forms = _part(resources, "/XObject")
    for operands, operator in ContentStream(stream, None).operations:
        if operator == b"Do":
            form = forms[operands[0]].get_object()
            if form.get("/Subtype") == "/Form":
                own = tuple(float(one) for one in form.get("/Matrix", IDENTITY))
                yield from _paths(form, form, _times(own, walk.matrix))
        elif operator in PAINTED:
            yield from walk.finished()
        else:
            walk.step(operands, operator)


def _part(holder, name: str):
    found = holder.get(name)
    return found.get_object() if found is not None else {}


class _Walk:
    """One content stream: the matrix that holds, and the paths that have begun."""

    def __init__(self, matrix: Matrix) -> None:
        self.matrix, self.stack, self.paths = matrix, [], []

    def step(self, operands, operator) -> None:
        if operator == b"q":
            self.stack.append(self.matrix)
        elif operator == b"Q":
            self.matrix = self.stack.pop()
        elif operator in NUMERIC:
            getattr(self, "_" + operator.decode())(*(float(one) for one in operands))

    def finished(self) -> list[Path]:
        done, self.paths = self.paths, []
        return done

    def _cm(self, *numbers: float) -> None:
        self.matrix = _times(numbers, self.matrix)

    def _re(self, x: float, y: float, w: float, h: float) -> None:
        corners = ((x, y), (x + w, y), (x + w, y + h), (x, y + h))
        self.paths.append([_placed(self.matrix, *corner) for corner in corners])

    def _m(self, x: float, y: float) -> None:
        self.paths.append([_placed(self.matrix, x, y)])

    def _l(self, x: float, y: float) -> None:
        self.paths[-1].append(_placed(self.matrix, x, y))

    def _c(self, *numbers: float) -> None:
        self._l(*numbers[4:])


NUMERIC = (b"cm", b"re", b"m", b"l", b"c")
PAINTED = (b"S", b"s", b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"n")


def _times(one: Matrix, other: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return (
        a * g + b * i, a * h + b * j,
        c * g + d * i, c * h + d * j,
        e * g + f * i + k, e * h + f * j + m,
    )  # fmt: skip


def _placed(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return (a * x + c * y + e) * MM, (b * x + d * y + f) * MM
