"""The public page that a document's QR code leads to: whether there is such a document.

It tells kind, number, day, office, the digest of the file, and whether it was withdrawn; of
persons and of what the document is about it tells nothing. A code has 79 bits, and each address
may ask so often a minute: none is found by trying.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from layers.access.access import Caller
from layers.sharing.callers import address_of
from layers.sharing.limits import admit
from webmap.documents.issuing import in_groups, is_code
from webmap.documents.views import may_withdraw, title_of
from webmap.models import IssuedDocument

PER_MINUTE = 30
MOST_TYPED = 40


@require_GET
@never_cache
def ask(request: HttpRequest) -> HttpResponse:
    """``/verify/``: a code typed by hand."""
    code = normal(request.GET.get("code", ""))
    if code:
        return redirect("verify-code", code)
    return render(request, "documents/verify.html", {"is_asked": False})


@require_GET
@never_cache
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """``/verify/{code}``.

    Raises:
        RateLimited: the address asks too often.
    """
    admit(Caller(f"verify {address_of(request)}", per_minute=PER_MINUTE))
    code = normal(code)
    issued = IssuedDocument.objects.filter(code=code).first() if is_code(code) else None
    context: dict[str, Any] = {"is_asked": True, "code": in_groups(code)}
    if issued:
        context |= {"issued": issued, "title": title_of(issued.kind)}
        context["may_withdraw"] = may_withdraw(request, issued)
    return render(request, "documents/verify.html", context, status=200 if issued else 404)


def normal(text: str) -> str:
    """A code as it is kept: without groups and blanks, in capitals.

    >>> normal(" abcd-efgh jkmn-pqrs ")
    'ABCDEFGHJKMNPQRS'
    """
    return "".join(c for c in text[:MOST_TYPED].upper() if c.isascii() and c.isalnum())
