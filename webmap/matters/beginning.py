"""A matter is begun: by who applies, or by a desk for somebody, with what came by paper."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from layers.access.access import may_see
from layers.declarations.registry import layer_named
from spatial.casework.acts import SubjectRef, Where
from spatial.casework.beginning import MAX_TITLE, open_matter
from spatial.casework.policies import check_beginning
from spatial.casework.queries import visible_matters
from spatial.casework.texts import plain
from webmap.matters.forms import CHANNELS, MatterForm, as_value, form_of
from webmap.matters.guards import MatterRequestContext, may_have_part, of_procedure
from webmap.matters.offers import department_names
from webmap.web.callers import caller_of
from webmap.web.errors import BadInput, Refusal, answering
from webmap.web.guards import MOST_SENT, bounded
from webmap.web.procedure_pages import FieldKind, FormField

TITLE, APPLICANT, DEPARTMENT = "title", "applicant", "department"
CHANNEL, OCCURRED_AT, SUBJECT = "channel", "occurred_at", "subject"
PARENT = "parent"
ITS_OWN = {TITLE, APPLICANT, DEPARTMENT, CHANNEL, OCCURRED_AT, SUBJECT, PARENT}


@bounded(MOST_SENT)
@require_http_methods(["GET", "HEAD", "POST"])
@of_procedure
def new(request: MatterRequestContext) -> HttpResponseBase:
    """``/matters/{procedure}/new``: the form; a POST begins the matter."""
    role = check_beginning(request.procedure, request.actor).role
    if request.pages.begins_at:
        return redirect(request.pages.begins_at)
    if request.method != "POST":
        return _form(request, role=role)
    return _begun(request, role)


def _fields(request: MatterRequestContext, role: str) -> list[FormField]:
    """The declared fields, the title, and what a desk says of whom it acts for."""
    procedure, pages = request.procedure, request.pages
    policy = procedure.policy
    fields = [FormField(TITLE, _("标题"), is_needed=True, most=MAX_TITLE)]
    fields += pages.forms.get(procedure.first.action, ())
    if policy.department_roles:
        names = [(name, name) for name in department_names()]
        fields.append(FormField(DEPARTMENT, _("承办部门"), FieldKind.CHOICE, choices=names))
    hint = _("图层:编码")
    fields.append(FormField(SUBJECT, _("所涉对象"), hint=hint))
    if role not in policy.applicant_roles:
        hint = _("账号；不填为本人")
        fields.append(FormField(APPLICANT, _("申请人"), hint=hint, most=150))
        fields.append(FormField(CHANNEL, _("收件途径"), FieldKind.CHOICE, choices=CHANNELS[1:]))
        hint = _("纸质、电话收件的实际时间，时限由此起算")
        fields.append(FormField(OCCURRED_AT, _("实际时间"), FieldKind.MOMENT, hint=hint))
    return fields


def _form(
    request: MatterRequestContext, refusal: Refusal | None = None, role: str = ""
) -> HttpResponse:
    """The form; after a refusal with what was written in it."""
    made = form_of(_fields(request, role), with_files=True)
    initial = {"uuid": uuid4(), SUBJECT: request.GET.get(SUBJECT, "")}
    form: MatterForm = made(request.POST) if refusal else made(initial=initial)
    context: dict[str, Any] = {
        "form": form,
        "parent": request.POST.get(PARENT) or request.GET.get(PARENT, ""),
        "error": refusal.text if refusal else "",
        "procedure": request.procedure,
        "pages": request.pages,
        "profession": request.profession,
        "tab": request.procedure.id,
    }
    return render(request, "matters/new.html", context, status=refusal.status if refusal else 200)


@answering(_form)
def _begun(request: MatterRequestContext, role: str) -> HttpResponseBase:
    made = form_of(_fields(request, role), with_files=True)
    form = made(request.POST, request.FILES).checked()
    sent = form.values()
    values = {name: as_value(value) for name, value in sent.items() if name not in ITS_OWN}
    matter = open_matter(
        request.procedure,
        request.actor,
        title=sent[TITLE],
        values=values,
        subjects=_subjects(request, sent.get(SUBJECT, "")),
        department=sent.get(DEPARTMENT, ""),
        applicant=_applicant(sent.get(APPLICANT, "")),
        parent=_parent(request),
        uuid=form.cleaned_data["uuid"],
        where=Where(occurred_at=sent.get(OCCURRED_AT), channel=sent.get(CHANNEL, "")),
        files=form.files_sent(),
    )
    messages.success(request, _("已收件，编号 %(code)s。") % {"code": matter.code})
    seen = visible_matters(request.procedure, request.actor).filter(code=matter.code)
    return redirect(f"{request.pages.path}{matter.code if seen.exists() else ''}")


def _applicant(name: str) -> str:
    """The account for whom a desk begins a matter: a name misspelt would be nobody's."""
    if name and not User.objects.filter(username=name, is_active=True).exists():
        raise BadInput(_("没有这个账号，或已停用"), APPLICANT)
    return name


def _parent(request: MatterRequestContext) -> str:
    """The matter of which this one is to be a part: one that its beginner handles."""
    if not (code := plain(request.POST.get(PARENT, ""))):
        return ""
    procedure = request.procedure
    parent = visible_matters(procedure, request.actor).filter(code=code).first()
    situation = procedure.situation(parent, timezone.now()) if parent else None
    if situation is None or not may_have_part(request, situation):
        raise BadInput(_("没有该上级事项，或不由您办理"), PARENT)
    return code


def _subjects(request: MatterRequestContext, text: str) -> Sequence[SubjectRef]:
    """The thing of a layer that a matter is about; the caller must know the layer."""
    if not text:
        return ()
    name, _colon, code = text.partition(":")
    layer = layer_named(name.strip())
    if layer is None or not may_see(caller_of(request), layer) or not code.strip():
        raise BadInput(_("所涉对象应写作“图层:编码”，且图层须存在"), SUBJECT)
    if len(code.strip()) > 40:  # noqa: PLR2004
        raise BadInput(_("编码过长"), SUBJECT)
    return (SubjectRef(layer.id, code.strip()),)
