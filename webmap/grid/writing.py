"""More than one case at once, a case by telephone, and the list as a file."""

import csv
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import geopandas
import shapely
from django.contrib.gis.geos import Point
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from grid.actions import Report, act, report
from grid.errors import Unfit
from grid.models import Case
from grid.steps import STATES, WORKFLOW
from spatial.city import city
from spatial.crs import transformer
from webmap.grid.cases import photos_in
from webmap.grid.desk import cases_wanted, class_groups, wanted_of
from webmap.grid.door import REFUSED, StaffRequest, casework, status_of
from webmap.grid.words import class_title
from webmap.spreadsheets import plain_cell

MOST_AT_ONCE, MOST_ROWS = 200, 50_000
SOURCES = ("电话举报", "来信来访", "视频监控", "领导批示", "媒体曝光")
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
    "处置完成",
    "结案时间",
    "东坐标",
    "北坐标",
)


@require_POST
@casework
def dispatched(request: StaffRequest) -> JsonResponse:
    """``/grid/dispatch``: several cases at once, each to the department named or suggested.

    Each goes by itself; what could not be done is told case by case.
    """
    codes = request.POST.getlist("code")[:MOST_AT_ONCE]
    wanted = request.POST.get("department", "").strip()
    done, failed = [], []
    for code in codes:
        case = Case.objects.current().filter(code=code).first()
        department = wanted or (case.department if case else "")
        try:
            if not department:
                raise Unfit(_("没有建议部门，请选择专业部门"))
            act(request.actor, code, "dispatch", {"department": department})
        except REFUSED as error:
            failed.append({"code": code, "why": str(error)})
        else:
            done.append(code)
    return JsonResponse({"done": done, "failed": failed})


@require_safe
@casework
def new(request: StaffRequest) -> HttpResponse:
    """``/grid/new``: the form of a case that somebody tells the centre."""
    _check_may_register(request)
    context = {"groups": class_groups(), "sources": SOURCES}
    return render(request, "grid/new.html", context)


@require_POST
@casework
def registered(request: StaffRequest) -> HttpResponse:
    """``/grid/cases``: the case is taken down."""
    _check_may_register(request)
    try:
        case = report(request.actor, _report(request))
    except REFUSED as error:
        context: dict[str, Any] = {"groups": class_groups(), "sources": SOURCES}
        context |= {"error": str(error), "given": request.POST}
        return render(request, "grid/new.html", context, status=status_of(error))
    return JsonResponse({"code": case.code}, status=201)


@require_safe
@casework
def as_csv(request: StaffRequest) -> StreamingHttpResponse:
    """``/grid/cases.csv``: the list as it is filtered, for a spreadsheet."""
    found = cases_wanted(request, wanted_of(request))[:MOST_ROWS]
    rows = (_row(case) for case in found.iterator(chunk_size=2_000))
    response = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="cases-{_stamp()}.csv"'
    return response


@require_safe
@casework
def as_gpkg(request: StaffRequest) -> FileResponse:
    """``/grid/cases.gpkg``: the list as it is filtered, for a desktop GIS."""
    cases = list(cases_wanted(request, wanted_of(request))[:MOST_ROWS])
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


def _check_may_register(request: StaffRequest) -> None:
    if not request.actor.roles & WORKFLOW.of("accept").roles:
        raise PermissionDenied(_("只有受理员可以登记案件。"))


def _report(request: HttpRequest) -> Report:
    form = request.POST
    kind, _sep, class_code = form.get("class", "").partition(":")
    uuid = form.get("uuid", "")
    return Report(
        kind=kind,
        class_code=class_code,
        point=point_in(form.get("lon", ""), form.get("lat", "")),
        description=form.get("description", ""),
        address=form.get("address", ""),
        source=form.get("source", "") if form.get("source") in SOURCES else SOURCES[0],
        uuid=UUID(uuid) if len(uuid) == 36 else None,
        is_public=form.get("is_public") == "1",
        reporter_name=form.get("reporter_name", ""),
        reporter_phone=form.get("reporter_phone", ""),
        photos=photos_in(request),
    )


def point_in(lon: str, lat: str) -> Point:
    """A place in degrees as a point in the city's CRS.

    Raises:
        Unfit: no numbers, or none on earth.
    """
    try:
        x, y = float(lon), float(lat)
    except ValueError:
        raise Unfit(_("请在地图上点选位置"), "position") from None
    if not (-180 <= x <= 180 and -85 <= y <= 85):
        raise Unfit(_("位置的经纬度超出范围"), "position")
    east, north = transformer(4326, city().projected).transform(x, y)
    return Point(east, north, srid=city().projected)


def _row(case: Case) -> list[Any]:
    moments = (
        case.reported_at,
        case.filed_at,
        case.dispatched_at,
        case.due_at,
        case.handled_at,
        case.closed_at,
    )
    return [
        case.code,
        "事件" if case.kind == "event" else "部件",
        class_title(case),
        case.description,
        case.address,
        STATES.get(case.step, case.step),
        case.source,
        case.district_code,
        case.cell_code,
        case.department,
        *(f"{timezone.localtime(m):%Y-%m-%d %H:%M:%S}" if m else "" for m in moments),
        round(case.geom.x, 3),
        round(case.geom.y, 3),
    ]


class _Echo:
    def write(self, text: str) -> str:
        return text


def _lines(rows: Iterator[list[Any]]) -> Iterator[str]:
    """CSV with a mark that spreadsheets know UTF-8 by; a cell never begins a formula."""
    out = csv.writer(_Echo())
    yield "\ufeff" + out.writerow(HEAD)
    for row in rows:
        yield out.writerow([plain_cell(cell) for cell in row])


def _stamp() -> str:
    return f"{timezone.localtime():%Y%m%d-%H%M}"
