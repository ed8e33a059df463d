"""Export jobs: asked for by a page, made by a worker, kept for a day."""

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_tasks import task

from layers.declarations.registry import layer_named
from layers.jobs.leases import repeatable
from layers.reading.shares import share_by_id
from spatial.city import city
from spatial.languages import in_english
from spatial.periods import parse_as_of
from webmap.exports.data import draw_layers
from webmap.exports.requests import ExportRequest, exportable, stored_request
from webmap.models import Export
from webmap.web.entrances import entrance_named
from webmap.web.orders import PENDING, Asker, OrderBounds, caller_of_user, give_up

LIFETIME = timedelta(hours=24)
BOUNDS = OrderBounds(pending=2, hourly=30, in_all=40)

log = logging.getLogger(__name__)


def folder() -> Path:
    """Where the files lie."""
    return settings.VAR / "exports"


def submit_export(request: ExportRequest, asker: Asker) -> Export:
    """Queue an export.

    Raises:
        TooOften: the bounds on unfinished and hourly exports are reached.
    """
    remove_expired()
    BOUNDS.check(Export.objects.all(), asker)
    with transaction.atomic():  # no export without its place in the queue
        export = Export.objects.create(
            asked_by=asker.user, owner=asker.token, params=request.params()
        )
        make_export.enqueue(str(export.pk))
    return export


@task()
@repeatable
def make_export(export_id: str) -> None:
    """The job: read, draw, write the file; a failure is told to the asker, not raised.

    One that runs already has lost the worker that was at it.
    """
    mine = Export.objects.filter(pk=export_id, state__in=PENDING)
    if not mine.update(state=Export.State.RUNNING):
        return
    export = Export.objects.get(pk=export_id)
    with translation.override(export.params["language"]):
        try:
            export.file = _write(export)
            export.state = Export.State.DONE
        except DatabaseError:
            log.exception("export %s", export.pk)
            export.state, export.message = (
                Export.State.FAILED,
                _("数据读取失败或超时，请缩小范围后重试。"),
            )
        except Exception:
            log.exception("export %s", export.pk)
            export.state, export.message = (
                Export.State.FAILED,
                _("生成失败，已记录，请联系管理员。"),
            )
    export.finished_at = timezone.now()
    export.save(update_fields=["state", "file", "message", "finished_at", "params"])


def may_still_have(export: Export) -> bool:
    """Whether every layer in the file is still shared as it was with the one who asked for it.

    Never if it is not on record as what they were shared: a file of an earlier release.
    """
    caller = caller_of_user(export.asked_by)
    used = export.params.get("used")
    return used is not None and all(
        exportable(layer_named(name), caller)
        and (share := share_by_id(caller, name)) is not None
        and share.key == key
        for name, key in used.items()
    )


def remove_expired() -> None:
    """Remove files and rows past their lifetime; give up on jobs that got stuck or lost."""
    give_up(Export.objects.all(), make_export)
    for export in Export.objects.filter(created_at__lt=timezone.now() - LIFETIME):
        for path in folder().glob(f"{export.pk}.html*"):  # also of a job that broke off
            path.unlink(missing_ok=True)
        export.delete()


def _write(export: Export) -> str:
    from webmap.exports.render import render_map  # folium takes a second to load: workers only

    request = stored_request(export.params)
    caller = caller_of_user(export.asked_by)
    shares = [
        share
        for name in request.layers
        if exportable(layer_named(name), caller) and (share := share_by_id(caller, name))
    ]
    export.params["used"] = {share.layer.id: share.key for share in shares}
    moment = parse_as_of(request.datetime, city().time_zone)
    drawn = draw_layers(shares, request.bbox, moment)
    page = render_map(drawn, request.bbox, heading(export, request))
    folder().mkdir(parents=True, exist_ok=True)
    name = f"{export.pk}.html"
    unfinished = folder() / f"{name}.part"
    unfinished.write_text(page, encoding="utf-8")
    unfinished.rename(folder() / name)
    return name


def heading(export: Export, request: ExportRequest) -> dict[str, Any]:
    """What the sheet says about itself."""
    now = timezone.localtime()
    entrance = entrance_named(request.entrance)
    stewards = [la.steward for name in request.layers if (la := layer_named(name))]
    user = export.asked_by
    return {
        "city": city().name_en if in_english() else city().name,
        "title": request.title or str(entrance.title),
        "state": request.datetime or _("现状（%(day)s）") % {"day": now.date().isoformat()},
        "made_at": now.strftime("%Y-%m-%d %H:%M"),
        "made_by": (user.first_name or user.get_username()) if user else _("公众"),
        "projection": _("坐标系 %(name)s，以 Web 墨卡托投影显示") % {"name": city().datum},
        "sources": "、".join(dict.fromkeys(stewards)),
    }
