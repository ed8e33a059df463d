"""管网: the networks below ground."""

from django.utils.translation import gettext_lazy as _

from layers.access.access import Role
from webmap.web.professions import DemoUser, Profession

PROFESSION = Profession(
    id="pipes",
    title=_("管网"),
    position=60,
    roles=(Role.PIPES,),
    demo=(DemoUser("pipes", Role.PIPES),),
)
