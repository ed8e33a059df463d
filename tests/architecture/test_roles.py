"""Roles are constants: nobody writes one as a bare text, in Python, SQL, templates or scripts."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from grid.roles import PUBLIC, SYSTEM
from layers.declarations.known_roles import known_roles

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("spatial", "grid", "layers", "importers", "webmap")
ROLES = [*(role.value for role in known_roles().values()), PUBLIC, SYSTEM]
QUOTED = re.compile("|".join(f"['\"]{role}['\"]" for role in ROLES))
# A text within an expression of Python: SQL, in which roles stand between single quotes.
IN_SQL = re.compile("|".join(f"'{role}'" for role in ROLES))
TRANSLATED = re.compile(r"""{%\s*translate\s+["'][^"']*["'][^%]*%}|_\(["'][^"']*["']\)""")
# The same words as what they mean otherwise: a department, a heading, whoever made a file.
TITLES = {"verbose_name", "verbose_name_plural", "title"}
OTHERWISE = {
    ("grid/cases/steps.py", "专业部门"),
    ("webmap/casework/files.py", "专业部门"),
    ("layers/ogc/server/config.py", "数据管理"),
    ("webmap/exports/jobs.py", "公众"),
}


def modules() -> Iterator[Path]:
    for floor in FLOORS:
        for path in sorted((ROOT / floor).rglob("*.py")):
            if "migrations" not in path.parts and path.name != "roles.py":
                yield path


def bare_roles(text: str) -> list[str]:
    """The roles that a module writes as texts of their own, or within SQL; not as a title."""
    if not any(role in text for role in ROLES):
        return []
    tree = ast.parse(text)
    titles = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword)
        and node.arg in TITLES
        or isinstance(node, ast.Assign)
        and {getattr(target, "id", "") for target in node.targets} & TITLES
        for inner in ast.walk(node.value)
    }
    found = []
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in titles
        ):
            if node.value in ROLES:
                found.append(node.value)
            found += [match.strip("'") for match in IN_SQL.findall(node.value)]
    return found


def test_no_module_writes_a_role_as_a_bare_text():
    found = {
        (str(path.relative_to(ROOT)), role)
        for path in modules()
        for role in bare_roles(path.read_text(encoding="utf-8"))
    }
    assert found == OTHERWISE


@pytest.mark.parametrize("pattern", ["templates/**/*.html", "static/**/*.js", "**/*.sql"])
def test_no_template_nor_script_asks_for_a_role_by_its_text(pattern):
    found = [
        (str(path.relative_to(ROOT)), match)
        for floor in FLOORS
        for path in sorted((ROOT / floor).rglob(pattern))
        if "node_modules" not in path.parts
        for match in QUOTED.findall(TRANSLATED.sub("", path.read_text(encoding="utf-8")))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('may = "派遣员" in roles', ["派遣员"]),
        ("SQL = f\"s.role = '专业部门' AND {x}\"", ["专业部门"]),
        ('class Meta:\n    verbose_name = verbose_name_plural = "专业部门"', []),
        ('entrance(title="以图管房", roles=["以图管房"])', ["以图管房"]),
        ('raise Unfit("该任务已派给别的监督员")', []),
    ],
)
def test_a_planted_role_is_seen(text, expected):
    assert bare_roles(text) == expected


def test_a_role_planted_in_a_template_is_seen():
    planted = '{% if "值班长" in may %}{% translate "专业部门" %}{% endif %}'
    assert QUOTED.findall(TRANSLATED.sub("", planted)) == ['"值班长"']
