"""Deciding on deliveries: begin, choose, accept, commit, undo, give up, try again."""

import re
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from importers.models import ImportRun
from importers.runs import jobs, originals, review
from importers.runs.recovery import QUEUED
from importers.sources.saved_sources import save_source
from importers.values.cells import UnreadableCell, read_datetime
from layers.access.access import may_deliver
from layers.declarations.refusals import why_not_delivered
from layers.declarations.registry import layer_named
from layers.sharing.refused_writes import concerns
from webmap.imports import runs, uploads
from webmap.imports.guards import NotDeliverable, for_importers
from webmap.web.callers import caller_of
from webmap.web.errors import BadRequest, Conflicting, wants_json
from webmap.web.parsing import check_storable, json_in, yes_in

TEXTS = ("encoding", "code_field", "source", "table", "shift")
MOST_UPLOADS = 40


class InvalidForm(BadRequest):
    """What was sent cannot be carried out; the message says why."""


def begin(request: HttpRequest) -> HttpResponse:
    """Begin a delivery of files uploaded before; a program may ask for ``commit`` at once."""
    given = given_by(request)
    layer = layer_named(str(given.get("layer", "")))
    if not layer:
        raise InvalidForm(_("请选择图层"))
    concerns(request, layer.id)
    if not may_deliver(caller_of(request), layer):
        raise NotDeliverable(why_not_delivered(layer))
    files = _uploads(request, given)
    reading, terms = reading_of(given), terms_of(given, request)
    try:
        run = jobs.announce(
            layer.id,
            lambda folder: uploads.gather(files, folder),
            reading,
            terms,
            commit=yes_in(given.get("commit")) and wants_json(request),
        )
    except FileNotFoundError:
        raise Conflicting(_("上传的文件已被另一次提交取走，请重新上传")) from None
    return _begun(request, run)


@for_importers
@require_POST
def again(request: HttpRequest, run_id: int) -> HttpResponse:
    """Try the same files again, read in another way."""
    old, layer = runs.run_to_decide(request, run_id)
    if not originals.stored_originals(old):
        raise Conflicting(_("原文件已不在，请重新上传"))
    given = given_by(request)
    reading, terms = reading_of(given), terms_of(given, request)
    run = jobs.announce(layer.id, lambda folder: originals.share(old, folder), reading, terms)
    if old.state == ImportRun.State.DRY:
        review.discard(old.pk, request.user.get_username())
    return _begun(request, run)


@for_importers
@require_POST
def choose(request: HttpRequest, run_id: int) -> HttpResponse:
    """Take rows in or leave them out: all, of an action, or by code."""
    run, _layer = runs.run_to_decide(request, run_id)
    given = given_by(request)
    codes = given.get("code")
    action = str(given.get("action") or "")
    changed = review.choose(
        run.pk,
        yes_in(given.get("accepted")),
        actions=(action,) if action in review.ACTIONS else review.ACTIONS,
        codes=[str(code) for code in codes] if isinstance(codes, list) else None,
    )
    return JsonResponse({"changed": changed, "chosen": review.counted(run)})


@for_importers
@require_POST
def proposal(request: HttpRequest, run_id: int, issue_id: int, decision: str) -> HttpResponse:
    """Accept a proposed geometry, or withdraw that."""
    run, _layer = runs.run_to_decide(request, run_id)
    if not run.issues.filter(pk=issue_id).exists():  # type: ignore[attr-defined]
        raise Http404(_("没有这条问题"))
    if decision == "accept":
        issue = review.accept_proposal(issue_id, request.user.get_username())
    elif decision == "withdraw":
        issue = review.withdraw_proposal(issue_id)
    else:
        raise Http404
    return JsonResponse(
        {"accepted": bool(issue.accepted_at), "chosen": review.counted(run)},
        json_dumps_params={"ensure_ascii": False},
    )


@for_importers
@require_POST
def commit(request: HttpRequest, run_id: int) -> HttpResponse:
    """Commit what is accepted, in a worker."""
    run, _layer = runs.run_to_decide(request, run_id)
    given = given_by(request)
    terms = {
        "why": str(given.get("why") or "")[:500],
        "document": str(given.get("document") or "")[:300],
        "allow_ending": yes_in(given.get("allow_ending")),
        "without_wal": yes_in(given.get("without_wal")),
        **({"at": at} if (at := _moment(given.get("at"))) else {}),
    }
    if run.state != ImportRun.State.DRY:
        raise Conflicting(_("该批次不在审核中（%(state)s）") % {"state": run.get_state_display()})
    with transaction.atomic():  # it says that it is queued when it is
        ImportRun.objects.filter(pk=run.pk).update(stage=QUEUED, message="")
        jobs.order_commit(run, request.user.get_username(), terms)
    return _accepted(request, run)


@for_importers
@require_POST
def undo(request: HttpRequest, run_id: int) -> HttpResponse:
    """Undo a committed run, in a worker."""
    run, layer = runs.run_for(request, run_id)
    if not runs.is_undoable(request, run):
        raise NotDeliverable(why_not_delivered(layer))
    if run.state != ImportRun.State.COMMITTED:
        raise Conflicting(_("该批次没有入库（%(state)s）") % {"state": run.get_state_display()})
    why = str(given_by(request).get("why") or "")[:500]
    with transaction.atomic():
        ImportRun.objects.filter(pk=run.pk).update(stage=QUEUED, message="")
        jobs.order_undo(run, request.user.get_username(), why)
    return _accepted(request, run)


@for_importers
@require_POST
def discard(request: HttpRequest, run_id: int) -> HttpResponse:
    """Give a reviewed run up."""
    run, _layer = runs.run_to_decide(request, run_id)
    review.discard(run.pk, request.user.get_username())
    return _accepted(request, run)


@for_importers
@require_POST
def keep_source(request: HttpRequest, run_id: int) -> HttpResponse:
    """Keep how this run's file was read as a source."""
    run, _layer = runs.run_to_decide(request, run_id)
    given = given_by(request)
    name, title = str(given.get("name") or ""), str(given.get("title") or "")
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{1,50}", name):
        raise InvalidForm(_("来源名称用小写字母、数字和连字符，如 lantian-survey"))
    kept = save_source(run, name, title, request.user.get_username())
    return JsonResponse({"name": kept.name, "title": kept.title}, status=201)


def given_by(request: HttpRequest) -> dict[str, Any]:
    """The fields of a form or of a JSON object. Raises BadRequest."""
    if request.content_type != "application/json":
        form = {name: request.POST.get(name) for name in request.POST}
        for many in ("uploads", "code"):
            if many in request.POST:
                form[many] = request.POST.getlist(many)  # type: ignore[assignment]
        check_storable(form)
        return form
    return json_in(request.body or b"{}")


def reading_of(given: dict[str, Any]) -> dict[str, Any]:
    """How the files are to be read, as ``Reading`` takes it. Raises InvalidForm."""
    reading: dict[str, Any] = {k: str(given[k])[:100] for k in TEXTS if given.get(k)}
    if crs := str(given.get("crs") or ""):
        found = re.fullmatch(r"(?i:epsg:)?(\d{4,6})", crs.strip())
        if not found:
            raise InvalidForm(_("坐标系应写成 EPSG: 加四至六位编号"))
        reading["epsg"] = int(found.group(1))
    columns = given.get("columns")
    if not isinstance(columns, dict):
        columns = {v: k[4:] for k, v in given.items() if k.startswith("col-") and v}
    if columns:
        reading["columns"] = {str(k)[:200]: str(v)[:60] for k, v in columns.items()}
    if isinstance(given.get("constants"), dict):
        reading["constants"] = given["constants"]
    return reading


def terms_of(given: dict[str, Any], request: HttpRequest) -> dict[str, Any]:
    """On which terms they are taken in, as ``Terms`` takes it. Raises InvalidForm."""
    at = _moment(given.get("at"))
    return {
        "who": request.user.get_username(),
        "why": str(given.get("why") or "")[:500],
        "document": str(given.get("document") or "")[:300],
        "partial": yes_in(given.get("partial")),
        "allow_ending": yes_in(given.get("allow_ending")),
        "without_wal": yes_in(given.get("without_wal")),
        **({"at": at} if at else {}),
    }


def _uploads(request: HttpRequest, given: dict[str, Any]) -> list[uploads.Upload]:
    asked, owner = given.get("uploads"), uploads.owner_of(request)
    if not isinstance(asked, list) or not asked or len(asked) > MOST_UPLOADS:
        raise InvalidForm(_("请先上传文件"))
    try:
        found = [uploads.find(UUID(str(one).rsplit("/", 1)[-1]), owner) for one in asked]
    except (ValueError, Http404) as error:
        raise InvalidForm(_("上传的文件已不在，请重新上传")) from error
    if waiting := [u.name for u in found if not u.is_whole]:
        raise InvalidForm(_("还没有传完：%(names)s") % {"names": "、".join(waiting)})
    if len({u.name.lower() for u in found}) < len(found):
        raise InvalidForm(_("有同名文件，请分批提交"))
    return found


def _moment(text: Any) -> str | None:
    try:
        moment = read_datetime(text or None)
    except UnreadableCell as error:
        raise InvalidForm(_("生效时间应写成 2024-05-31 或 2024-05-31 08:00")) from error
    return moment.isoformat() if moment else None


def _begun(request: HttpRequest, run: ImportRun) -> HttpResponse:
    if wants_json(request):
        answer = JsonResponse({"id": run.pk, "state": run.state}, status=201)
        answer["Location"] = f"/imports/{run.pk}"
        return answer
    return redirect("imports-run", run.pk)


def _accepted(request: HttpRequest, run: ImportRun) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"id": run.pk}, status=202)
    return redirect("imports-run", run.pk)
