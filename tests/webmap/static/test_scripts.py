"""The logic of the pages' programs, without a browser: ``node --test``."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[2]
PATHS = os.pathsep.join([os.environ["PATH"], str(ROOT / "var" / "tools" / "bin")])
NODE = shutil.which("node", path=PATHS)


@pytest.mark.skipif(not NODE, reason="no node")
@pytest.mark.slow(reason="node starts once for each file")
def test_the_programs_of_the_pages_hold_their_own_tests():
    files = sorted(str(path) for path in FOLDER.glob("*.test.js"))
    assert files
    done = subprocess.run(  # noqa: S603  (our own files)
        [NODE, "--test", "--test-reporter=spec", *files],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
