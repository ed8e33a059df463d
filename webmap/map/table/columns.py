"""The columns of a layer's table as its page needs them: titles, kinds, units, names of codes."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from layers.declarations.declarations import Field
from layers.ogc.common.requests import MOMENTS
from layers.reading.shares import Share, share_by_id
from layers.sharing.callers import caller_of
from spatial.languages import shown_schemes
from webmap.map.parameters import share_parameter
from webmap.web.errors import answering, as_json
from webmap.web.values import field_title, layer_title

CODE = gettext_noop("编码")
TITLES = {"valid_from": gettext_noop("生效时间"), "valid_to": gettext_noop("终止时间")}
GROUPED = ("string", "integer", "boolean", "date")


@require_safe
@answering(as_json)
def columns(request: HttpRequest, layer_id: str) -> JsonResponse:
    """What the caller may see of a layer, column by column.

    Raises:
        Http404: alike for what does not exist and for what is hidden.
    """
    layer = share_parameter(request, layer_id).layer
    share = share_by_id(caller_of(request), layer.id)  # what the API gives, whose rows these are
    names = share.fields if share else ()
    told = [
        {"name": "code", "title": _(CODE), "kind": "string"},
        *(_column(share, field) for field in names if share),
        *({"name": name, "title": _(TITLES[name]), "kind": "date-time"} for name in MOMENTS),
    ]
    answer = JsonResponse(
        {
            "layer": layer.id,
            "title": layer_title(layer),
            "geometry": layer.geometry,
            "columns": told,
        }
    )
    answer["Cache-Control"] = "private, max-age=60"
    answer["Vary"] = "Cookie, Accept-Language"
    return answer


def _column(share: Share, field: Field) -> dict[str, Any]:
    layer = share.layer
    column = layer.column(field.name)
    kind = layer.json_type(field.name)
    told: dict[str, Any] = {"name": field.name, "title": field_title(layer, column), "kind": kind}
    if field.unit:
        told["unit"] = field.unit
    if kind in GROUPED:
        told["is_grouped"] = True
    if names := _names(field, column):
        told["names"] = names
    return told


def _names(field: Field, column: Any) -> dict[str, str]:
    """The names of a column's codes; of several schemes the declared one's come first."""
    if column.name == "scheme":
        return {one.id: f"{one.title}（{one.version}）" for one in shown_schemes().values()}
    if column.choices:
        return {str(value): _(str(name)) for value, name in column.flatchoices}
    known = shown_schemes()
    ids = [one for one in (*field.also_schemes, field.scheme) if one in known]
    return {code: entry.name for one in ids for code, entry in known[one].codes.items()}
