"""文档: what the city hands out on paper, and who verifies it."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from webmap.web.professions import Link, Profession, Urls


def has_signed_in(request: HttpRequest) -> bool:
    """Whether the caller has an account, under which documents are kept."""
    return bool(request.user.is_authenticated)


PROFESSION = Profession(
    id="documents",
    title=_("文档"),
    position=95,
    urls=(Urls("webmap.documents.urls"),),
    menu=(Link(_("我的文档"), "/documents/", has_signed_in),),
)
