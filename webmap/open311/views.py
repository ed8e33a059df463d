"""Open311 GeoReport v2 at ``/open311/v2/``: types and shapes as the specification."""

from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils import timezone

from grid.cases.actions import report
from grid.cases.actors import Actor
from grid.cases.photos import shown_path
from grid.cases.publishing import photo_shown
from grid.cases.queries import public_cases
from grid.open311 import documents, requests
from grid.open311.parameters import InvalidRequest, KeyRefused, ResourceNotFound, read_search
from grid.roles import PUBLIC
from layers.sharing.keys import AmbiguousKey, InvalidKey, caller_with, token_of
from layers.sharing.limits import admit
from spatial.casework.texts import plain
from spatial.city import city
from webmap.open311.answers import answer, georeport
from webmap.open311.forms import GeoreportForm
from webmap.web.guards import length_of

MOST_BODY = 65_536
NOTICE = "已收到，受理后可查询办理进展"
NOT_FETCHED = "；media_url 只记下地址，照片没有下载，可在公众上报页面附照片"
CHANGESET = "2026-11-23T00:00:00Z"


@georeport
def discovery(request: HttpRequest, form: str) -> HttpResponse:
    """``/discovery``."""
    _only(request, "GET")
    root = _root(request)
    told = {
        "changeset": CHANGESET,
        "contact": f"{city().name}城市管理指挥中心",
        "key_service": f"{root.removesuffix('/open311/v2')}/sharing/mine",
        "endpoints": [
            {
                "specification": "http://wiki.open311.org/GeoReport_v2",
                "url": root,
                "changeset": CHANGESET,
                "type": "production",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }
    return answer(documents.discovery(told, form), form)


@georeport
def services(request: HttpRequest, form: str) -> HttpResponse:
    """``/services``."""
    _only(request, "GET")
    _jurisdiction(request.GET)
    return answer(documents.listed(requests.services(), documents.SERVICES, form), form)


@georeport
def service(request: HttpRequest, form: str, code: str) -> HttpResponse:
    """``/services/{code}``."""
    _only(request, "GET")
    _jurisdiction(request.GET)
    requests.service_of(code)
    return answer(documents.definition(code, form), form)


@georeport
def many(request: HttpRequest, form: str) -> HttpResponse:
    """``/requests``: searched, or one more."""
    if request.method == "POST":
        return _take(request, form)
    _only(request, "GET")
    _jurisdiction(request.GET)
    search = read_search(_given(request.GET), timezone.now())
    rows = requests.rows_of(
        requests.requests_matching(search), _root(request), is_extended=search.is_extended
    )
    return answer(documents.listed(rows, documents.REQUESTS, form), form)


@georeport
def one(request: HttpRequest, form: str, number: str) -> HttpResponse:
    """``/requests/{id}``: a list of one."""
    _only(request, "GET")
    _jurisdiction(request.GET)
    case = public_cases().filter(code=plain(number)).first()
    if case is None:
        raise ResourceNotFound("service_request_id was not found")
    is_extended = request.GET.get("extensions", "").lower() == "true"
    rows = requests.rows_of([case], _root(request), is_extended=is_extended)
    return answer(documents.listed(rows, documents.REQUESTS, form), form)


@georeport
def token(request: HttpRequest, form: str, number: str) -> HttpResponse:
    """``/tokens/{id}``: numbers are given at once, so a token is the number itself."""
    _only(request, "GET")
    _jurisdiction(request.GET)
    if not public_cases().filter(code=plain(number)).exists():
        raise ResourceNotFound("token was not found")
    rows = [{"service_request_id": number, "token": number}]
    return answer(documents.listed(rows, documents.REQUESTS, form), form)


@georeport
def unknown(request: HttpRequest, form: str = "xml", **_: Any) -> HttpResponse:
    """Everything else below the root."""
    raise ResourceNotFound("resource was not found")


def photo(request: HttpRequest, photo_id: UUID) -> HttpResponseBase:
    """``/photos/{id}.jpg``: one that was published, until it is withdrawn; without EXIF."""
    found = photo_shown(photo_id)
    path = shown_path(found) if found else None
    if path is None or not path.exists():
        response: HttpResponseBase = HttpResponse(status=404)
    else:
        response = FileResponse(path.open("rb"), content_type="image/jpeg")
    response["Cache-Control"] = "no-store"  # withdrawn means gone
    return response


def _take(request: HttpRequest, form: str) -> HttpResponse:
    if length_of(request) > MOST_BODY:  # before anything of it is read
        raise InvalidRequest(f"the request is larger than {MOST_BODY} bytes")
    given = _given(request.POST)
    actor = _actor(request)
    _jurisdiction(given)
    if not given.get("service_code"):
        raise InvalidRequest("service_code was not provided")
    sent = GeoreportForm(given).checked()
    case = report(actor, sent.told())
    is_linked = bool(sent.cleaned_data["media_url"])
    rows = [
        {
            "service_request_id": case.code,
            "service_notice": NOTICE + (NOT_FETCHED if is_linked else ""),
            "account_id": given.get("account_id") or None,
        }
    ]
    return answer(documents.listed(rows, documents.REQUESTS, form), form)


def _actor(request: HttpRequest) -> Actor:
    keys = [plain(str(key)) for key in request.POST.getlist("api_key")]
    try:
        if key := token_of(request):
            keys.append(key)
        if len(keys) > 1:
            raise AmbiguousKey
        if not any(keys):
            raise KeyRefused("api_key was not provided")
        caller = caller_with(keys[0])
    except AmbiguousKey:
        raise InvalidRequest("more than one key was provided; leave one of them") from None
    except InvalidKey:
        raise KeyRefused("api_key is not valid") from None
    if caller.per_minute:
        admit(caller)
    return Actor(caller.name, frozenset({PUBLIC}))


def _given(params: QueryDict) -> dict[str, str]:
    return {key: plain(str(value)) for key, value in params.dict().items()}


def _jurisdiction(params: Any) -> None:
    told = plain(params.get("jurisdiction_id", ""))
    if told and told != city().adcode:
        raise ResourceNotFound("jurisdiction_id was not found")


def _only(request: HttpRequest, *methods: str) -> None:
    if request.method not in (*methods, "HEAD"):
        raise InvalidRequest(f"{request.method} is not supported here")


def _root(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}/open311/v2"
