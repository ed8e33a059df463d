"""Export jobs: asked for by a page, made by a worker, kept for a day."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_tasks import task

from layers.access.access import ANONYMOUS, Caller
from layers.declarations.registry import layer_named
from layers.jobs.leases import LATE, repeatable, unfinished
from layers.reading.revisions import refresh_revisions
from layers.reading.shares import share_by_id
from spatial.city import city
from spatial.periods import parse_as_of
from webmap.exports.data import draw_layers
from webmap.exports.requests import ExportRequest, exportable, stored_request
from webmap.models import Export
from webmap.web.entrances import entrance_named
from webmap.web.errors import TooOften
from webmap.web.values import in_english

LIFETIME = timedelta(hours=24)
STUCK_AFTER = timedelta(hours=1)
PENDING_PER_CALLER = 2
HOURLY_PER_CALLER = 30
PENDING_IN_ALL = 40
PENDING = (Export.State.QUEUED, Export.State.RUNNING)

log = logging.getLogger(__name__)


class TooManyExports(TooOften):
    """The caller, or everybody together, has asked for too many exports."""


@dataclass(frozen=True)
class Asker:
    """Who asks: a user, or the session token of somebody who has not signed in."""

    user: User | None
    token: str

    def condition(self) -> Q:
        """The exports that belong to the asker."""
        return Q(asked_by=self.user) if self.user else Q(asked_by=None, owner=self.token)


def folder() -> Path:
    """Where the files lie."""
    return settings.VAR / "exports"


def submit_export(request: ExportRequest, asker: Asker) -> Export:
    """Queue an export.

    Raises:
        TooManyExports: the bounds on unfinished and hourly exports are reached.
    """
    remove_expired()
    mine = Export.objects.filter(asker.condition())
    pending = Export.objects.filter(state__in=PENDING)
    if (pending & mine).count() >= PENDING_PER_CALLER:
        raise TooManyExports(_("还有导出没有完成，请稍候再试。"))
    since = timezone.now() - timedelta(hours=1)
    if mine.filter(created_at__gt=since).count() >= HOURLY_PER_CALLER:
        raise TooManyExports(_("一小时内导出次数过多，请稍后再试。"))
    if pending.count() >= PENDING_IN_ALL:
        raise TooManyExports(_("系统正忙，请稍后再试。"))
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


def caller_of_user(user: User | None) -> Caller:
    """The caller behind a job: the user with today's roles, or nobody."""
    refresh_revisions()
    if not user or not user.is_active:
        return ANONYMOUS
    roles = frozenset(user.groups.values_list("name", flat=True))
    return Caller(user.get_username(), roles, user.is_superuser)


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
    now = timezone.now()
    pending = Export.objects.filter(state__in=PENDING)
    pending.filter(created_at__lt=now - STUCK_AFTER).update(
        state=Export.State.FAILED, message="后台任务没有按时完成。", finished_at=now
    )
    keys = set(pending.filter(created_at__lt=now - LATE).values_list("pk", flat=True))
    lost = keys - {UUID(given["args"][0]) for given in unfinished(make_export.module_path)}
    pending.filter(pk__in=lost).update(
        state=Export.State.FAILED, message="后台任务中断，请重新导出。", finished_at=now
    )
    for export in Export.objects.filter(created_at__lt=now - LIFETIME):
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
