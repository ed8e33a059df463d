"""The pygeoapi provider behind every collection: it tells the declared fields, no more.

Items and tiles are answered by our own views, so the provider never reads a row.
"""

from collections.abc import Container
from typing import Any

from django.utils.translation import gettext as _
from pygeoapi.provider.base import BaseProvider

from layers.declarations.declarations import Layer
from layers.declarations.registry import layer_of

JSON_SCHEMA = {"date": ("string", "date"), "date-time": ("string", "date-time")}


def property_schema(layer: Layer, name: str) -> dict[str, Any]:
    """A field as JSON Schema: type, format, titles, length, unit, and the codes of its scheme."""
    kind = layer.json_type(name)
    base, form = JSON_SCHEMA.get(kind, (kind, None))
    schema: dict[str, Any] = {"title": layer.field_title_shown(name), "type": base}
    if form:
        schema["format"] = form
    if length := getattr(layer.column(name), "max_length", None):
        schema["maxLength"] = length
    declared = layer.field(name)
    if declared and declared.unit:
        schema["x-ogc-unit"] = declared.unit
    if declared and declared.scheme:
        schema["x-ogc-codelist"] = declared.scheme
    return schema


class RegistryProvider(BaseProvider):
    """Fields of a declared layer in pygeoapi's terms."""

    def __init__(self, provider_def: dict[str, Any]) -> None:
        super().__init__(provider_def)
        self.visible: list[str] = provider_def["visible"]
        self._fields = self.get_fields()

    def get_fields(self) -> dict[str, dict[str, Any]]:
        """The caller's fields, code first, valid time last."""
        return self.fields_of(layer_of(self.data), frozenset(self.visible))

    @staticmethod
    def fields_of(layer: Layer, visible: Container[str]) -> dict[str, dict[str, Any]]:
        """Those fields of a layer as JSON Schema, code first, valid time last."""
        moment = {"type": "string", "format": "date-time"}
        own = (f.name for f in layer.fields if f.name in visible)
        return {
            "code": {"title": _("编码"), "type": "string", "maxLength": 40},
            **{name: property_schema(layer, name) for name in own},
            "valid_from": {
                "title": _("生效时间"),
                **moment,
                "x-ogc-role": "primary-interval-start",
            },
            "valid_to": {"title": _("终止时间"), **moment, "x-ogc-role": "primary-interval-end"},
        }
