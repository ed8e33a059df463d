"""监督员: reports, verifies and checks on the spot, with a phone."""

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from grid.cases.policies import can_patrol
from grid.models import Staff
from grid.roles import GridRole
from spatial.city import city
from webmap.web.callers import actor_behind
from webmap.web.professions import DemoUser, Link, Profession, Urls


def may_patrol(request: HttpRequest) -> bool:
    """Whether the caller is an inspector."""
    return can_patrol(actor_behind(request))


def give_area(user: User) -> None:
    """An area for the demo inspector, so that cases reach them."""
    Staff.objects.get_or_create(user=user, defaults={"districts": [f"{city().adcode}001"]})


PROFESSION = Profession(
    id="inspector",
    title=_("监督员"),
    position=41,
    menu=(Link(_("巡查上报"), "/inspector/", may_patrol),),
    urls=(Urls("webmap.inspector.urls", "inspector/"),),
    demo=(DemoUser("inspector", GridRole.INSPECTOR, give_area),),
)
