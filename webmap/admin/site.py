"""The administrator pages: registers and changes to read, a change to undo, users to keep.

Nothing in a register is added, edited or deleted here; registers are written only
through ``spatial.versions.actions``. Which registers a person sees is decided by
``layers.access.access``, and personal data are not shown. What is kept here is deleted one by
one, on a page that asks and writes it to the audit.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_tasks_db.models import DBTaskResult

from spatial.versions.models import Ancestry, Change, Revision
from webmap.admin.changes import ChangeAdmin
from webmap.admin.reading import ReadOnly
from webmap.admin.registers import register_registers
from webmap.models import Export
from webmap.web.errors import BadRequest
from webmap.web.parsing import check_storable


def to_sign_in(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    """To the site's own sign-in page, with its limit on failures."""
    index = reverse("admin:index")
    if admin.site.has_permission(request):
        return HttpResponseRedirect(index)
    return redirect_to_login(request.GET.get("next") or index, settings.LOGIN_URL)


def one_password_page(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    """To the site's own page, with its limit on failures."""
    return HttpResponseRedirect(reverse("password"))


def admin_view(view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
    """As Django's; a filter by what no column can hold is refused.

    Raises:
        BadRequest: the address holds the character NUL, or a number that no date has.
    """

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        check_storable(dict(request.GET))
        try:
            return view(request, *args, **kwargs)
        except OverflowError as error:
            raise BadRequest(_("请求无法解读，请核对后再试。")) from error

    return admin.AdminSite.admin_view(admin.site, checked, cacheable)


RECORDS = ("importers", "layers", "grid")


def app_list(request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
    """The index, in the language of the page: models name themselves in Chinese only."""
    found = admin.AdminSite.get_app_list(admin.site, request, app_label)
    for app in found:
        app["name"] = _(str(app["name"]))
        for model in app["models"]:
            model["name"] = _(str(model["name"]))
    return found


admin.site.site_header = admin.site.site_title = gettext_lazy("图经")
admin.site.index_title = gettext_lazy("数据与系统管理")
admin.site.enable_nav_sidebar = False
admin.site.login = to_sign_in  # type: ignore[method-assign]
admin.site.password_change = one_password_page  # type: ignore[method-assign,assignment]
admin.site.admin_view = admin_view  # type: ignore[method-assign,assignment]
admin.site.get_app_list = app_list  # type: ignore[method-assign,assignment]
admin.site.disable_action("delete_selected")  # several at once reach no signal, and so no audit

admin.site.unregister(DBTaskResult)  # the inside of the job queue; what people wait for is below
register_registers()
admin.site.register(Change, ChangeAdmin)


@admin.register(Ancestry)
class AncestryAdmin(ReadOnly):
    """What became of what."""

    list_display = ("register", "parent_code", "child_code", "shared_area_m2", "opened_by")
    list_filter = ("register",)
    search_fields = ("parent_code__startswith", "child_code__startswith")
    list_select_related = ("opened_by", "closed_by")


@admin.register(Revision)
class RevisionAdmin(ReadOnly):
    """How often each register has changed."""

    list_display = ("register", "number")


@admin.register(Export)
class ExportAdmin(ReadOnly):
    """Maps asked for as files."""

    list_display = ("__str__", "asked_by", "state", "message", "created_at", "finished_at")
    list_filter = ("state",)


def register_records() -> None:
    """What floors write down for themselves (import runs, reads of personal data), to read."""
    for model in (m for floor in RECORDS for m in apps.get_app_config(floor).get_models()):
        if not admin.site.is_registered(model):
            names = [
                f.name for f in model._meta.concrete_fields if f.get_internal_type() != "JSONField"
            ]
            shown = tuple(name for name in names if name != "geom")[:8]
            attributes = {"list_display": shown, "list_display_links": shown[:1]}
            admin.site.register(model, type(f"{model.__name__}Admin", (ReadOnly,), attributes))


register_records()
