"""What a browser is told to refuse: foreign and inline programs, frames, cookies in the clear.

The policy holds for every page; no page of ours has a program or an event handler in its
HTML. What is drawn by a number (a legend's colour, a bar's width) stands in ``style``
attributes, which cannot run anything. Pages that must stand without their style sheet,
because something is broken, carry their style within; it is named by its hash.
"""

import base64
import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

HEADER = "Content-Security-Policy"
VALID = timedelta(days=180)
STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


class Guarded:
    """Middleware: the policy on every answer without one, cookies of https for https alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.policy = policy_with(inline_styles(Path(settings.BASE_DIR) / "webmap" / "templates"))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, guarded."""
        response = self.get_response(request)
        if not (settings.DEBUG and response.status_code >= 400):  # Django's own page of faults
            response.headers.setdefault(HEADER, self.policy)
        if request.is_secure():
            for cookie in response.cookies.values():
                cookie["secure"] = True
        return response


def security_txt(request: HttpRequest) -> HttpResponse:
    """``/.well-known/security.txt`` (RFC 9116): where vulnerabilities are reported, if anywhere."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    ends = (timezone.now() + VALID).strftime("%Y-%m-%dT00:00:00Z")
    lines = (
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {ends}",
        "Preferred-Languages: zh, en",
        f"Canonical: {settings.SITE_URL}{request.path}",
    )
    return HttpResponse("\n".join((*lines, "")), content_type="text/plain; charset=utf-8")


def policy_with(styles: list[str]) -> str:
    """The policy; ``styles`` are the hashes of inline styles that may stand."""
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self'",
            " ".join(["style-src 'self'", *styles]),
            "style-src-attr 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def inline_styles(folder: Path) -> list[str]:
    """The hashes of what stands in ``<style>`` of the templates directly in a folder."""
    found = (
        style
        for path in sorted(folder.glob("*.html"))
        for style in STYLE.findall(path.read_text(encoding="utf-8"))
    )
    return [
        f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in found
    ]
