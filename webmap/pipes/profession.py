"""管网: the networks below ground."""

from django.utils.translation import gettext_lazy as _

from spatial.pipes.roles import PipeRole
from webmap.web.professions import DemoUser, Profession

PROFESSION = Profession(
    id="pipes",
    title=_("管网"),
    position=60,
    demo=(DemoUser("pipes", PipeRole.PIPES),),
)
