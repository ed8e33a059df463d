"""The rooms of the house and the arrows between them, drawn from the code.

``python -m tests.architecture.rooms`` writes the drawing into docs/architecture.md;
with ``--check`` it says whether the drawing there is the present one.
"""

import sys
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "architecture.md"
FLOORS = ("webmap", "importers", "layers", "grid", "spatial")
CONTAINERS = ("spatial", "grid", "layers", "layers.ogc", "importers", "webmap")
BEGIN, END = "<!-- rooms: begin -->\n", "<!-- rooms: end -->\n"
APART = ("migrations", "management")  # Django's own folders, which no room imports
# Files that stand on a floor beside its rooms: Django looks for them there, or a floor's base.
GROUND = {"apps", "errors", "models", "roles", "settings", "urls", "wsgi"}
# The ground of spatial (docs/architecture.md): values, shapes, calendars, no table; pure but for
# the language, which is that of the request.
PURE_GROUND = {
    *("city", "codes", "crs", "datums", "geometry", "languages", "offsets", "outages", "periods"),
    *("positions", "rasters", "readings", "refusals", "relief", "texts", "workflow", "worktime"),
}


@dataclass(frozen=True)
class Drawing:
    """The rooms inside a package, and for each which other rooms of it are imported."""

    container: str
    arrows: dict[str, set[str]]

    @property
    def rooms(self) -> list[str]:
        """The names of the rooms, from the lowest to the highest."""
        return [room for level in self.levels for room in level]

    @property
    def levels(self) -> list[list[str]]:
        """The rooms by height: each imports only from levels before its own.

        Raises:
            ValueError: rooms import each other in a circle; it names them.
        """
        left = {room: set(targets) for room, targets in self.arrows.items()}
        levels: list[list[str]] = []
        while left:
            level = sorted(room for room, targets in left.items() if not targets & left.keys())
            if not level:
                raise ValueError(f"a circle among the rooms of {self.container}: {sorted(left)}")
            levels.append(level)
            for room in level:
                del left[room]
        return levels


@cache
def graph() -> grimp.ImportGraph:
    """Every import of the five floors that happens when the code runs."""
    return grimp.build_graph(
        *FLOORS, include_external_packages=True, exclude_type_checking_imports=True, cache_dir=None
    )


def drawing_of(container: str) -> Drawing:
    """The rooms inside a package and the arrows between them."""
    depth = container.count(".") + 2
    arrows: dict[str, set[str]] = defaultdict(set)
    for module in graph().modules:
        room = _room(module, container, depth)
        if room is None:
            continue
        arrows[room] |= set()
        for target in graph().find_modules_directly_imported_by(module):
            other = _room(target, container, depth)
            if other is not None and other != room:
                arrows[room].add(other)
    return Drawing(container, dict(arrows))


def loose_files() -> list[str]:
    """The modules that stand on a floor, or on the floor of the OGC API, beside its rooms."""
    loose = []
    for container in CONTAINERS:
        allowed = GROUND | (PURE_GROUND if container == "spatial" else set())
        for path in sorted((ROOT / container.replace(".", "/")).glob("*.py")):
            if path.stem not in allowed | {"__init__"}:
                loose.append(str(path.relative_to(ROOT)))
    return loose


def folders_without_init(root: Path = ROOT) -> list[str]:
    """The folders of the floors that hold modules and no ``__init__.py``: no import finds them."""
    holding = {path.parent for floor in FLOORS for path in (root / floor).rglob("*.py")}
    return sorted(
        folder.relative_to(root).as_posix()
        for folder in holding
        if not (folder / "__init__.py").exists()
    )


def _room(module: str, container: str, depth: int) -> str | None:
    if not module.startswith(container + "."):
        return None
    room = module.split(".")[depth - 1]
    return None if room in APART else room


def drawn() -> str:
    """The drawing of every floor as Mermaid, with its numbers."""
    parts = [BEGIN, "| package | rooms | arrows | circles | loose files |\n|---|---|---|---|---|\n"]
    drawings = [drawing_of(container) for container in CONTAINERS]
    loose = loose_files()
    for one in drawings:
        count = sum(len(targets) for targets in one.arrows.values())
        here = sum(Path(p).parent == Path(one.container.replace(".", "/")) for p in loose)
        circles = 0 if one.levels else 1
        parts.append(f"| `{one.container}` | {len(one.rooms)} | {count} | {circles} | {here} |\n")
    for one in drawings:
        parts.append(f"\n### Rooms of `{one.container}`\n\n```mermaid\nflowchart TD\n")
        for room in reversed(one.rooms):
            parts.append(f"    {_id(room)}[{room}]\n")
        for room in reversed(one.rooms):
            parts.extend(f"    {_id(room)} --> {_id(to)}\n" for to in sorted(one.arrows[room]))
        parts.append("```\n")
    return "".join([*parts, END])


def _id(room: str) -> str:
    """``end`` and ``graph`` are words of Mermaid: no node may be called so."""
    return f"r_{room}"


def main(arguments: list[str]) -> int:
    """Write the drawing, or with ``--check`` compare it."""
    if bare := folders_without_init():
        print("".join(f"{folder}/__init__.py is missing: make it\n" for folder in bare), end="")
        return 1
    text = DOCUMENT.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    wanted = before + drawn() + after
    if "--check" not in arguments:
        DOCUMENT.write_text(wanted, encoding="utf-8")
        return 0
    if text != wanted:
        print("docs/architecture.md: run `python -m tests.architecture.rooms`")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
