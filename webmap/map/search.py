"""The search box: matches by layer, for the keyboard as for the mouse."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from layers.reading.reading import TooSlow
from layers.reading.search import Hit, is_code, search, terms_of
from layers.reading.shares import shares_of
from webmap.map.parameters import asked_moment
from webmap.web.callers import caller_of
from webmap.web.values import layer_title

PER_LAYER = 5
WHOLE_CODE = 6  # from this length on, a text that is a code is taken for it


@require_safe
def found(request: HttpRequest) -> HttpResponse:
    """The matches as a fragment."""
    text = request.GET.get("q", "")
    as_of = asked_moment(request)
    terms = terms_of(text) if any(map(_telling, terms_of(text))) else []
    shares = sorted(shares_of(caller_of(request)), key=lambda share: share.layer.search_rank)
    groups, late = [], False
    if len(terms) == 1 and len(terms[0]) >= WHOLE_CODE and terms[0].isascii():
        shares = [share for share in shares if is_code(share, terms[0], as_of)] or shares
    for share in shares if terms else ():
        try:
            hits = search(share, text, as_of, PER_LAYER)
        except TooSlow:
            late = True
            continue
        if hits:
            exact = {hit.code for hit in hits if _is_called(hit, text)}
            title = layer_title(share.layer)
            groups.append({"layer": share.layer, "title": title, "hits": hits, "exact": exact})
    context = {"groups": groups, "text": " ".join(terms), "late": late}
    return render(request, "panel/found.html", context)


def _is_called(hit: Hit, text: str) -> bool:
    """Whether the text is the code or a whole name of what was found, not a part of it."""
    wanted = text.strip().casefold()
    return wanted in {hit.code.casefold(), *(name.casefold() for name in hit.texts)}


def _telling(term: str) -> bool:
    """Whether a word narrows anything down: one letter or digit alone does not, a 字 does."""
    return len(term) > 1 or not term.isascii()
