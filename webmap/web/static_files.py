"""Static files with names that change with their content, so that browsers keep them for good.

A file's hash covers what it leads to: modules and styles that it imports, and what those
import. Django's own storage takes the hash of each rewritten text instead, which has no end
where modules import each other in a circle. Compressed once, when they are collected.
"""

import posixpath
import re
from collections.abc import Iterator
from hashlib import md5
from typing import Any

from django.contrib.staticfiles.finders import FileSystemFinder
from django.contrib.staticfiles.utils import matches_patterns
from whitenoise.storage import CompressedManifestStaticFilesStorage

# Of the packages, what pages use; their other files are neither served nor collected.
PACKAGES = {
    "maplibre-gl": {
        "maplibre-gl.css",
        "maplibre-gl.mjs",
        "maplibre-gl-shared.mjs",
        "maplibre-gl-worker.mjs",
    },
    "proj4": {"proj4.js"},
    "tabulator": {"js/tabulator_esm.min.mjs", "css/tabulator_simple.min.css"},
    "chart": {"chart.umd.min.js"},
    "terra-draw": {"terra-draw.umd.js"},
    "terra-draw-maplibre-gl-adapter": {"terra-draw-maplibre-gl-adapter.umd.js"},
}
IMPORT = (
    r"""(?m)^(?P<matched>(?P<lead>(?:import|export)\b[^;'"]*?)["'](?P<url>\.{1,2}/[^"']+)["'])""",
    '%(lead)s"%(url)s"',
)
IMPORT_LATER = (
    r"""(?P<matched>\bimport\(["'](?P<url>\.{1,2}/[^"']+)["']\))""",
    'import("%(url)s")',
)
BESIDE = (
    r"""(?P<matched>new URL\(["'](?P<url>\.{1,2}/[^"']+)["'], import\.meta\.url\))""",
    'new URL("%(url)s", import.meta.url)',
)
STYLE_URL = r"""(?P<matched>url\(['"]{0,1}\s*(?P<url>.*?)["']{0,1}\))"""
STYLE_IMPORT = (r"""(?P<matched>@import\s*["']\s*(?P<url>.*?)["'])""", '@import url("%(url)s")')


class UsedFiles(FileSystemFinder):
    """The files of ``STATICFILES_DIRS``, of packages only those that pages use."""

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, Any]]:
        """Every file with its storage."""
        for path, storage in super().list(ignore_patterns):
            used = PACKAGES.get(getattr(storage, "prefix", None) or "")
            if used is None or path in used:
                yield path, storage


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Files under hashed names beside the plain ones, both also compressed."""

    patterns = (
        ("*.css", (STYLE_URL, STYLE_IMPORT)),
        ("*.js", (IMPORT, IMPORT_LATER, BESIDE)),
    )

    def stored_name(self, name: str) -> str:
        """The hashed name; the plain one where nothing was collected yet.

        A page without its looks is better than none.
        """
        try:
            return super().stored_name(name)
        except ValueError:
            return name

    def file_hash(self, name: str | None, content: Any = None) -> str:
        """A digest of the file and of all that it leads to, as they were written."""
        if name is None or not matches_patterns(name, self._patterns):
            return super().file_hash(name, content)
        digest = md5(usedforsecurity=False)
        for reached in sorted(self._reached(self.clean_name(name))):
            with self.open(reached) as file:
                digest.update(file.read())
        return digest.hexdigest()[:12]

    def _reached(self, start: str) -> set[str]:
        found, waiting = {start}, [start]
        while waiting:
            fresh = set(self._references(waiting.pop())) - found
            found |= fresh
            waiting += fresh
        return found

    def _references(self, name: str) -> Iterator[str]:
        for extension, patterns in self._patterns.items():
            if not matches_patterns(name, (extension,)):
                continue
            with self.open(name) as file:
                text = file.read().decode()
            for pattern, _ in patterns:
                for match in pattern.finditer(text):
                    url = re.split("[?#]", match["url"])[0]
                    target = posixpath.normpath(posixpath.join(posixpath.dirname(name), url))
                    if url and ":" not in url and not url.startswith("/") and self.exists(target):
                        yield target
