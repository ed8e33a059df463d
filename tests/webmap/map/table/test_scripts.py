"""The table's logic without a page, run by node's own test runner."""

import shutil
import subprocess
from pathlib import Path

import pytest

NODE = shutil.which("node")


@pytest.mark.skipif(not NODE, reason="no node")
def test_what_is_chosen_becomes_the_query():
    script = Path(__file__).with_name("query.test.mjs")
    done = subprocess.run(
        [str(NODE), "--test", str(script)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout
