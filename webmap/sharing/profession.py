"""数据共享: the catalogue, applications and grants, who read what."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from grid.cases.policies import can_see_reporter
from layers.access.access import may_audit, may_decide, may_read_audit
from layers.declarations.registry import all_layers
from layers.reading.personal import layers_searched
from layers.roles import Role
from webmap.web.callers import actor_behind, caller_of
from webmap.web.professions import DemoUser, Link, Profession, Tab, Urls


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


def may_find_people(request: HttpRequest) -> bool:
    """Whether the caller may search people in any register."""
    return bool(layers_searched(caller_of(request))) or can_see_reporter(actor_behind(request))


def may_search(request: HttpRequest) -> bool:
    """Whether the caller may search what everybody did."""
    return may_read_audit(caller_of(request))


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
    demo=(DemoUser("auditor", Role.AUDITOR),),
)
