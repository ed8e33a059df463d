"""Shared lines, and the rings that polygons make of them."""

from array import array
from math import dist

import numpy as np

from importers.errors import ImportersError

MET = 1e-3  # metres within which one line's end is the next one's beginning
MET_DEGREES = 1e-8
Vertex = tuple[float, float]


class BrokenRing(ImportersError, ValueError):
    """Lines that make no ring; the text says why."""


class Edges:
    """Lines by their identifier, their vertices side by side in one array."""

    def __init__(self) -> None:
        self._values = array("d")
        self._at: dict[int, tuple[int, int]] = {}
        self._bad: dict[int, str] = {}
        self._xy: np.ndarray | None = None

    def add(self, number: int, parts: list[np.ndarray], trouble: str) -> None:
        """Keep a line; of two with the same identifier neither is used."""
        if number in self._at or number in self._bad:
            self._bad[number] = f"线 {number} 不止一条"
        elif trouble or not sum(map(len, parts)):
            self._bad[number] = f"线 {number}：{trouble or '没有坐标'}"
        else:
            start = len(self._values) // 2
            self._values.extend(np.concatenate(parts).ravel().tolist())
            self._at[number] = (start, len(self._values) // 2)

    def rings(self, references: list[int], met: float) -> list[np.ndarray]:
        """Closed rings of signed line numbers, negative for reversed, 0 between rings.

        A chain that comes back to its beginning ends its ring also without a 0, as files
        of version 2.0 have it.

        Raises:
            BrokenRing: a line is missing, lines do not meet, or a ring stays open.
        """
        found: list[np.ndarray] = []
        chain: list[np.ndarray] = []
        first = last = (0.0, 0.0)
        for number in references:
            if number == 0:
                if chain:
                    raise BrokenRing(_gap("一圈没有闭合", last, first))
                continue
            line, start, end = self._line(number)
            if chain and dist(last, start) > met:
                raise BrokenRing(_gap(f"线 {abs(number)} 与前一条不相接", last, start))
            first, last = (first if chain else start), end
            chain.append(line)
            if dist(first, last) <= met:
                found.append(_joined(chain))
                chain = []
        if chain:
            raise BrokenRing(_gap("一圈没有闭合", last, first))
        if not found:
            raise BrokenRing("没有引用任何线")
        return found

    def _line(self, number: int) -> tuple[np.ndarray, Vertex, Vertex]:
        """The vertices of a line, (n, 2), with its first and last. Raises BrokenRing."""
        if (key := abs(number)) in self._bad:
            raise BrokenRing(self._bad[key])
        if key not in self._at:
            raise BrokenRing(f"引用的线 {key} 不存在")
        a, b = self._at[key]
        if self._xy is None:  # from here on no line can be added
            self._xy = np.frombuffer(self._values).reshape(-1, 2)
        start = self._values[2 * a], self._values[2 * a + 1]
        end = self._values[2 * b - 2], self._values[2 * b - 1]
        vertices = self._xy[a:b]
        return (vertices[::-1], end, start) if number < 0 else (vertices, start, end)


def _joined(chain: list[np.ndarray]) -> np.ndarray:
    """The lines one after the other, each joint once; the last vertex is the first."""
    ring = np.concatenate([chain[0][:1], *(line[1:] for line in chain)])
    ring[-1] = ring[0]
    return ring


def _gap(text: str, a: Vertex, b: Vertex) -> str:
    return f"{text}（相差 {dist(a, b):.4f}，在 {a[0]:.3f},{a[1]:.3f}）"
