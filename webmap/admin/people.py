"""The accounts of people: made and kept on the administrator pages, passwords on a page of their own."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from spatial.audit.models import Kind
from spatial.parties.errors import HandoverNeeded
from spatial.parties.policies import check_may_leave
from webmap.accounts.one_time_passwords import require_change
from webmap.accounts.records import record_account_act
from webmap.admin.reading import ReadOnly
from webmap.models import AccountEvent
from webmap.web.errors import attempt

admin.site.unregister(User)


class PeopleForm(UserChangeForm):
    """An account; it is closed once its owner has handed over."""

    def clean_is_active(self) -> bool:
        """Not closed while there is work in hand."""
        is_active: bool = self.cleaned_data["is_active"]
        if self.instance.is_active and not is_active and (why := _in_the_way(self.instance)):
            raise forms.ValidationError(why)
        return is_active


@admin.register(User)
class PeopleAdmin(UserAdmin):
    """Accounts, their roles, and the way to the page where a password is reset."""

    form = PeopleForm
    list_display = ("username", "first_name", "is_active", "is_superuser", "last_login", "page")

    @admin.display(description=gettext_lazy("密码与两步验证"))
    def page(self, user: User) -> SafeString:
        """The link to the account's page."""
        address = reverse("person", args=[user.pk])
        return format_html('<a href="{}">{}</a>', address, _("重置、解除"))

    def user_change_password(  # the names are Django's
        self,
        request: HttpRequest,
        id: str,  # noqa: A002
        form_url: str = "",
    ) -> HttpResponse:
        """To the one page on which an administrator resets a password."""
        return HttpResponseRedirect(reverse("person", args=[id]))

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Write it down; the password of a new account was chosen by somebody else."""
        super().save_model(request, obj, form, change)
        if not change and obj.has_usable_password():
            require_change(obj)
        kind = Kind.ACCOUNT_CHANGED if change else Kind.ACCOUNT_CREATED
        fields = [name for name in form.changed_data if "password" not in name]
        if fields:
            record_account_act(kind, request, obj.username, detail=", ".join(fields))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What goes along; nobody is deleted who has work in hand."""
        *others, protected = super().get_deleted_objects(objs, request)
        held = [why for user in objs if (why := _in_the_way(user))]
        return *others, [*held, *protected]

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        """Write it down."""
        record_account_act(Kind.ACCOUNT_REMOVED, request, obj.username)
        super().delete_model(request, obj)


def _in_the_way(user: User) -> str:
    """Why somebody cannot leave yet; "" if nothing is in the way."""
    _checked, refusal = attempt(lambda: check_may_leave(user.get_username()), (HandoverNeeded,))
    return refusal.text if refusal else ""


@admin.register(AccountEvent)
class AccountEventAdmin(ReadOnly):
    """What was done with accounts."""

    list_display = ("at", "kind", "name", "who", "address", "detail")
    list_filter = ("kind",)
    search_fields = ("name__startswith", "who__startswith")
    date_hierarchy = "at"
