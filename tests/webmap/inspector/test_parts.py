"""What the phone's app is made of is kept on the phone: no module of it needs a signal."""

import posixpath
import re

from django.contrib.staticfiles import finders

from webmap.inspector.views import PARTS

IMPORT = re.compile(r'^\s*(?:import|export)\b[^;]*?from\s+"(\.[^"]+)"', re.MULTILINE)


def test_every_module_that_a_part_imports_is_a_part():
    missing = set()
    for name in PARTS:
        if name.startswith("maplibre-gl/") or not name.endswith(".js"):
            continue
        with open(str(finders.find(name)), encoding="utf-8") as file:
            text = file.read()
        targets = {
            posixpath.normpath(f"{posixpath.dirname(name)}/{p}") for p in IMPORT.findall(text)
        }
        missing |= {(name, target) for target in targets if target not in PARTS}
    assert missing == set()
