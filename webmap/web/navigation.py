"""The links on top of every page: entrances, a profession's tabs, ways to the others."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from webmap.web.entrances import Entrance, entrances
from webmap.web.professions import (
    Link,
    Tab,
    Task,
    Text,
    links_of,
    professions,
    tabs_of,
    tasks_of,
)


@dataclass(frozen=True)
class Entry:
    """One link as it is shown."""

    title: Text
    path: str
    hint: Text = ""
    is_current: bool = False


@dataclass(frozen=True)
class Waiting:
    """Something that waits for somebody, and how much of it."""

    title: Text
    path: str
    number: int


def entrance_entries(chosen: Entrance | None) -> list[Entry]:
    """The entrances to the map, of which one may be open."""
    return [
        Entry(one.title, one.path, one.subtitle, chosen is not None and one.id == chosen.id)
        for one in entrances()
    ]


def tab_entries(request: HttpRequest, profession_id: str, chosen: str = "") -> list[Entry]:
    """The tabs of a profession that the caller may open, and the one that is open."""
    tabs = next((tabs_of(one) for one in professions() if one.id == profession_id), [])
    current = chosen or _tab_at(request.path, tabs)
    return [
        Entry(tab.title, tab.path, "", tab.id == current)
        for tab in tabs
        if tab.id == current or tab.may(request)
    ]


def _tab_at(path: str, tabs: Iterable[Tab]) -> str:
    """The tab whose address the path begins with, the longest of them."""
    fitting = [tab for tab in tabs if tab.path != "/" and path.startswith(tab.path)]
    return max(fitting, key=lambda tab: len(tab.path)).id if fitting else ""


def menu_entries(request: HttpRequest) -> list[Entry]:
    """The ways from the map to the pages of professions that the caller may open."""
    links: list[Link] = [link for one in professions() for link in links_of(one)]
    found = [Entry(link.title, link.path) for link in links if link.may(request)]
    if getattr(request.user, "is_staff", False):
        found.append(Entry(_("管理"), "/admin/"))
    return found


def tasks_for(request: HttpRequest) -> list[Task]:
    """The kinds of tasks that the caller may have."""
    if not request.user.is_authenticated:
        return []
    return [task for one in professions() for task in tasks_of(one) if task.may(request)]


def waiting_for(request: HttpRequest) -> list[Waiting]:
    """What waits for the caller, by profession."""
    return [Waiting(task.title, task.path, task.number(request)) for task in tasks_for(request)]
