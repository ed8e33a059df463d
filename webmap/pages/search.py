"""The search box: matches by layer, for the keyboard as for the mouse."""

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from layers.queries import at_most
from layers.search import is_code, search, terms_of
from webmap.pages.asking import asked_moment, shown_layers
from webmap.values import layer_title

TIMEOUT_MS = 3000
PER_LAYER = 5
WHOLE_CODE = 6  # from this length on, a text that is a code is taken for it
# what people look for comes first
FIRST = ("districts", "roads", "water", "buildings", "addresses", "parcels", "hazard-sites")


@require_safe
def found(request: HttpRequest) -> HttpResponse:
    """The matches as a fragment."""
    text = request.GET.get("q", "")
    as_of = asked_moment(request)
    terms = terms_of(text) if any(map(_telling, terms_of(text))) else []
    layers = sorted(
        shown_layers(request),
        key=lambda la: FIRST.index(la.id) if la.id in FIRST else len(FIRST),
    )
    groups, late = [], False
    if len(terms) == 1 and len(terms[0]) >= WHOLE_CODE and terms[0].isascii():
        layers = [la for la in layers if is_code(la, terms[0], as_of)] or layers
    for layer in layers if terms else ():
        try:
            with at_most(TIMEOUT_MS):
                hits = search(layer, text, as_of, PER_LAYER)
        except OperationalError:
            late = True
            continue
        if hits:
            groups.append({"layer": layer, "title": layer_title(layer), "hits": hits})
    context = {"groups": groups, "text": " ".join(terms), "late": late}
    return render(request, "panel/found.html", context)


def _telling(term: str) -> bool:
    """Whether a word narrows anything down: one letter or digit alone does not, a 字 does."""
    return len(term) > 1 or not term.isascii()
