"""The part of the OpenAPI document about being told of changes."""

from typing import Any

from django.utils.translation import gettext as _

from layers.ogc.openapi import parts

TAG = "subscriptions"


def paths() -> dict[str, Any]:
    """The subscriptions of the calling system."""
    number = parts.in_path("number", {"type": "integer", "minimum": 0})
    described = _described()
    listed = {
        "type": "object",
        "properties": {"subscriptions": {"type": "array", "items": described}},
    }
    made = {"content": {"application/json": {"schema": described}}, "description": _("已订阅")}
    return {
        "/subscriptions": {
            "get": parts.described(
                TAG, _("本系统的变更通知订阅"), [], parts.ok(listed, html=False), refusals=(403,)
            ),
            "post": parts.described(
                f"{TAG}.subscribe",
                _("订阅变更通知：图层有变更时，向回调地址发送带签名的通知"),
                [],
                {"201": made},
                refusals=(403, 413, 415, 422),
                body={"required": True, "content": {"application/json": {"schema": _asked()}}},
            ),
        },
        "/subscriptions/{number}": {
            "get": parts.described(
                f"{TAG}.one",
                _("一项订阅"),
                [number],
                parts.ok(described, html=False),
                refusals=(403,),
            ),
            "delete": parts.described(
                f"{TAG}.end",
                _("取消订阅"),
                [number],
                {"204": {"description": _("已取消")}},
                refusals=(403,),
            ),
        },
    }


def _asked() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["address", "collections"],
        "additionalProperties": False,
        "properties": {
            "address": {"type": "string", "format": "uri", "maxLength": 500},
            "collections": {"type": "array", "minItems": 1, "items": parts.TEXT},
        },
    }


def _described() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "id": {"type": "integer"},
            "address": parts.TEXT,
            "collections": {"type": "array", "items": parts.TEXT},
            "active": {"type": "boolean"},
            "failures": {"type": "integer"},
            "lastError": parts.TEXT,
            "lastSent": {"type": "string", "format": "date-time", "nullable": True},
            "secret": parts.TEXT,
            "links": parts.LINKS,
        },
    }
