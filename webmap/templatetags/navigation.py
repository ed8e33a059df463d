"""What pages have in common: ``{% entrance_tabs %}``, ``{% room_tabs … %}``, ``{% account %}``; ``{% ground %}``."""

from typing import Any

from django import template
from django.utils.html import json_script
from django.utils.safestring import SafeString

from layers.access.access import ANONYMOUS, visible
from layers.declarations.ground import ground as ground_of
from layers.declarations.registry import all_layers
from webmap.web.navigation import entrance_entries, menu_entries, tab_entries, tasks_for

register = template.Library()
TILES = "/ogc/collections/{layer}/tiles/WebMercatorQuad/{z}/{y}/{x}"


@register.inclusion_tag("_components/tabs.html", takes_context=True)
def entrance_tabs(context: dict[str, Any]) -> dict[str, Any]:
    """The entrances to the map."""
    return {"entries": entrance_entries(context.get("entrance"))}


@register.inclusion_tag("_components/tabs.html", takes_context=True)
def room_tabs(context: dict[str, Any], profession: str) -> dict[str, Any]:
    """The pages of a profession; ``tab`` of the context says which is open."""
    chosen = context.get("tab") or ""
    return {"entries": tab_entries(context["request"], profession, chosen)}


@register.inclusion_tag("_components/account.html", takes_context=True)
def account(
    context: dict[str, Any], with_menu: bool = False, with_sound: bool = False
) -> dict[str, Any]:
    """Who is signed in, and the bell; on the map also the ways to the pages of professions.

    ``with_sound``: a desk, where an urgent notice is heard.
    """
    request = context["request"]
    return {
        "request": request,
        "user": request.user,
        "csrf_token": context.get("csrf_token"),
        "entries": menu_entries(request) if with_menu else [],
        "has_tasks": with_menu and bool(tasks_for(request)),
        "with_menu": with_menu,
        "with_sound": with_sound,
        "roles": context.get("roles", ()),
    }


@register.simple_tag
def ground() -> SafeString:
    """The public layers below a page's own map, for ``base/ground.js``."""
    public = visible(ANONYMOUS, all_layers())
    return json_script({**ground_of(public, TILES), "tiles": TILES}, "ground")
