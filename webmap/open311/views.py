"""Open311 GeoReport v2 at ``/open311/v2/``: errors, types and shapes as the specification."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.gis.geos import Point
from django.core.exceptions import BadRequest as BadForm
from django.core.exceptions import SuspiciousOperation
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from grid.cases.actions import Report, report
from grid.cases.actors import Actor
from grid.cases.idempotency import plain
from grid.cases.photos import shown_path
from grid.cases.publishing import photo_shown
from grid.cases.queries import public_cases
from grid.errors import Unfit
from grid.open311 import documents, requests
from grid.open311.parameters import (
    MOST_DESCRIPTION,
    BadRequest,
    Forbidden,
    UnknownThing,
    read_position,
    read_search,
)
from grid.roles import PUBLIC
from layers.sharing.keys import BadKey, caller_with, token_of
from layers.sharing.limits import TooFast, admit
from spatial.base.models import Address
from spatial.city import city
from spatial.crs import transformer
from webmap.casework.guards import length_of

SOURCE = "Open311"
MOST_BODY, MOST_ADDRESS = 65_536, 2_000
NOTICE = "已收到，受理后可查询办理进展"
NOT_FETCHED = "；media_url 只记下地址，照片没有下载，可在公众上报页面附照片"
CHANGESET = "2026-11-23T00:00:00Z"
STATUS: dict[type[Exception], int] = {
    BadRequest: 400,
    Unfit: 400,
    Forbidden: 403,
    UnknownThing: 404,
    TooFast: 429,
}
# What Django raises of a body that is no form; its own answers are pages.
UNREADABLE = (BadForm, MultiPartParserError, SuspiciousOperation, UnreadablePostError)
MOST_TOLD = {"first_name": 30, "last_name": 30, "phone": 30, "account_id": 100}

View = Callable[..., HttpResponseBase]


def georeport(view: View) -> View:
    """Answer refusals with the specification's errors, in the form asked for."""

    @csrf_exempt
    @wraps(view)
    def answered(request: HttpRequest, form: str, *args: Any, **named: Any) -> HttpResponseBase:
        try:
            response = view(request, form, *args, **named)
        except UNREADABLE:
            response = refusal(400, "the request cannot be read", form)
        except tuple(STATUS) as error:
            status = next(code for kind, code in STATUS.items() if isinstance(error, kind))
            response = refusal(status, str(error), form)
            for name, value in getattr(error, "headers", {}).items():
                response[name] = value
        response["Access-Control-Allow-Origin"] = "*"
        return response

    return answered


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
    return _answer(documents.discovery(told, form), form)


@georeport
def services(request: HttpRequest, form: str) -> HttpResponse:
    """``/services``."""
    _only(request, "GET")
    _jurisdiction(request.GET)
    return _answer(documents.listed(requests.services(), documents.SERVICES, form), form)


@georeport
def service(request: HttpRequest, form: str, code: str) -> HttpResponse:
    """``/services/{code}``."""
    _only(request, "GET")
    _jurisdiction(request.GET)
    requests.service_of(code)
    return _answer(documents.definition(code, form), form)


@georeport
def many(request: HttpRequest, form: str) -> HttpResponse:
    """``/requests``: searched, or one more."""
    if request.method == "POST":
        return _take(request, form)
    _only(request, "GET")
    _jurisdiction(request.GET)
    search = read_search(_given(request.GET), timezone.now())
    rows = requests.rows_of(requests.wanted(search), _root(request), is_extended=search.is_extended)
    return _answer(documents.listed(rows, documents.REQUESTS, form), form)


@georeport
def one(request: HttpRequest, form: str, number: str) -> HttpResponse:
    """``/requests/{id}``: a list of one."""
    _only(request, "GET")
    _jurisdiction(request.GET)
    case = public_cases().filter(code=plain(number)).first()
    if case is None:
        raise UnknownThing("service_request_id was not found")
    is_extended = request.GET.get("extensions", "").lower() == "true"
    rows = requests.rows_of([case], _root(request), is_extended=is_extended)
    return _answer(documents.listed(rows, documents.REQUESTS, form), form)


@georeport
def token(request: HttpRequest, form: str, number: str) -> HttpResponse:
    """``/tokens/{id}``: numbers are given at once, so a token is the number itself."""
    _only(request, "GET")
    _jurisdiction(request.GET)
    if not public_cases().filter(code=plain(number)).exists():
        raise UnknownThing("token was not found")
    rows = [{"service_request_id": number, "token": number}]
    return _answer(documents.listed(rows, documents.REQUESTS, form), form)


@georeport
def unknown(request: HttpRequest, form: str = "xml", **_: Any) -> HttpResponse:
    """Everything else below the root."""
    raise UnknownThing("resource was not found")


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
        raise BadRequest(f"the request is larger than {MOST_BODY} bytes")
    given = _given(request.POST)
    actor = _actor(request, given.get("api_key", ""))
    _jurisdiction(given)
    if not given.get("service_code"):
        raise BadRequest("service_code was not provided")
    kind, code = requests.service_of(given["service_code"])
    description = given.get("description", "")
    if len(description) > MOST_DESCRIPTION:
        raise BadRequest(f"description must not have more than {MOST_DESCRIPTION} characters")
    for name, most in MOST_TOLD.items():
        if len(given.get(name, "")) > most:
            raise BadRequest(f"{name} must not have more than {most} characters")
    media_url = given.get("media_url", "").strip()[:MOST_ADDRESS]
    point, address = _place(given)
    case = report(
        actor,
        Report(
            kind=kind,
            class_code=code,
            point=point,
            description=description,
            address=address,
            source=SOURCE,
            is_public=True,
            reporter_name=_name(given.get("first_name", ""), given.get("last_name", "")),
            reporter_phone=given.get("phone", ""),
            details={"media_url": media_url} if media_url else {},
        ),
    )
    rows = [
        {
            "service_request_id": case.code,
            "service_notice": NOTICE + (NOT_FETCHED if media_url else ""),
            "account_id": given.get("account_id") or None,
        }
    ]
    return _answer(documents.listed(rows, documents.REQUESTS, form), form)


def _name(first: str, last: str) -> str:
    """A name in the order of its script."""
    return f"{first} {last}".strip() if f"{first}{last}".isascii() else f"{last}{first}"


def _actor(request: HttpRequest, api_key: str) -> Actor:
    try:
        key = api_key or token_of(request)
        if not key:
            raise Forbidden("api_key was not provided")
        caller = caller_with(key)
    except BadKey:
        raise Forbidden("api_key is not valid") from None
    if caller.per_minute:
        admit(caller)
    return Actor(caller.name, frozenset({PUBLIC}))


def _place(given: dict[str, Any]) -> tuple[Point, str]:
    """The place of a report: by coordinates, by the code of an address, or by its words."""
    words = given.get("address_string", "")[:200]
    position = read_position(given)
    if position:
        x, y = transformer(4326, city().projected).transform(*position)
        return Point(x, y, srid=city().projected), words
    found = None
    if given.get("address_id"):
        found = Address.objects.current().filter(code=given["address_id"]).first()
    elif words:
        found = Address.objects.current().filter(full_address=words).order_by("code").first()
    else:
        raise BadRequest("lat and long, address_string or address_id must be provided")
    if found is None:
        raise BadRequest("the address is not known; lat and long must be provided")
    return found.geom, found.full_address[:200]


def _given(params: QueryDict) -> dict[str, str]:
    return {key: plain(str(value)) for key, value in params.dict().items()}


def _jurisdiction(params: Any) -> None:
    told = plain(params.get("jurisdiction_id", ""))
    if told and told != city().adcode:
        raise UnknownThing("jurisdiction_id was not found")


def _only(request: HttpRequest, *methods: str) -> None:
    if request.method not in (*methods, "HEAD"):
        raise BadRequest(f"{request.method} is not supported here")


def _root(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}/open311/v2"


def refusal(status: int, why: str, form: str) -> HttpResponse:
    """An error as the specification says it, in the form asked for."""
    return _answer(documents.errors([(status, why)], form), form, status)


def _answer(body: str, form: str, status: int = 200) -> HttpResponse:
    headers = {"Cache-Control": "no-store"}  # words can be withdrawn at any time
    content_type = documents.CONTENT_TYPES[form]
    return HttpResponse(body.encode(), content_type=content_type, status=status, headers=headers)


def outage(text: str, form: str | None) -> HttpResponse:
    """503 in the format of Open311, for a client whose format is known from its address."""
    response = refusal(503, text, form or "xml")
    response["Access-Control-Allow-Origin"] = "*"
    return response
