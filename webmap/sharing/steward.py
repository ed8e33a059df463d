"""The steward's page: applications to decide, systems, grants, layers taken off and put on."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from layers.access.access import Caller, Sharing, may_grant_writing, may_manage_sharing
from layers.declarations.registry import all_layers, layer_named
from layers.models import Consumer, LayerGrant
from layers.sharing import actions
from layers.sharing.application_queries import (
    Application,
    applications,
    applications_for,
    to_renew,
    with_details,
)
from layers.sharing.applications import OPEN
from spatial.casework.texts import plain
from spatial.sealed.rules.formats import Kind, mask
from webmap.sharing.forms import DecideForm, TermsForm
from webmap.sharing.guards import decidable, done, only_if, page
from webmap.web.callers import caller_of
from webmap.web.errors import AccessDenied
from webmap.web.values import layer_title

HOME = "sharing-steward"
PER_PAGE = 50


def _decides(caller: Caller) -> bool:
    return bool(decidable(caller))


@only_if(_decides)
@require_safe
def steward(request: HttpRequest) -> HttpResponse:
    """``/sharing/steward``."""
    caller = caller_of(request)
    layers = {layer.id: layer for layer in decidable(caller)}
    asked = applications_for(layers)
    waiting = with_details(asked.filter(step__in=OPEN))
    decided = with_details(asked.exclude(step__in=OPEN)[:20])
    grants = _grants(caller).filter(withdrawn_at=None)
    listed = Paginator(grants.select_related("consumer"), PER_PAGE)
    context: dict[str, Any] = {
        "waiting": [(a, layer_title(layers[a.layer]), _form(caller, a)) for a in waiting],
        "renewals": [(a, layer_title(layers[a.layer])) for a in with_details(to_renew(asked))],
        "decided": [(a, layer_title(layers[a.layer])) for a in decided],
        "grants": listed.get_page(request.GET.get("page")),
        "titles": {name: layer_title(layer) for name, layer in layers.items()},
    }
    if may_manage_sharing(caller):
        context |= {"consumers": _consumers(), "layers": _layers()}
    return page(request, "steward", **context)


@only_if(_decides)
@require_POST
def decide(request: HttpRequest, code: str) -> HttpResponse:
    """Grant an application, whole or narrower, or refuse it."""
    found = _decidable(request, code)
    form = _form(caller_of(request), found, request.POST)
    granted = request.POST.get("decision") == "grant"

    def act() -> None:
        if not form.is_valid():
            raise actions.InvalidApplication(
                "；".join(str(e) for errors in form.errors.values() for e in errors)
            )
        told = form.cleaned_data
        more = (
            {"until": told["until"], "may_write": told.get("may_write", False)} if granted else {}
        )
        part = form.part if granted else None
        answer = told["answer"]
        actions.decide_application(
            caller_of(request), found, granted=granted, answer=answer, part=part, **more
        )

    return done(request, HOME, _("已批准。") if granted else _("已答复不批准。"), act)


@only_if(_decides)
@require_POST
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """End a grant at once."""
    found = get_object_or_404(LayerGrant.objects.select_related("consumer"), pk=number)
    if not _grants(caller_of(request)).filter(pk=number).exists():
        raise AccessDenied
    said = _("已收回“%(consumer)s”的授权，即刻生效。") % {"consumer": found.consumer}
    why = request.POST.get("why", "")
    return done(
        request, HOME, said, lambda: actions.withdraw_grant(caller_of(request), found, why=why)
    )


@only_if(may_manage_sharing)
@require_POST
def terms(request: HttpRequest, number: int) -> HttpResponse:
    """Say how a system is treated."""
    found, form = get_object_or_404(Consumer, pk=number), TermsForm(request.POST)

    def act() -> None:
        if not form.is_valid():
            raise actions.InvalidApplication(_("每分钟请求上限应在 1 至 1,000,000 之间"))
        actions.set_terms(caller_of(request), found, **form.cleaned_data)

    return done(request, HOME, _("已保存“%(consumer)s”的设置。") % {"consumer": found}, act)


@only_if(may_manage_sharing)
@require_POST
def publish(request: HttpRequest, layer_id: str) -> HttpResponse:
    """Take a layer off, or put it on again."""
    published = request.POST.get("published") == "yes"
    said = _("已恢复发布。") if published else _("已停止发布，即刻生效。")
    why = request.POST.get("why", "")[:200]
    return done(
        request,
        HOME,
        said,
        lambda: actions.set_published(caller_of(request), layer_id, published=published, why=why),
    )


def _grants(caller: Caller) -> QuerySet[LayerGrant]:
    """The grants of layers that the caller decides on, and for stewards of layers that are gone."""
    mine = Q(layer__in=[layer.id for layer in decidable(caller)])
    if may_manage_sharing(caller):
        mine |= ~Q(layer__in=[layer.id for layer in all_layers()])
    return LayerGrant.objects.filter(mine)


def _decidable(request: HttpRequest, code: str) -> Application:
    """An application for a layer that the caller decides on."""
    found = next(iter(with_details(applications().filter(code=plain(code)))), None)
    if found is None:
        raise Http404
    if found.layer not in {layer.id for layer in decidable(caller_of(request))}:
        raise AccessDenied
    return found


def _form(caller: Caller, application: Application, data: Any = None) -> DecideForm:
    layer = layer_named(application.layer)
    if layer is None:
        raise AccessDenied
    shared = [f.name for f in layer.fields if f.name not in layer.personal]
    initial = {
        "fields_wanted": application.fields or shared,
        "districts": "、".join(application.districts),
        "until": application.until,
    }
    form = DecideForm(layer, data, initial=initial, auto_id=f"a{application.code}-%s")
    if not may_grant_writing(caller, layer):
        del form.fields["may_write"]
    return form


def _consumers() -> list[tuple[Consumer, str, TermsForm]]:
    found = Consumer.objects.select_related("kept_by").prefetch_related("keys")
    return [
        (
            consumer,
            mask(Kind.TELEPHONE, consumer.phone),
            TermsForm(
                initial={
                    "is_department": consumer.is_department,
                    "per_minute": consumer.per_minute,
                },
                auto_id=f"c{consumer.pk}-%s",
            ),
        )
        for consumer in found
    ]


def _layers() -> list[tuple[Any, str]]:
    return [(la, layer_title(la)) for la in all_layers() if la.sharing is not Sharing.WITHHELD]
