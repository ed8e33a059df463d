"""A system's own subscriptions to changes: asked for, listed and ended with its key."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from layers.models import ApiKey, Consumer, Subscription
from layers.ogc.common.errors import (
    Forbidden,
    InvalidBody,
    MethodNotAllowed,
    NotFound,
    Unauthenticated,
    ogc_errors,
)
from layers.ogc.common.negotiation import root_url
from layers.ogc.common.requests import read_only
from layers.ogc.features.bodies import read_document
from layers.reading.shares import share_by_id
from layers.reading.timestamps import iso
from layers.sharing.callers import api_caller
from layers.webhooks.addresses import AddressRefused
from layers.webhooks.webhooks import TooManySubscriptions, secret_of, subscribe

JSON = "application/json"


@ogc_errors
def subscriptions(request: HttpRequest) -> HttpResponse:
    """``/ogc/subscriptions``: those of the calling system (GET), one more (POST)."""
    consumer = _consumer(request, "GET, HEAD, POST")
    read_only(request.GET, ())
    if request.method == "POST":
        return _subscribe(request, consumer)
    own = Subscription.objects.filter(consumer=consumer)
    listed = [_described(request, subscription) for subscription in own]
    return _answer({"subscriptions": listed})


@ogc_errors
def subscription(request: HttpRequest, number: int) -> HttpResponse:
    """``/ogc/subscriptions/{number}``: one of the calling system's (GET), ended (DELETE)."""
    consumer = _consumer(request, "GET, HEAD, DELETE")
    read_only(request.GET, ())
    found = Subscription.objects.filter(consumer=consumer, pk=number).first()
    if found is None:
        raise NotFound(_("没有订阅 %(number)s") % {"number": number})
    if request.method == "DELETE":
        found.delete()
        return HttpResponse(status=204)
    return _answer(_described(request, found))


def _consumer(request: HttpRequest, allowed: str) -> Consumer:
    """The system behind the request's key.

    Raises:
        MethodNotAllowed, Unauthenticated, Forbidden: another method, nobody known, or a person.
    """
    if request.method not in allowed.split(", "):
        raise MethodNotAllowed(_("该地址不接受这种操作"), allowed)
    caller = api_caller(request)
    if caller.is_anonymous:
        raise Unauthenticated(_("订阅变更须提供密钥"))
    if not caller.key:
        raise Forbidden(_("订阅变更是系统之间的事，须用密钥"))
    return ApiKey.objects.select_related("consumer").get(pk=caller.key).consumer


def _subscribe(request: HttpRequest, consumer: Consumer) -> HttpResponse:
    document = read_document(request, (JSON,))
    address, names = document.get("address"), document.get("collections")
    faults = [
        (f"/{name}", _("没有这一项")) for name in document.keys() - {"address", "collections"}
    ]
    if not isinstance(address, str):
        faults.append(("/address", _("应为接收通知的网址")))
    if not isinstance(names, list) or not names or not all(isinstance(n, str) for n in names):
        faults.append(("/collections", _("应为图层名称的数组")))
        names = []
    shares = [share_by_id(api_caller(request), name) for name in dict.fromkeys(names)]
    if not all(shares):
        faults.append(("/collections", _("其中有不存在的图层")))
    if faults:
        raise InvalidBody(faults)
    try:
        made = subscribe(consumer, [share for share in shares if share], str(address))
    except (AddressRefused, TooManySubscriptions) as error:
        raise InvalidBody([("/address", str(error))]) from None
    told = _described(request, made) | {"secret": secret_of(made)}  # shown this once
    response = _answer(told, status=201)
    response["Location"] = f"{root_url(request)}/subscriptions/{made.pk}"
    return response


def _described(request: HttpRequest, subscription: Subscription) -> dict[str, Any]:
    sent = subscription.last_sent_at
    return {
        "id": subscription.pk,
        "address": subscription.address,
        "collections": subscription.layers,
        "active": subscription.is_active,
        "failures": subscription.failures,
        "lastError": subscription.last_error,
        "lastSent": iso(sent) if sent else None,
        "links": [
            {
                "rel": "self",
                "type": JSON,
                "href": f"{root_url(request)}/subscriptions/{subscription.pk}",
            }
        ],
    }


def _answer(document: dict[str, Any], *, status: int = 200) -> HttpResponse:
    body = json.dumps(document, ensure_ascii=False)
    response = HttpResponse(body, content_type=JSON, status=status)
    response["Cache-Control"] = "private, no-store"
    return response
