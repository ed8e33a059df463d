"""数据管理: what is delivered, examined, taken in and undone."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from importers.models import ImportRun
from layers.roles import Role
from webmap.imports.guards import deliverable
from webmap.web.professions import DemoUser, Link, Profession, Tab, Task, Urls


def may_deliver_any(request: HttpRequest) -> bool:
    """Whether the caller takes deliveries of any layer in."""
    return request.user.is_authenticated and bool(deliverable(request))


def to_review(request: HttpRequest) -> int:
    """How many deliveries wait to be reviewed by the caller."""
    layers = [layer.id for layer in deliverable(request)]
    return ImportRun.objects.filter(layer__in=layers, state=ImportRun.State.DRY).count()


PROFESSION = Profession(
    id="imports",
    title=_("数据入库"),
    position=90,
    urls=(Urls("webmap.imports.urls"),),
    tabs=(
        Tab("map", _("地图"), "/"),
        Tab("index", _("数据入库"), "/imports/"),
        Tab("new", _("提交成果"), "/imports/new"),
    ),
    menu=(Link(_("数据入库"), "/imports/", may_deliver_any),),
    tasks=(Task(_("待审核的批次"), "/imports/", to_review, may_deliver_any),),
    demo=(DemoUser("steward", Role.STEWARD),),
)
