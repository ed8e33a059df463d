"""One matter: what is known of it, and everything that may be done with it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from spatial.casework.actions import take
from spatial.casework.amending import amend
from spatial.casework.consulting import answer, consult, unask
from spatial.casework.files import files_of, path_of
from spatial.casework.models import Matter
from spatial.casework.queries import (
    amendments_of,
    steps_of,
    subjects_of,
    visible_matters,
)
from spatial.casework.titles import state_shown
from spatial.workflow import UnknownAction
from webmap.matters.forms import AnswerForm, ConsultForm, UnaskForm, as_value
from webmap.matters.guards import (
    MatterRequestContext,
    matter_shown,
    may_have_part,
    of_procedure,
)
from webmap.matters.offers import (
    act_form,
    amend_form,
    amendments_offered,
    department_names,
    offers,
)
from webmap.matters.presentation import (
    amended as amendments_shown,
)
from webmap.matters.presentation import (
    facts,
    files_shown,
    matter_row,
    requests_shown,
    subjects_shown,
    timeline,
)
from webmap.web.errors import BadInput, Refusal, answering
from webmap.web.guards import MOST_SENT, MOST_WRITTEN, bounded

Handle = Callable[[MatterRequestContext, Matter], Any]


@require_safe
@of_procedure
def one(request: MatterRequestContext, code: str) -> HttpResponse:
    """``/matters/{procedure}/{code}``: 304 while nobody has acted."""
    matter = matter_shown(request, code)
    tag = f'"{matter.pk} {get_language()}"'
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=304)
    else:
        response = _page(request, matter)
    response["ETag"] = tag
    return response


@require_safe
@of_procedure
def file(request: MatterRequestContext, code: str, number: int) -> FileResponse:
    """``/matters/{procedure}/{code}/files/{number}``: what came with an action, to be saved."""
    matter = matter_shown(request, code)
    found = next((one for one in files_of(matter.code) if one.pk == number), None)
    if found is None or not path_of(found).exists():
        raise Http404(_("没有这个附件"))
    return FileResponse(
        path_of(found).open("rb"),
        as_attachment=True,  # never shown by the browser as a page of the site
        filename=found.title,
        content_type=found.media_type,
    )


def _act(request: MatterRequestContext, matter: Matter) -> Matter:
    action = request.POST.get("name", "")
    row = next((t for t in request.procedure.workflow.transitions if t.action == action), None)
    if row is None or not row.sources:
        raise UnknownAction(_("没有“%(action)s”这个操作") % {"action": action[:40]})
    # Whether a superior must say why is for the engine to say.
    instead = bool(request.POST.get("because"))
    made = act_form(request, matter, row, "*" if instead else "")
    form = made(request.POST, request.FILES).checked()
    sent = form.cleaned_data
    return take(
        request.procedure, request.actor, matter.code, action, form.values(),
        expected=sent["expected"], uuid=sent["uuid"], attachments=form.files_sent(),
    )  # fmt: skip


def _amend(request: MatterRequestContext, matter: Matter) -> Matter:
    name = request.POST.get("name", "")
    if name not in request.procedure.amendable:
        raise BadInput(_("“%(name)s”不能更正") % {"name": name[:40]}, "name")
    form = amend_form(request, name)(request.POST).checked()
    sent = form.cleaned_data
    return amend(
        request.procedure, request.actor, matter.code, name, as_value(sent["value"]),
        reason=sent["reason"], expected=sent["expected"], uuid=sent["uuid"],
    )  # fmt: skip


def _consult(request: MatterRequestContext, matter: Matter) -> Matter:
    form = ConsultForm(department_names(), request.POST).checked()
    sent = form.cleaned_data
    return consult(
        request.procedure, request.actor, matter.code, sent["departments"], sent["reason"],
        kind=sent["kind"], due_at=sent["due_at"], uuid=sent["uuid"],
    )  # fmt: skip


def _unask(request: MatterRequestContext, matter: Matter) -> Matter:
    named = request.POST.getlist("departments")  # which of them still wait, the engine says
    sent = UnaskForm(named, request.POST).checked().cleaned_data
    return unask(
        request.procedure, request.actor, matter.code, sent["departments"], sent["reason"],
        uuid=sent["uuid"],
    )  # fmt: skip


def _answer(request: MatterRequestContext, matter: Matter) -> Matter:
    sent = AnswerForm(request.POST).checked().cleaned_data
    return answer(
        request.procedure, request.actor, matter.code,
        agreed=sent["agreed"] == "yes", text=sent["text"], uuid=sent["uuid"],
    )  # fmt: skip


def _refused(
    request: MatterRequestContext, refusal: Refusal, matter: Matter, _handle: Handle
) -> HttpResponse:
    """The matter as it stands now, the form as it was filled in."""
    seen = visible_matters(request.procedure, request.actor).filter(code=matter.code).first()
    return _page(request, seen or matter, error=refusal.text, status=refusal.status)


@answering(_refused)
def _handled(request: MatterRequestContext, matter: Matter, handle: Handle) -> HttpResponseBase:
    """Do what was sent; then the matter, or the list for whom it has gone on beyond."""
    done = handle(request, matter)
    state = state_shown(request.procedure, done.step)
    messages.success(request, _("已办理，现为“%(state)s”。") % {"state": state})
    seen = visible_matters(request.procedure, request.actor).filter(code=done.code)
    return redirect(f"{request.pages.path}{done.code if seen.exists() else ''}")


def _posted(handle: Handle, most: int = MOST_WRITTEN) -> Callable[..., HttpResponseBase]:
    @bounded(most)
    @require_POST
    @of_procedure
    def posted(request: MatterRequestContext, code: str) -> HttpResponseBase:
        return _handled(request, matter_shown(request, code), handle)

    return posted


acted = _posted(_act, MOST_SENT)
amended = _posted(_amend)
consulted = _posted(_consult)
answered = _posted(_answer)
unasked = _posted(_unask)


def _page(
    request: MatterRequestContext, matter: Matter, *, error: str = "", status: int = 200
) -> HttpResponse:
    procedure, pages = request.procedure, request.pages
    situation = procedure.situation(matter, timezone.now())
    sent = request.POST if request.method == "POST" else None
    may = offers(request, situation, sent)
    corrections = amendments_offered(request, matter, sent)
    still_asked = any(one.is_open for one in [*may, *corrections])
    holders = [account for account, _name in pages.holders(procedure, matter)]
    context = {
        "matter": matter,
        "row": matter_row(procedure, matter, situation.at),
        "facts": facts(pages, matter),
        "offers": [one for one in may if not one.instead_of],
        "instead": [one for one in may if one.instead_of],
        "corrections": corrections,
        "timeline": timeline(procedure, steps_of(procedure, matter.code)),
        "amendments": amendments_shown(procedure, pages, amendments_of(procedure, matter.code)),
        "files": files_shown(procedure, files_of(matter.code)),
        "requests": requests_shown(procedure, situation.requests),
        "subjects": subjects_shown(subjects_of(matter.code)),
        "parent": _parent(request, matter),
        "parts": _parts(request, situation),
        "new_part": _new_part(request, situation),
        "is_stranded": bool(matter.assignee) and matter.assignee not in holders,
        "error": error,
        "lost": sorted(_written(request).items()) if error and not still_asked else (),
        "template": pages.template,
        "procedure": procedure,
        "pages": pages,
        "profession": request.profession,
        "tab": procedure.id,
        **pages.context(matter, request),
    }
    return render(request, "matters/matter.html", context, status=status)


def _written(request: MatterRequestContext) -> dict[str, str]:
    """The texts of a form that can no longer be sent, so that nobody has to write them again."""
    names = ("reason", "note", "because", "text", "value")
    return {name: text for name in names if (text := request.POST.get(name, "").strip())}


def _parent(request: MatterRequestContext, matter: Matter) -> Matter | None:
    if not matter.parent_code:
        return None
    seen = visible_matters(request.procedure, request.actor)
    return seen.filter(code=matter.parent_code).first()


def _parts(request: MatterRequestContext, situation: Any) -> list[Any]:
    """The parts of a matter that this one may see."""
    seen = visible_matters(request.procedure, request.actor)
    found = seen.filter(parent_code=situation.matter.code).order_by("code")
    return [matter_row(request.procedure, one, situation.at) for one in found]


def _new_part(request: MatterRequestContext, situation: Any) -> str:
    """Where this one begins a part of the matter; none: it may not, or the matter has ended."""
    if request.pages.begins_at or not may_have_part(request, situation):
        return ""
    return f"{request.pages.path}new?{urlencode({'parent': situation.matter.code})}"
