"""More than one case at once, a case by telephone, and the list as a file."""

import csv
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import geopandas
import shapely
from django.contrib.gis.geos import Point
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from grid.cases.actions import Report, act, report
from grid.cases.idempotency import plain
from grid.cases.policies import can_register
from grid.cases.queries import case_of, components_near
from grid.cases.steps import STATES
from grid.errors import Unfit
from grid.models import Case
from layers.access.masking import masked_within
from spatial.city import city
from spatial.crs import transformer
from webmap.casework.cases import photos_in, uuid_in
from webmap.casework.desk import MOST_IN_FILE, cases_wanted, class_groups, wanted_of
from webmap.casework.guards import (
    MOST_SENT,
    REFUSED,
    StaffRequest,
    bounded,
    casework,
    status_of,
    too_large,
)
from webmap.casework.presentation import class_title, told_components
from webmap.web.spreadsheets import plain_cell

MOST_AT_ONCE = 200
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
    "截止为暂定",
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
        case = case_of(plain(code))
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


@require_safe
@casework
def components(request: StaffRequest) -> JsonResponse:
    """``/grid/new/components``: the components that a case at a place may name, nearest first."""
    _check_may_register(request)
    try:
        point = point_in(request.GET.get("lon", ""), request.GET.get("lat", ""))
    except Unfit as error:
        return JsonResponse({"error": str(error)}, status=422)
    return JsonResponse({"components": told_components(components_near(point))})


@bounded(MOST_SENT, too_large)
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
    """``/grid/cases.csv``: the list as it is filtered, whole, for a spreadsheet."""
    found = cases_wanted(request, wanted_of(request))
    rows = (_row(case) for case in found.iterator(chunk_size=2_000))
    response = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="cases-{_stamp()}.csv"'
    return response


@require_safe
@casework
def as_gpkg(request: StaffRequest) -> FileResponse | HttpResponse:
    """``/grid/cases.gpkg``: the list as it is filtered, for a desktop GIS; all of it or nothing."""
    cases = list(cases_wanted(request, wanted_of(request))[: MOST_IN_FILE + 1])
    if len(cases) > MOST_IN_FILE:
        words = _(
            "符合条件的案件超过 %(most)d 件，GeoPackage 装不下；"
            "请按阶段、类别、部门或乡镇街道缩小范围，或改下 CSV（不限件数）。"
        )
        context = {"code": 422, "title": _("案件过多"), "text": words % {"most": MOST_IN_FILE}}
        return render(request, "error.html", context, status=422)
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
    if not can_register(request.actor):
        raise PermissionDenied(_("只有受理员可以登记案件。"))


def _report(request: HttpRequest) -> Report:
    form = request.POST
    kind, _sep, class_code = form.get("class", "").partition(":")
    return Report(
        kind=kind,
        class_code=class_code,
        point=point_in(form.get("lon", ""), form.get("lat", "")),
        description=form.get("description", ""),
        address=form.get("address", ""),
        source=form.get("source", "") if form.get("source") in SOURCES else SOURCES[0],
        uuid=uuid_in(form.get("uuid", "")),
        component_code=form.get("component", ""),
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
