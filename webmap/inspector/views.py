"""The shell of the phone's app: one page for everybody, its parts kept on the phone."""

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from spatial.city import city
from webmap.inspector.texts import translated_texts

PARTS = (
    "base/bell.css",
    "base/bell.js",
    "base/http.js",
    "base/latest.js",
    "base/moments.js",
    "base/presence.js",
    "base/tokens.css",
    "inspector/app.js",
    "inspector/words.js",
    "inspector/store.js",
    "inspector/queue.js",
    "inspector/place.js",
    "inspector/spot.js",
    "inspector/camera.js",
    "inspector/map.js",
    "inspector/report.js",
    "inspector/tasks.js",
    "inspector/mine.js",
    "inspector/inspector.css",
    "inspector/icon-192.png",
    "inspector/icon-512.png",
    "map/seal.svg",
    "maplibre-gl/maplibre-gl.css",
    "maplibre-gl/maplibre-gl.mjs",
    "maplibre-gl/maplibre-gl-shared.mjs",
)
# A worker is controlled by the service worker of its own address, so these lie within its scope.
WITHIN = ("maplibre-gl-worker.mjs", "maplibre-gl-shared.mjs")


@require_safe
def shell(request: HttpRequest) -> HttpResponse:
    """``/inspector/``: says nothing about anybody, so that it can be kept."""
    response = render(
        request, "inspector/shell.html", {"city": city(), "words": translated_texts()}
    )
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """``/inspector/sw.js``: another text whenever a part is another."""
    within = [f"/inspector/parts/{name}" for name in WITHIN]
    own = ["/inspector/", "/inspector/manifest.webmanifest", *within]
    listed = [*own, *map(static, _present())]
    script = render_to_string(
        "inspector/sw.js", {"version": _version(), "parts": json.dumps(listed)}
    )
    response = HttpResponse(script, content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def part(request: HttpRequest, name: str) -> FileResponse:
    """``/inspector/parts/{name}``: what the map's worker is made of."""
    path = finders.find(f"maplibre-gl/{name}") if name in WITHIN else None
    if path is None:
        raise Http404
    return FileResponse(Path(str(path)).open("rb"), content_type="text/javascript")


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """``/inspector/manifest.webmanifest``."""
    icons = [
        {
            "src": static(f"inspector/icon-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
        }
        for size in (192, 512)
    ]
    told = {
        "id": "/inspector/",
        "name": f"图经 · {city().name}城管通",
        "short_name": "城管通",
        "lang": "zh-CN",
        "start_url": "/inspector/",
        "scope": "/inspector/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#a63a2b",
        "icons": icons,
    }
    return JsonResponse(told, content_type="application/manifest+json")


def _present() -> list[str]:
    return [name for name in PARTS if finders.find(name)]


@lru_cache(maxsize=1)
def _version() -> str:
    """A digest of every part and of the shell; a process serves one state of them."""
    digest = hashlib.sha256()
    for name in _present():
        digest.update(Path(str(finders.find(name))).read_bytes())
    shell_path = Path(settings.BASE_DIR) / "webmap" / "templates" / "inspector" / "shell.html"
    digest.update(shell_path.read_bytes())
    return digest.hexdigest()[:16]
