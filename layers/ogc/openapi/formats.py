"""The formats of an operation in the OpenAPI document."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from layers.ogc.common.negotiation import MEDIA_TYPES
from layers.ogc.openapi import parts

SCHEMAS: dict[str, dict[str, Any]] = {
    "html": {"type": "string"},
    "csv": {"type": "string"},
    "geojsonseq": {"type": "string"},
    "json": {"type": "object"},
    "jsonfg": {"type": "object"},
}
BINARY = {"type": "string", "format": "binary"}


def parameter(forms: Iterable[str]) -> dict[str, Any]:
    """The parameter that chooses among these formats."""
    return parts.query("f", _("格式"), {"type": "string", "enum": list(forms)})


def contents(forms: Iterable[str], **known: dict[str, Any]) -> dict[str, Any]:
    """The answer of success in these formats; ``known``: the schemas of some of them."""
    schemas = {form: known.get(form, SCHEMAS.get(form, BINARY)) for form in forms}
    content = {MEDIA_TYPES[form]: {"schema": schema} for form, schema in schemas.items()}
    return {"200": {"description": _("成功"), "content": content}}
