"""The tests that changed files can reach: ``python -m tests.running.changed [REVISION]``.

Prints their paths, and on the error stream why. Python is followed along its imports. What no
import names (templates, styles, programs of the pages, SQL, data) stands for the room or floor
that it lies in, whose Python modules count as changed; what every test rests on stands for all.
"""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from tests.running.databases import FLOORS, ROOT

ALL = ["tests", "spatial", "layers"]
# Whatever a test does, it may rest on these.
GROUND = ("data/", "pyproject.toml", "uv.lock", "package", "tests/running/", "tests/data/")
GROUND_NAMES = {"conftest.py", "settings.py", "city.py", "apps.py"}
SCRIPTS = ("script/", ".ci/")  # tests/script copies them
IGNORED = ("docs/", "tests/bench/", "tests/fuzz/")


def main() -> None:
    """Print the paths for pytest, one a line."""
    base = (sys.argv[1:] or [""])[0] or _where_main_was_left()
    changed = changed_since(base)
    print(f"▸ {len(changed)} files changed since {base}", file=sys.stderr)
    if any(lays_ground(path) for path in changed):
        why = next(path for path in changed if lays_ground(path))
        print(f"▸ all tests: {why} may concern any", file=sys.stderr)
        print(*ALL, sep="\n")
        return
    found = reached(changed)
    for (folder, why), number in _by_folder(found).items():
        print(f"  {folder}: {number} ← {why}", file=sys.stderr)
    print(*found, sep="\n", end="\n" if found else "")


def _by_folder(found: dict[str, str]) -> Counter[tuple[str, str]]:
    return Counter((str(PurePosixPath(path).parent), why) for path, why in found.items())


def _git(*command: str) -> str:
    return subprocess.check_output(["git", *command], cwd=ROOT, text=True).strip()


def _where_main_was_left() -> str:
    """The commit at which this branch left main; on main itself the last commit but one."""
    names = _git(
        "for-each-ref", "--format=%(refname)", "refs/heads/main", "refs/remotes/origin/main"
    )
    for name in names.splitlines():
        left = _git("merge-base", name, "HEAD")
        if left != _git("rev-parse", "HEAD"):
            return left
    return _git("rev-parse", "HEAD~1")


def changed_since(base: str) -> list[str]:
    """Files that differ from a commit, those not yet known to git too."""
    differing = _git("-c", "core.quotePath=false", "diff", "--name-only", "--no-renames", base)
    unknown = _git("-c", "core.quotePath=false", "ls-files", "--others", "--exclude-standard")
    return sorted({*differing.splitlines(), *unknown.splitlines()})


def lays_ground(path: str) -> bool:
    """Whether a file may concern every test."""
    name = PurePosixPath(path).name
    is_migration = "/migrations/" in path
    return (
        path.startswith(GROUND)
        or is_migration
        or (name in GROUND_NAMES and path != "tests/script/conftest.py")
    )


def reached(changed: Iterable[str]) -> dict[str, str]:
    """The test files that changed files can reach, each with one of those as the reason."""
    import grimp

    graph = grimp.build_graph(*FLOORS, "tests", cache_dir=None)
    packages = {module.rpartition(".")[0] for module in graph.modules}
    rooms = {path: room_of(path, packages) for path in test_files()}
    found: dict[str, str] = {}
    for path in changed:
        if path.startswith(SCRIPTS):
            found.setdefault("tests/script", path)
        elif not path.startswith(IGNORED):
            touched = modules_of(path, graph.modules)
            for module in list(touched):
                touched |= graph.find_downstream_modules(module)
            for test in _among(touched, rooms):
                found.setdefault(test, path)
    return dict(sorted(found.items()))


def test_files() -> list[str]:
    """All files of tests."""
    return [str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("test_*.py")]


def room_of(path: str, packages: set[str]) -> str:
    """The package whose pages and commands a test asks for without importing them.

    Tests mirror the code; ``webmap.*`` stands for all of webmap, where nothing is mirrored.
    """
    folder = PurePosixPath(path).parts[1:-1]
    room = ".".join(folder)
    if room in packages or room == "script":
        return room
    parts = list(folder)
    while parts and ".".join(parts) not in packages:
        parts.pop()
    return f"{'.'.join(parts) or 'webmap'}.*"


def _among(touched: set[str], rooms: dict[str, str]) -> Iterable[str]:
    """The tests that import a touched module, or whose room holds one; and doctests."""
    holding = {module.rpartition(".")[0] for module in touched}
    for path, room in rooms.items():
        below = room.removesuffix("*")
        is_held = any(m.startswith(below) for m in touched) if below != room else room in holding
        if is_held or path.removesuffix(".py").replace("/", ".") in touched:
            yield path
    for module in touched:
        yield from _doctests(module)


def _doctests(module: str) -> Iterable[str]:
    path = Path(f"{module.replace('.', '/')}.py")
    if path.parts[0] in ALL[1:] and (ROOT / path).exists() and ">>>" in (ROOT / path).read_text():
        yield str(path)


def modules_of(path: str, modules: set[str]) -> set[str]:
    """What stands for a file: its own module, or every module of the folder that it is in.

    The latter for what is no Python, and for a module that is gone.
    """
    parts = PurePosixPath(path).with_suffix("").parts
    own = ".".join(parts).removesuffix(".__init__")
    if own in modules and path.endswith(".py"):
        return {own}
    folder = [part for part in parts[:-1] if part not in ("templates", "static", "locale")]
    found: set[str] = set()
    while folder and not found:
        found = {m for m in modules if m == (room := ".".join(folder)) or m.startswith(f"{room}.")}
        folder = folder[:-1]
    return found


if __name__ == "__main__":
    main()
