"""The search box: matches by layer, for the keyboard as for the mouse."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from layers.access.access import Caller, may_see
from layers.declarations.registry import layer_of
from layers.reading.reading import QueryTimeout
from layers.reading.search import SearchHit, is_code, search, terms_of
from layers.reading.shares import shares_of
from spatial.periods import AsOf
from webmap.map.parameters import moment_parameter
from webmap.web.callers import caller_of
from webmap.web.professions import finders
from webmap.web.values import layer_title

PER_LAYER = 5
WHOLE_CODE = 6  # from this length on, a text that is a code is taken for it


@require_safe
def search_results(request: HttpRequest) -> HttpResponse:
    """The matches as a fragment."""
    text = request.GET.get("q", "")
    as_of = moment_parameter(request)
    terms = terms_of(text) if any(map(_telling, terms_of(text))) else []
    shares = sorted(shares_of(caller_of(request)), key=lambda share: share.layer.search_rank)
    groups, late = [], False
    if len(terms) == 1 and len(terms[0]) >= WHOLE_CODE and terms[0].isascii():
        shares = [share for share in shares if is_code(share, terms[0], as_of)] or shares
    for share in shares if terms else ():
        try:
            hits = search(share, text, as_of, PER_LAYER)
        except QueryTimeout:
            late = True
            continue
        if hits:
            exact = {hit.code for hit in hits if _is_called(hit, text)}
            title = layer_title(share.layer)
            groups.append({"layer": share.layer, "title": title, "hits": hits, "exact": exact})
    if terms:
        groups += _further(caller_of(request), " ".join(terms), as_of)
    context = {"groups": groups, "text": " ".join(terms), "late": late}
    return render(request, "panel/found.html", context)


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


def _telling(term: str) -> bool:
    """Whether a word narrows anything down: one letter or digit alone does not, a 字 does."""
    return len(term) > 1 or not term.isascii()
