"""The part of the OpenAPI document about creating, replacing, changing and ending features."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from layers.ogc.common.requests import offered_crs
from layers.ogc.features.bodies import FEATURE_TYPES, PATCH_TYPES
from layers.ogc.openapi import parts
from layers.ogc.openapi.features import GEOJSON, feature_schema
from layers.reading.shares import Share

NO_CONTENT = {"204": {"description": gettext_noop("已写入")}}
REFUSED = (403, 409, 413, 415, 422)
STANDING = (403, 409, 410, 412, 428)


def operations(share: Share) -> dict[str, Any]:
    """The writing operations by path, to stand beside the reading ones."""
    layer = share.layer
    here, tag = f"/collections/{layer.id}/items", layer.id
    feature = feature_schema(share)
    code = parts.in_path("code", parts.TEXT)
    created = {"201": {"description": _("已新建"), "content": {GEOJSON: {"schema": feature}}}}
    answered = parts.ok(feature, GEOJSON, html=False) | NO_CONTENT
    changing = [code, *_told(), _header("If-Match", _("所依据版本的 ETag，或 *"))]
    written: dict[str, Any] = {"tag": tag, "refusals": (*REFUSED, 410, 412, 428)}
    return {
        here: {
            "post": parts.described(
                f"{tag}.create",
                _("新建%(title)s要素") % {"title": layer.title_shown},
                [*_told(), _content_crs()],
                created,
                tag=tag,
                refusals=REFUSED,
                body=_body(feature, FEATURE_TYPES),
            )
        },
        f"{here}/{{code}}": {
            "put": parts.described(
                f"{tag}.replace",
                _("替换%(title)s要素；看不到的字段保持不变") % {"title": layer.title_shown},
                [*changing, _content_crs()],
                answered,
                body=_body(feature, FEATURE_TYPES),
                **written,
            ),
            "patch": parts.described(
                f"{tag}.update",
                _("修改%(title)s要素的部分内容（JSON Merge Patch）") % {"title": layer.title_shown},
                [*changing, _content_crs()],
                answered,
                body=_body({"type": "object"}, PATCH_TYPES),
                **written,
            ),
            "delete": parts.described(
                f"{tag}.end",
                _("终止%(title)s要素；历史版本保留") % {"title": layer.title_shown},
                changing,
                NO_CONTENT,
                tag=tag,
                refusals=STANDING,
            ),
        },
    }


def _told() -> list[dict[str, Any]]:
    return [
        _header("OGC-Mutation-Datetime", _("生效时间；不填为现在"), format="date-time"),
        _header("OGC-Change-Reason", _("变更事由；百分号编码或 UTF-8")),
        _header("OGC-Change-Document", _("变更依据文件")),
        _header("Prefer", _("return=minimal：不要正文")),
    ]


def _content_crs() -> dict[str, Any]:
    return _header("Content-Crs", _("正文中坐标的坐标系"), enum=list(offered_crs()))


def _header(name: str, description: str, **schema: Any) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "description": description,
        "schema": {"type": "string", **schema},
    }


def _body(schema: dict[str, Any], media: tuple[str, ...]) -> dict[str, Any]:
    return {"required": True, "content": {name: {"schema": schema} for name in media}}
