"""The list of cases as a file: CSV for a spreadsheet, GeoPackage for a desktop GIS."""

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import geopandas
import shapely
from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from grid.cases.steps import STATES
from grid.models import Case
from layers.access.masking import masked_within
from spatial.city import city
from webmap.casework.desk import MOST_IN_FILE, case_filter, cases_matching
from webmap.casework.guards import StaffRequest, casework
from webmap.casework.presentation import class_title
from webmap.web.errors import BadInput
from webmap.web.spreadsheets import csv_answer

HEAD = (
    "案件编号",
    "类别",
    "问题小类",
    "描述",
    "位置",
    "阶段",
    "来源",
    "社区（村）",
    "网格",
    "专业部门",
    "上报时间",
    "立案时间",
    "派遣时间",
    "处置截止",
    "截止为暂定",
    "处置完成",
    "结案时间",
    "东坐标",
    "北坐标",
)


@require_safe
@casework
def as_csv(request: StaffRequest) -> StreamingHttpResponse:
    """``/grid/cases.csv``: the list as it is filtered, whole, for a spreadsheet."""
    found = cases_matching(request, case_filter(request))
    rows = (_row(case) for case in found.iterator(chunk_size=2_000))
    return csv_answer(f"cases-{_stamp()}.csv", HEAD, rows)


@require_safe
@casework
def as_gpkg(request: StaffRequest) -> FileResponse:
    """``/grid/cases.gpkg``: the list as it is filtered, for a desktop GIS; all of it or nothing."""
    cases = list(cases_matching(request, case_filter(request))[: MOST_IN_FILE + 1])
    if len(cases) > MOST_IN_FILE:
        words = _(
            "符合条件的案件超过 %(most)d 件，GeoPackage 装不下；"
            "请按阶段、类别、部门或乡镇街道缩小范围，或改下 CSV（不限件数）。"
        )
        raise BadInput(words % {"most": MOST_IN_FILE}, title=_("案件过多"))
    rows = [dict(zip(HEAD[:-2], _row(case)[:-2], strict=True)) for case in cases]
    points = [shapely.Point(case.geom.x, case.geom.y) for case in cases]
    frame = geopandas.GeoDataFrame(rows, columns=HEAD[:-2], geometry=points, crs=city().projected)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cases.gpkg"
        frame.to_file(path, layer="cases", driver="GPKG")
        file = path.open("rb")  # stays readable after its name is gone
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"cases-{_stamp()}.gpkg",
        content_type="application/geopackage+sqlite3",
    )


def _row(case: Case) -> list[Any]:
    begun = (case.reported_at, case.filed_at, case.dispatched_at, case.due_at)
    ended = (case.handled_at, case.closed_at)
    return [
        case.code,
        "事件" if case.kind == "event" else "部件",
        class_title(case),
        masked_within(case.description),
        masked_within(case.address),
        STATES.get(case.step, case.step),
        case.source,
        case.district_code,
        case.cell_code,
        case.department,
        *map(_local, begun),
        "是" if case.due_is_provisional else "",
        *map(_local, ended),
        round(case.geom.x, 3),
        round(case.geom.y, 3),
    ]


def _local(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}" if moment else ""


def _stamp() -> str:
    return f"{timezone.localtime():%Y%m%d-%H%M}"
