"""A VCT file line by line, with the place where something is wrong."""

from collections.abc import Iterator
from pathlib import Path

from importers.errors import DeliveryRefused
from importers.formats import texts

HINT = "请用原软件重新导出 VCT"


class Cursor:
    """The lines that are not empty, one at a time; ``number`` is that of the last (from 1)."""

    def __init__(self, path: Path, encoding: str) -> None:
        self.name = path.name
        self.number = 0
        self._lines = texts.lines(path, encoding)
        self._kept: tuple[int, str] | None = None

    def next(self) -> str:
        """The next line. Raises DeliveryRefused at the end of the file."""
        line = self.maybe()
        if line is None:
            raise DeliveryRefused(
                f"{self.name} 不完整：第 {self.number} 行之后没有了", "请重新传送"
            )
        return line

    def maybe(self) -> str | None:
        """The next line, or None at the end of the file."""
        if self._kept:
            (self.number, line), self._kept = self._kept, None
            return line
        for number, raw in self._lines:
            if line := raw.strip():
                self.number = number
                return line
        return None

    def back(self, line: str) -> None:
        """Have ``next`` give this line once more."""
        self._kept = self.number, line

    def skip(self, wanted: str) -> None:
        """Pass over the next line if it is that one."""
        line = self.maybe()
        if line is not None and line != wanted:
            self.back(line)

    def integer(self, what: str) -> int:
        """The next line as a whole number. Raises DeliveryRefused."""
        line = self.next()
        try:
            return int(line)
        except ValueError:
            raise self.wrong(f"应为{what}，却是“{line[:40]}”") from None

    def until(self, end: str) -> Iterator[str]:
        """The lines up to that word, which is passed over. Raises DeliveryRefused without it."""
        while True:
            line = self.maybe()
            if line is None:
                raise DeliveryRefused(f"{self.name} 不完整：缺少 {end}", "请重新传送")
            if line.lower() == end.lower():
                return
            yield line

    def wrong(self, text: str) -> DeliveryRefused:
        """What is to be raised where the structure cannot be followed."""
        return DeliveryRefused(f"{self.name} 第 {self.number} 行{text}", HINT)
