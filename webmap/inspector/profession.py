"""监督员: reports, verifies and checks on the spot, with a phone."""

from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from grid.models import Staff
from grid.roles import GridRole
from spatial.city import city
from webmap.web.professions import DemoUser, Profession, Urls


def give_area(user: User) -> None:
    """An area for the demo inspector, so that cases reach them."""
    Staff.objects.get_or_create(user=user, defaults={"districts": [f"{city().adcode}001"]})


PROFESSION = Profession(
    id="inspector",
    title=_("监督员"),
    position=41,
    urls=(Urls("webmap.inspector.urls", "inspector/"),),
    demo=(DemoUser("inspector", GridRole.INSPECTOR, give_area),),
)
