"""Every page of the site, found by its addresses: nobody lists pages by name.

A page is an address without parameters that answers somebody with a whole HTML document, and of
each address with parameters the first one that a page leads to.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from django.contrib.auth.models import User
from django.test import Client
from django.urls import Resolver404, URLPattern, get_resolver, resolve

from webmap.demo.accounts import create_demo_accounts, demo_users

HREF = re.compile(r'<a\b[^>]*\bhref="(/[^"#]*)"')
API_HREF = re.compile(r'<a\b[^>]*\bhref="(?:https?://testserver)?(/ogc/[^"#]*)"')
# Of other makers, for programs, files: no pages of ours.
SKIPPED = re.compile(r"^(admin/|ogc|open311/|i18n/|\.well-known/)|/api/|\.\w+$")
REFUSED = (302, 401, 403, 404)
ENDS_SESSION = ("accounts/logout/", "accounts/oidc/")


@dataclass(frozen=True)
class Page:
    """An address, and the name of somebody who may open it; '' for everybody."""

    path: str
    who: str
    html: str

    @property
    def has_map(self) -> bool:
        """Whether a map is drawn in it."""
        return 'id="map"' in self.html


def all_pages(**headers: str) -> list[Page]:
    """Every page, each once, as somebody who may open it; makes the demo accounts."""
    create_demo_accounts()
    clients = {"": Client(headers=headers)}
    clients |= {user.username: _client(user, headers) for user in demo_users()}
    found: dict[str, Page] = {}
    open_patterns = {pattern for pattern, path in _patterns() if path is None}
    for _pattern, path in _patterns():
        if path is not None:
            _keep(found, clients, path)
    for page in list(found.values()):
        for link in HREF.findall(page.html):
            pattern = _pattern_of(link.split("?")[0])
            if pattern in open_patterns:
                before = len(found)
                _keep(found, clients, link)
                if len(found) > before:
                    open_patterns.discard(pattern)
    return list(found.values())


def _keep(found: dict[str, Page], clients: dict[str, Client], path: str) -> None:
    for who, client in clients.items():
        answer = client.get(path, headers={"Accept": "text/html"})
        if answer.status_code in REFUSED:
            continue  # perhaps another may
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            html = answer.content.decode()
            if html.lstrip().lower().startswith("<!doctype"):
                found[path] = Page(path, who, html)
        return


def api_pages(**headers: str) -> list[Page]:
    """The pages of the API as anybody reads them: of each address the first that a page leads to."""
    client = Client(headers=headers)
    found: dict[str, Page] = {}
    waiting, seen = ["/ogc/?f=html"], set()
    while waiting:
        path = waiting.pop(0)
        answer = client.get(path)
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            found[path] = Page(path, "", answer.content.decode())
            for link in API_HREF.findall(found[path].html):
                route = _pattern_of(link.split("?")[0])
                if route not in seen and "f=json" not in link:
                    seen.add(route)
                    waiting.append(link.split("?")[0] + "?f=html")
    return list(found.values())


def _client(user: User, headers: dict[str, str]) -> Client:
    client = Client(headers=headers)
    client.force_login(user)
    return client


@cache
def _patterns() -> list[tuple[str, str | None]]:
    """(route, the path it stands for or None where it takes parameters)."""
    return [
        (route, None if "<" in route or "(" in route else f"/{route}")
        for route in _routes(get_resolver())
        if not SKIPPED.search(route) and not route.startswith(ENDS_SESSION) and "^" not in route
    ]


def _routes(resolver, before: str = "") -> Iterator[str]:
    for one in resolver.url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield route
        else:
            yield from _routes(one, route)


def _pattern_of(path: str) -> str:
    try:
        return resolve(path).route
    except Resolver404:
        return ""
