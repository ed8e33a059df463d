"""The language of an answer: the chosen one, else what the browser accepts, else the city's."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from spatial.languages import fitting_language

API = "/ogc"
TEXT = ("text/html", "text/plain")
SAID = (*TEXT, "application/json")


class ChosenLanguage:
    """Middleware: the language of the cookie that the switch sets, else of ``Accept-Language``.

    The cookie is set by people alone, so it goes before what a browser was installed with. Below
    the API's root ``lang=`` goes before both. Caches keep the answers that are said in a language
    apart; features and tiles of the API are the same for every reader, and say so.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in that language."""
        is_api = request.path_info.startswith(API)
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        accepted = request.headers.get("Accept-Language", "")
        if is_api and "lang" in request.GET:
            chosen, accepted = "", request.GET["lang"]
        language = fitting_language(chosen, accepted)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        if response.headers.get("Content-Type", "").startswith(TEXT if is_api else SAID):
            response.headers.setdefault("Content-Language", language)
            patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response
