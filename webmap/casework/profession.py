"""网格化管理: cells, components, cases from report to close."""

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from grid.cases import policies
from grid.cases.publishing import awaiting_review
from grid.cases.queries import awaiting_answer, own_states, queue_counts
from grid.models import Staff
from grid.roles import GridRole
from spatial.parties.models import Department, Member
from webmap.web.callers import actor_behind
from webmap.web.professions import (
    DemoUser,
    Entrance,
    Link,
    Profession,
    Tab,
    Task,
    Urls,
)

DEMO_DEPARTMENT = "D04"


def may_work(request: HttpRequest) -> bool:
    """Whether the caller has a role of casework."""
    return bool(actor_behind(request).roles)


def may_see_patrols(request: HttpRequest) -> bool:
    """Whether the caller sees tracks of patrols."""
    return policies.can_see_patrols(actor_behind(request))


def may_see_cells(request: HttpRequest) -> bool:
    """Whether the caller validates cells."""
    return policies.can_see_cells(actor_behind(request))


def may_answer(request: HttpRequest) -> bool:
    """Whether the caller answers requests of departments."""
    return policies.can_answer_requests(actor_behind(request))


def may_publish(request: HttpRequest) -> bool:
    """Whether the caller decides what of a case is public."""
    return policies.can_review_publicity(actor_behind(request))


def own_cases(request: HttpRequest) -> int:
    """How many cases wait for the caller."""
    actor = actor_behind(request)
    counts = queue_counts(actor)
    return sum(counts[state][0] for state in own_states(actor.roles) if state in counts)


def requests_to_answer(request: HttpRequest) -> int:
    """How many cases have a request that the caller may answer."""
    return awaiting_answer(actor_behind(request)).count()


def cases_to_publish(request: HttpRequest) -> int:
    """How many cases wait to be looked through before they are public."""
    return awaiting_review(actor_behind(request)).count()


def give_department(user: User) -> None:
    """A department for the demo handler, so that cases reach them."""
    department = Department.objects.filter(code=DEMO_DEPARTMENT).first()
    Staff.objects.get_or_create(user=user)
    if department and not user.memberships.exists():
        since = user.date_joined.date()
        Member.objects.create(user=user, department=department, valid_from=since)


PROFESSION = Profession(
    id="grid",
    title=_("网格化管理"),
    position=40,
    entrance=Entrance(
        id="grid",
        path="/city-grid",
        title=_("网格化管理"),
        subtitle=_("网格、部件与案件"),
        hint=_("点击网格、部件，查看它的记录；放大到街区可见部件。"),
        layers=("water", "roads", "buildings", "districts", "grid-cells", "components", "cases"),
        zoom=2.0,
    ),
    urls=(Urls("webmap.casework.urls"),),
    tabs=(
        Tab("map", _("地图"), "/"),
        Tab("desk", _("案件台"), "/grid/", may_work),
        Tab("patrols", _("巡查轨迹"), "/grid/patrols/", may_see_patrols),
        Tab("cells", _("网格校验"), "/grid/cells/", may_see_cells),
        Tab("components", _("部件清查"), "/grid/components/"),
        Tab("evaluation", _("考核评价"), "/grid/evaluation/"),
    ),
    menu=(Link(_("案件台"), "/grid/", may_work),),
    tasks=(
        Task(_("等我办理的案件"), "/grid/", own_cases, may_work),
        Task(_("待审批申请"), "/grid/?state=requests", requests_to_answer, may_answer),
        Task(_("待公开审核"), "/grid/?state=review", cases_to_publish, may_publish),
    ),
    demo=(
        DemoUser("intake", GridRole.INTAKE),
        DemoUser("chief", GridRole.CHIEF),
        DemoUser("dispatcher", GridRole.DISPATCHER),
        DemoUser("handler", GridRole.HANDLER, give_department),
    ),
)
