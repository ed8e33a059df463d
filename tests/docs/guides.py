"""The guides of docs/how-to as steps: files to write, edits to make, commands to run.

A fenced block whose info string has a ``title=`` is a file to create; with ``append`` it goes
to the end of a file; a ``diff`` replaces the one place in a file that reads as it says. A
``sh`` block is run; a ``text`` block after it lists what its output has. The last table
lists addresses and what they show.
"""

import ast
import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "how-to"
BLOCK = re.compile(r"^( *)```(.*)\n((?:.*\n)*?)\1```$", re.MULTILINE)
SEEN = re.compile(r"^\| `(/[^`]*)` \| `([^`]+)` \|$", re.MULTILINE)
TIMEOUT_S = 900
HOUSE = {"spatial", "grid", "layers", "importers", "webmap", "tests"}
KEPT = ("PATH", "HOME", "LANG")  # no settings of the tests: theirs are other rules


class Astray(Exception):
    """The code is not as a guide says; the message names the block."""


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, the file that it is or edits, its text."""

    language: str
    title: str
    is_appended: bool
    text: str


@dataclass
class Guide:
    """One guide: its blocks in order, its prose, and what its addresses show."""

    name: str
    blocks: list[Block]
    prose: str
    seen: list[tuple[str, str]] = field(default_factory=list)

    @property
    def files(self) -> set[str]:
        """The files that it writes or edits."""
        return {block.title for block in self.blocks if block.title}


def read_guide(path: Path) -> Guide:
    """Parse a guide."""
    text = path.read_text(encoding="utf-8")
    blocks = []
    for _, info, body in BLOCK.findall(text):
        language, *more = info.split()
        title = next((m.removeprefix("title=") for m in more if m.startswith("title=")), "")
        blocks.append(Block(language, title, "append" in more, dedent(body)))
    return Guide(path.stem, blocks, BLOCK.sub("", text), SEEN.findall(text))


def follow(guide: Guide, tree: Path, env: Mapping[str, str]) -> str:
    """Do in a tree what the guide says; returns what all its commands printed.

    Raises:
        Astray: a place to edit is not there, a command fails or does not print what it should.
    """
    printed = latest = ""
    for block in guide.blocks:
        if block.title:
            _write(block, tree / block.title)
        elif block.language == "sh":
            latest = _run(block.text, tree, env)
            printed += latest
        elif block.language == "text":
            missing = [line for line in block.text.split("\n") if line.strip() not in latest]
            if missing:
                raise Astray(f"not printed: {missing}\n{latest}")
    return printed


def _write(block: Block, path: Path) -> None:
    if block.language == "diff":
        lines = block.text.splitlines()
        old = "\n".join(line[1:] for line in lines if line[:1] != "+")
        new = "\n".join(line[1:] for line in lines if line[:1] != "-")
        text = path.read_text(encoding="utf-8")
        if text.count(old) != 1:
            raise Astray(f"{block.title} has {text.count(old)} places that read\n{old}")
        path.write_text(text.replace(old, new), encoding="utf-8")
    elif block.is_appended:
        with path.open("a", encoding="utf-8") as file:
            file.write(block.text)
    else:
        if path.exists():
            raise Astray(f"{block.title} is there already")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")


def _run(script: str, tree: Path, env: Mapping[str, str]) -> str:
    done = subprocess.run(
        ["bash", "-ec", script],
        cwd=tree,
        env={**{name: os.environ[name] for name in KEPT if name in os.environ}, **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    if done.returncode:
        raise Astray(f"{script}ended with {done.returncode}\n{done.stdout}")
    return done.stdout


def missing_imports(guide: Guide) -> list[str]:
    """What the Python of a guide imports of this house, and neither of them has."""
    blocks = [block.text for block in guide.blocks if block.language == "python"]
    return [
        f"{node.module}.{alias.name}"
        for text in blocks
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in HOUSE
        for alias in node.names
        if not _is_made(guide, f"{node.module}") and not _is_there(f"{node.module}", alias.name)
    ]


def _is_made(guide: Guide, module: str) -> bool:
    """Whether the guide writes a module, or into a package."""
    path = module.replace(".", "/")
    return any(made == f"{path}.py" or made.startswith(f"{path}/") for made in guide.files)


def _is_there(module: str, name: str) -> bool:
    try:
        if hasattr(import_module(module), name):
            return True
        import_module(f"{module}.{name}")
    except ImportError:
        return False
    return True
