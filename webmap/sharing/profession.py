"""数据共享: the catalogue, applications and grants, who read what."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from layers.access.access import Caller, may_audit, may_decide, may_read_audit
from layers.declarations.registry import all_layers
from layers.models import Consumer
from layers.roles import Role
from layers.sharing.applications import (
    APPLICANT,
    DATA_APPLICATION,
    MAX_BASIS,
    MAX_PURPOSE,
    actor_for,
    deciders,
)
from spatial.casework.actors import Actor
from spatial.casework.procedures import Procedure
from webmap.web.callers import caller_of, matter_actor
from webmap.web.people import may_find_people
from webmap.web.procedure_pages import FieldKind, FormField, ProcedurePages, named_people
from webmap.web.professions import DemoUser, Link, Profession, Tab, Urls
from webmap.web.values import layer_title


def may_have_systems(request: HttpRequest) -> bool:
    """Whether the caller may register systems: whoever has signed in."""
    return request.user.is_authenticated


def may_approve(request: HttpRequest) -> bool:
    """Whether the caller decides on applications for any layer."""
    caller = caller_of(request)
    return any(may_decide(caller, layer) for layer in all_layers())


def may_look_back(request: HttpRequest) -> bool:
    """Whether the caller may see who read what."""
    return may_audit(caller_of(request))


def may_search(request: HttpRequest) -> bool:
    """Whether the caller may search what everybody did."""
    return may_read_audit(caller_of(request))


def applying(request: HttpRequest) -> Actor:
    """The caller as a party to applications, of the account's department, with its principals.

    A deputy decides in a principal's stead, and applies for nobody's systems.
    """
    party = matter_actor(request)
    principals = [
        replace(one, roles=actor_for(Caller(one.name, one.roles)).roles - {APPLICANT})
        for one in party.principals
    ]
    return replace(party, roles=actor_for(caller_of(request)).roles, principals=tuple(principals))


def who_decide(_procedure: Procedure, matter: Any) -> Sequence[tuple[str, str]]:
    """The accounts of the office that delivers the layer of an application."""
    return named_people(deciders(matter, timezone.now()))


def _consumers() -> list[tuple[Any, str]]:
    return list(Consumer.objects.values_list("pk", "name"))


def _layers() -> list[tuple[str, str]]:
    return [(layer.id, layer_title(layer)) for layer in all_layers()]


APPLICATIONS = ProcedurePages(
    DATA_APPLICATION.id,
    {
        "apply": (
            FormField("consumer", _("使用系统"), FieldKind.CHOICE, choices=_consumers),
            FormField("layer", _("图层"), FieldKind.CHOICE, choices=_layers),
            FormField("purpose", _("用途"), FieldKind.LONG, most=MAX_PURPOSE),
            FormField("legal_basis", _("依据"), most=MAX_BASIS),
            FormField("fields", _("申请字段"), empty=_("全部")),
            FormField("districts", _("申请区划"), empty=_("全市")),
            FormField("until", _("使用至"), FieldKind.MOMENT),
            FormField("answer", _("意见或使用条件")),
        ),
        "grant": (
            FormField("until", _("使用至"), FieldKind.MOMENT, hint=_("不填为申请的期限")),
            FormField("note", _("意见或使用条件"), FieldKind.LONG, most=500),
        ),
        "renew": (
            FormField("until", _("使用至"), FieldKind.MOMENT, hint=_("不填为申请的期限")),
            FormField("note", _("意见或使用条件"), FieldKind.LONG, most=500),
        ),
    },
    begins_at="/sharing/",
    actor=applying,
    holders=who_decide,
    in_menu=False,
)

PROFESSION = Profession(
    id="sharing",
    title=_("数据目录"),
    position=80,
    urls=(Urls("webmap.sharing.urls"),),
    tabs=(
        Tab("map", _("地图"), "/"),
        Tab("index", _("数据目录"), "/sharing/"),
        Tab("mine", _("系统与申请"), "/sharing/mine", may_have_systems),
        Tab("steward", _("审批与发布"), "/sharing/steward", may_approve),
        Tab("people", _("查人"), "/sharing/people", may_find_people),
        Tab("audit", _("访问审计"), "/sharing/audit", may_look_back),
        Tab("events", _("审计记录"), "/sharing/events", may_search),
    ),
    menu=(Link(_("数据目录"), "/sharing/"),),
    procedures=(APPLICATIONS,),
    demo=(DemoUser("auditor", Role.AUDITOR),),
)
