"""Readings that gauges' own systems push: CSV or JSON with a key, as often as they like.

Rows in order are taken, each other is told with its reason; the same again changes nothing, so a
sender that heard no answer sends again.
"""

import csv
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from importers.runs.rain import take_rain
from layers.access.access import may_deliver, may_write
from layers.declarations.registry import layer_of
from layers.reading.features import features
from layers.reading.offices import page_share
from layers.sharing.callers import api_caller
from layers.sharing.keys import AmbiguousKey, InvalidKey
from webmap.web.errors import AccessDenied, BadRequest, NotSignedIn, TooLarge
from webmap.web.guards import has_token, length_of

LAYER = "rain-stations"
MOST_BYTES = 4_000_000
MOST_ROWS = 50_000
MOST_TOLD = 100
FIELDS = ("station", "end", "minutes", "mm")


@csrf_exempt  # a key needs no token; a session is asked for one below
@require_POST
def readings(request: HttpRequest) -> JsonResponse:
    """Take readings in; answers how many are new, known and refused, and why.

    Raises BadRequest, UnreadableTable, TooLarge, NotSignedIn, AccessDenied.
    """
    stations = _stations(request)
    if length_of(request) > MOST_BYTES:
        raise TooLarge(_("一次最多 4 MB，请分几次发送"))
    with _file(request) as path:
        taken = take_rain(path, partly=True, among=stations)
    refusals = [
        {"row": issue.row, "code": issue.code, "message": issue.message}
        for issue in taken.log.kept[:MOST_TOLD]
    ]
    return JsonResponse(
        {"new": taken.new, "known": taken.known, "refused": taken.refused, "refusals": refusals}
    )


def _stations(request: HttpRequest) -> list[str]:
    """The gauges whose readings the caller may bring: those of its share."""
    layer = layer_of(LAYER)
    try:
        caller = api_caller(request)
    except InvalidKey:
        raise NotSignedIn(_("密钥不存在、已到期或已吊销")) from None
    except AmbiguousKey:
        raise BadRequest(_("请求带了不止一个密钥")) from None
    if caller.is_anonymous:
        raise NotSignedIn(_("请带上系统密钥，或先登录"))
    share = page_share(caller, layer)
    if share is None or not (may_write(caller, layer) or may_deliver(caller, layer)):
        raise AccessDenied(_("这个账号或密钥不能报送雨量；请向数据管理员申请写入授权"))
    if not caller.key and not has_token(request):
        raise AccessDenied(_("表单令牌不对，请刷新页面再试"))
    return list(features(share).current().values_list("code", flat=True))


@contextmanager
def _file(request: HttpRequest) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "readings.csv"
        if request.content_type == "application/json":
            _as_table(request.body, path)
        else:
            path.write_bytes(request.body)
        yield path


def _as_table(body: bytes, path: Path) -> None:
    """The rows of a JSON list, or of the list called readings, as the same table."""
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequest(_("内容不是有效的 JSON")) from None
    rows = found.get("readings") if isinstance(found, dict) else found
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadRequest(_("内容应为读数的列表：station、end、minutes、mm"))
    if len(rows) > MOST_ROWS:
        raise TooLarge(_("一次最多 50,000 个读数，请分几次发送"))
    with path.open("w", encoding="utf-8", newline="") as lines:
        table = csv.writer(lines)
        table.writerow(("station", "time", "minutes", "mm"))
        table.writerows([row.get(name, "") for name in FIELDS] for row in rows)
