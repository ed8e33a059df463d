"""The search box: a position, matches by layer, and whether it is people that are looked for."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from layers.access.access import Caller, may_see
from layers.declarations.registry import layer_of
from layers.reading.personal import MOST_REASON
from layers.reading.shares import shares_of
from layers.search.everywhere import PER_LAYER, is_telling, search_everywhere
from layers.search.search import SearchHit
from spatial.city import city
from spatial.periods import AsOf
from spatial.positions import position_of
from spatial.sealed.rules.formats import Kind, format_of, may_name_person
from webmap.map.parameters import moment_parameter
from webmap.web.callers import caller_of
from webmap.web.people import may_find_people
from webmap.web.professions import finders
from webmap.web.values import layer_title

MOST_SHOWN = 60  # characters of what was typed
_PEOPLE = re.compile(r"^\s*(?:以人查房|查人|产权人|权利人)\s*[:：]?\s*(\S.*)$")
_NAME = re.compile(r"[一-鿿·]{2,4}")


@require_http_methods(["GET", "HEAD", "POST"])
def search_results(request: HttpRequest) -> HttpResponse:
    """The matches as a fragment. By POST the text stands in no log of addresses."""
    text = (request.POST if request.method == "POST" else request.GET).get("q", "")
    text = text.replace("\x00", "").strip()
    as_of, caller = moment_parameter(request), caller_of(request)
    position, person = position_of(text, city()), _PEOPLE.match(text)
    groups: list[dict[str, Any]] = []
    is_late = False
    if not position and not person:
        shares = sorted(shares_of(caller), key=lambda share: share.layer.search_rank)
        results = search_everywhere(shares, text, as_of)
        is_late = results.is_late
        for found in results.layers:
            groups.append(_group(found.share.layer, found.hits, text))
        if is_telling(text):
            groups += _further(caller, text[:MOST_SHOWN], as_of)
    name = person[1] if person else text
    is_person = bool(person) or is_personal_number(text) or _may_be_name(text, groups)
    context = {
        "groups": groups,
        "text": text[:MOST_SHOWN] if is_telling(text) else "",
        "late": is_late,
        "position": position,
        "person": name[:MOST_SHOWN] if is_person and not position else "",
        "may_find_people": is_person and may_find_people(request),
        "most_reason": MOST_REASON,
    }
    return render(request, "panel/found.html", context)


def is_personal_number(text: str) -> bool:
    """Whether a text is somebody's certificate or telephone.

    >>> is_personal_number("11010519491231002X"), is_personal_number("123456001001")
    (True, False)
    """
    if not any(char.isdecimal() for char in text) or len(text) > MOST_SHOWN:
        return False
    formats = (format_of(kind, text) for kind in (Kind.ID_NUMBER, Kind.TELEPHONE, Kind.CERTIFICATE))
    return any(one.pattern is not None for one in formats)


def _may_be_name(text: str, groups: Sequence[dict[str, Any]]) -> bool:
    """Whether what no layer knows can be somebody's name."""
    return not groups and bool(_NAME.fullmatch(text)) and may_name_person(text)


def _group(layer: Any, hits: Sequence[SearchHit], text: str) -> dict[str, Any]:
    exact = {hit.code for hit in hits if _is_called(hit, text)}
    return {"layer": layer, "title": layer_title(layer), "hits": hits, "exact": exact}


def _further(caller: Caller, text: str, as_of: AsOf) -> Iterator[dict[str, Any]]:
    """What professions find beside the layers' own fields, for who may see the layer."""
    for finder in finders():
        layer = layer_of(finder.layer)
        if may_see(caller, layer) and (hits := finder.find(text, as_of, caller)):
            shown = list(hits)[:PER_LAYER]
            yield {"layer": layer, "title": finder.title, "hits": shown, "exact": set()}


def _is_called(hit: SearchHit, text: str) -> bool:
    """Whether the text is the code or a whole name of what was found, not a part of it."""
    wanted = text.strip().casefold()
    return wanted in {hit.code.casefold(), *(name.casefold() for name in hit.texts)}
