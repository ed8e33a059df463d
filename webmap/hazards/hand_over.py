"""12379 hand-over: one file with the message, its text and its area, for the unit that sends it."""

import io
import json
import zipfile
from datetime import datetime

import numpy as np
import shapely
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from spatial.city import city
from spatial.crs import reproject
from spatial.hazard_warnings.models import WarningMessage
from spatial.hazard_warnings.rules.contents import EXERCISE, content_of
from webmap.hazards.policies import may_judge
from webmap.hazards.warning_views import message_for
from webmap.web.guards import with_roles

WGS84 = 4326


@require_safe
@with_roles(may_judge)
def package(request: HttpRequest, identifier: str) -> HttpResponse:
    """``/hazards/warnings/{identifier}.zip``: for staff; a drill's name says that it is one."""
    message = message_for(request, identifier)
    if not message.document:
        raise Http404(_("这份产品没有预警消息"))
    prefix = "EXERCISE-" if message.status == EXERCISE else ""
    response = HttpResponse(package_of(message), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{prefix}{identifier}.zip"'
    return response


def package_of(message: WarningMessage) -> bytes:
    """The same bytes for the same message: message, text, area."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (
            (f"{message.identifier}.xml", message.document),
            ("text.txt", text_of(message)),
            ("area.geojson", area_of(message)),
        ):
            at = timezone.localtime(message.sent)
            entry = zipfile.ZipInfo(name, at.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text)
    return made.getvalue()


def text_of(message: WarningMessage) -> str:
    """Everything that is read out: title, text, towns, hours, issuer, signature."""
    content = content_of(message.content)
    lines = [
        content.headline,
        "",
        content.text,
        "",
        f"标识 {message.identifier}",
        f"类型 {message.kind} {message.status}",
        f"发布 {_local(message.sent)}",
        f"起止 {_local(content.effective)} 至 {_local(content.expires)}",
        f"单位 {city().warnings.issuer}",
        f"针对 {message.about}" if message.about else "",
        f"签名 {'有' if message.is_signed else '无（未配置签名密钥）'}",
        f"SHA-256 {message.sha256}",
        "",
        *(
            f"{town.code} {town.where_zh or town.name} {town.level or '解除'}"
            for town in content.towns
        ),
        "",
        content.headline_en,
        content.text_en,
    ]
    return "\r\n".join(lines) + "\r\n"


def _local(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"


def area_of(message: WarningMessage) -> str:
    """The area in WGS 84, as one feature."""
    geometry = None
    if message.geom is not None:
        shape = shapely.from_wkb(bytes(message.geom.wkb))
        moved = reproject(np.array([shape]), message.geom.srid, WGS84)
        geometry = json.loads(shapely.to_geojson(moved[0]))
    properties = {
        "identifier": message.identifier,
        "status": message.status,
        "level": message.level,
        "headline": message.content["headline"],
    }
    feature = {"type": "Feature", "properties": properties, "geometry": geometry}
    return json.dumps({"type": "FeatureCollection", "features": [feature]}, ensure_ascii=False)
