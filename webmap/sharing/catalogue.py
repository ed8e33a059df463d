"""The catalogue for people: find a layer, read what it is, ask for it."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from layers.access.access import Sharing, may_decide
from layers.ogc.common.negotiation import root_url
from layers.ogc.records.documents import record_links
from layers.ogc.records.queries import matches
from layers.ogc.tiles.matrices import MATRIX_SET
from layers.sharing.records import CatalogueRecord, record_of, records_of
from webmap.sharing.guards import page
from webmap.web.callers import caller_of
from webmap.web.values import layer_title

LONGEST = 60


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every layer that the reader may know of, sifted by words, register, class and steward."""
    every = records_of(caller_of(request))
    asked = {
        name: request.GET.get(name, "")[:LONGEST] for name in ("q", "group", "sharing", "steward")
    }
    found = [record for record in every if _fits(record, asked)]
    context: dict[str, Any] = {
        "asked": asked,
        "entries": [_entry(record) for record in found],
        "total": len(every),
        "groups": _distinct(record.layer.group for record in every),
        "stewards": _distinct(record.layer.steward for record in every),
        "classes": [(kind.value, sharing_title(kind, public=False)) for kind in _offered()]
        + [("public", _("向社会公开"))],
    }
    return page(request, "index", **context)


@require_safe
def one(request: HttpRequest, layer_id: str) -> HttpResponse:
    """One layer: its fields, its terms, how current and how good it is, how it is read."""
    caller = caller_of(request)
    record = record_of(caller, layer_id)
    if record is None:
        raise Http404(_("没有这个图层。"))
    root = root_url(request)
    here = f"{root}/collections/{layer_id}"
    samples = [
        (_("要素（GeoJSON，每页 100 个）"), f"{here}/items?f=json&limit=100"),
        (_("某一天的状态"), f"{here}/items?datetime=2024-01-01"),
        (_("整层下载（GeoPackage）"), f"{here}/download?f=gpkg"),
        (_("QGIS：添加 OGC API 要素图层，地址填"), f"{root}/"),
    ]
    if record.layer.geometry:
        samples.append((_("矢量瓦片"), f"{here}/tiles/{MATRIX_SET}/{{z}}/{{y}}/{{x}}"))
    context: dict[str, Any] = {
        **_entry(record),
        "fields": [(field, _type_title(field.type)) for field in record.fields],
        "samples": samples if record.share else [],
        "links": record_links(record, root),
        "decides": may_decide(caller, record.layer),
    }
    return page(request, "record", **context)


def sharing_title(sharing: Sharing, *, public: bool) -> str:
    """A sharing class in words."""
    if public:
        return _("向社会公开")
    titles = {
        Sharing.MANDATORY: _("强制共享"),
        Sharing.CONDITIONAL: _("条件共享"),
        Sharing.WITHHELD: _("不予共享"),
    }
    return titles[sharing]


def _type_title(name: str) -> str:
    titles = {
        "string": _("文本"),
        "integer": _("整数"),
        "number": _("小数"),
        "boolean": _("是否"),
        "date": _("日期"),
        "date-time": _("时间"),
    }
    return titles.get(name, name)


def _entry(record: CatalogueRecord) -> dict[str, Any]:
    layer = record.layer
    return {
        "record": record,
        "layer": layer,
        "title": layer_title(layer),
        "sharing": sharing_title(layer.sharing, public=layer.public),
        "kind": "public" if layer.public else layer.sharing.value,
    }


def _fits(record: CatalogueRecord, asked: dict[str, str]) -> bool:
    layer = record.layer
    kind = "public" if layer.public else layer.sharing.value
    return (
        (not asked["q"].strip() or matches(record, asked["q"]))
        and (not asked["group"] or layer.group == asked["group"])
        and (not asked["sharing"] or kind == asked["sharing"])
        and (not asked["steward"] or layer.steward == asked["steward"])
    )


def _offered() -> list[Sharing]:
    return [Sharing.MANDATORY, Sharing.CONDITIONAL]


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
