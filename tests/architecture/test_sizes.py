"""The budget of CONTRIBUTING: no module over 400 lines, no function over 60."""

import ast

import pytest

from tests.architecture.rooms import FLOORS, ROOT

MOST_LINES, MOST_FUNCTION_LINES = 400, 60


@pytest.mark.parametrize("floor", FLOORS)
def test_no_module_and_no_function_is_too_long(floor):
    long = []
    for path in sorted((ROOT / floor).rglob("*.py")):
        if "migrations" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > MOST_LINES:
            long.append(f"{path.relative_to(ROOT)}: {text.count(chr(10))} lines")
        for one in ast.walk(ast.parse(text)):
            if isinstance(one, ast.FunctionDef):
                lines = (one.end_lineno or one.lineno) - one.lineno + 1
                if lines > MOST_FUNCTION_LINES:
                    long.append(f"{path.relative_to(ROOT)}:{one.name}: {lines} lines")
    assert long == []
