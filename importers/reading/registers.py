"""Registers as the phases know them, read off the models and layer declarations."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import connection
from django.db.models import NOT_PROVIDED, Field

from importers.errors import DeliveryRefused
from importers.values.columns import GEOMETRY, Column, Register
from layers.declarations.declarations import Layer
from layers.declarations.refusals import only_by_steps
from layers.declarations.registry import all_layers, layer_named
from spatial.codes import schemes
from spatial.sealed.fields import SealedField
from spatial.versions.queries import attribute_fields

KINDS = {
    "CharField": "text",
    "TextField": "text",
    "BooleanField": "boolean",
    "FloatField": "number",
    "DateField": "date",
    "DateTimeField": "datetime",
    "UUIDField": "uuid",
}


def layer_for(layer_id: str) -> Layer:
    """The layer of that id, if any delivery of it may be taken in.

    Asked at every act upon a run: begin, accept, commit, undo; whoever acts.

    Raises:
        DeliveryRefused: it is written by its steps alone, or there is none; the message lists
            those there are.
    """
    layer = layer_named(layer_id)
    if layer and layer.by_steps:
        raise DeliveryRefused(only_by_steps(layer))
    if layer:
        return layer
    known = "、".join(layer.id for layer in all_layers() if not layer.by_steps)
    raise DeliveryRefused(f"没有名为 {layer_id} 的图层", f"可用：{known}")


def register_of(layer: Layer) -> Register:
    """What a layer's register accepts."""
    fields = {field.name: field for field in attribute_fields(layer.model)}
    geometry = fields.pop(GEOMETRY, None)
    return Register(
        layer=layer.id,
        title=layer.title,
        columns=tuple(_column(layer, field) for field in fields.values()),
        kinds=tuple(geometry.kinds) if geometry else (),  # type: ignore[attr-defined]
        needs_geometry=bool(geometry and not geometry.null),
        reaches_out=getattr(layer.model, "reaches_out", False),
        in_cadastre=layer.in_cadastre,
    )


def _column(layer: Layer, field: Field) -> Column:
    declared = layer.field(field.name)
    scheme = declared.scheme if declared else ""
    beside = declared.also_schemes if declared else ()
    low, high = _range(field)
    return Column(
        name=field.name,
        title=str(field.verbose_name),
        kind=KINDS.get(field.get_internal_type(), "integer"),
        max_length=field.max_length,
        minimum=low,
        maximum=high,
        required=not field.null and not field.blank and field.default is NOT_PROVIDED,
        nullable=field.null,
        default=_default(field),
        choices={str(code): str(label) for code, label in field.choices or ()},
        scheme=schemes()[scheme].title if scheme else "",
        known=_known(scheme, *beside),
        personal=field.kind if isinstance(field, SealedField) else None,
    )


def _known(*scheme_ids: str) -> frozenset[str]:
    """The codes that a field may have: of its scheme, and of those beside it."""
    return frozenset(code for one in scheme_ids if one for code in schemes()[one].codes)


def _default(field: Field) -> Any:
    return None if field.null and field.default is NOT_PROVIDED else field.get_default()


def _range(field: Field) -> tuple[int | None, int | None]:
    """Limits of an integer column; they are what the database column can hold."""
    low = high = None
    if field.get_internal_type() not in KINDS:
        low, high = connection.ops.integer_field_range(field.get_internal_type())
    for validator in field.validators:
        if isinstance(validator, MinValueValidator) and isinstance(validator.limit_value, int):
            low = validator.limit_value
        if isinstance(validator, MaxValueValidator) and isinstance(validator.limit_value, int):
            high = validator.limit_value
    return low, high
