"""A result as people read it: tables of what comes in rows, pairs of the rest."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

TITLES = {
    "area_m2": gettext_lazy("面积（m²）"),
    "code": gettext_lazy("编码"),
    "collection": gettext_lazy("图层标识"),
    "collections": gettext_lazy("图层"),
    "count": gettext_lazy("数量"),
    "crs": gettext_lazy("坐标系"),
    "datetime": gettext_lazy("时间"),
    "distance_m": gettext_lazy("距离（m）"),
    "features": gettext_lazy("要素"),
    "fields": gettext_lazy("字段"),
    "groupBy": gettext_lazy("分组字段"),
    "groups": gettext_lazy("分组"),
    "id": gettext_lazy("编码"),
    "layers": gettext_lazy("图层"),
    "length_m": gettext_lazy("长度（m）"),
    "max": gettext_lazy("最大"),
    "mean": gettext_lazy("平均"),
    "min": gettext_lazy("最小"),
    "overlap": gettext_lazy("重叠部分"),
    "position": gettext_lazy("位置"),
    "reach": gettext_lazy("距离（m）"),
    "share": gettext_lazy("占比"),
    "sum": gettext_lazy("合计"),
    "title": gettext_lazy("名称"),
    "truncated": gettext_lazy("未列全"),
    "value": gettext_lazy("值"),
}
SHAPES = ("geometry", "overlap")


@dataclass(frozen=True)
class ResultView:
    """One value: a text, or named parts, or a table, or several values."""

    text: str = ""
    pairs: Sequence[tuple[str, "ResultView"]] = ()
    columns: Sequence[str] = ()
    rows: Sequence[Sequence["ResultView"]] = field(default=())
    several: Sequence["ResultView"] = ()


def result_view(value: Any, name: str = "") -> ResultView:
    """A JSON value in the form in which the page shows it.

    >>> result_view([{"id": "B1", "properties": {"usage": "住宅"}}]).columns
    ['编码', 'usage']
    """
    if name in SHAPES and value is not None:
        return ResultView(text=json.dumps(value, ensure_ascii=False))
    if isinstance(value, Mapping):
        return ResultView(
            pairs=[(_title(key), result_view(part, key)) for key, part in value.items()]
        )
    if not isinstance(value, list):
        return ResultView(text=_text(value))
    if not any(isinstance(part, Mapping) for part in value):
        return ResultView(text="、".join(_text(part) for part in value) or "—")
    rows = [_flat(part) for part in value]
    if any(isinstance(cell, list | Mapping) for row in rows for cell in _cells(row)):
        return ResultView(several=[result_view(part) for part in value])
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [[result_view(row.get(name), name) for name in names] for row in rows]
    return ResultView(columns=[_title(name) for name in names], rows=cells)


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """A feature with its properties beside its code; a table needs no further depth."""
    own = {k: v for k, v in row.items() if k not in ("type", "properties")}
    return {**own, **(row.get("properties") or {})}


def _cells(row: Mapping[str, Any]) -> list[Any]:
    return [value for name, value in row.items() if name not in SHAPES]


def _title(name: str) -> str:
    return str(TITLES.get(name, name))


def _text(value: Any) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return str(value)
