"""请假与代理: one's own absences and deputies, and for whom one stands in."""

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from spatial.parties import actions
from spatial.parties.errors import PartyRefused
from spatial.parties.models import Absence, Deputy, Member
from spatial.texts import whole_number
from webmap.accounts.deputies import name_and_tell
from webmap.web.errors import BadRequest, attempt
from webmap.web.guards import StaffRequest, signed_in

MOST_NAMES = 200  # suggested

DEPUTY_IDS = "deputy_%s"  # two forms of one page have fields of one name


class MomentInput(forms.DateTimeInput):
    """A moment of the city's time, chosen in the browser."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class AbsencePeriodForm(forms.Form):
    """From when until when somebody is away."""

    starts_at = forms.DateTimeField(label=gettext_lazy("起"), widget=MomentInput())
    ends_at = forms.DateTimeField(label=gettext_lazy("止"), widget=MomentInput())
    reason = forms.CharField(
        label=gettext_lazy("事由"), max_length=actions.MOST_REASON, required=False
    )


class OwnDeputyForm(forms.Form):
    """Who stands in, from when until when."""

    deputy = forms.CharField(
        label=gettext_lazy("代理人（用户名）"),
        max_length=150,
        widget=forms.TextInput(attrs={"list": "colleagues", "autocomplete": "off"}),
    )
    starts_at = forms.DateTimeField(label=gettext_lazy("起"), widget=MomentInput())
    ends_at = forms.DateTimeField(
        label=gettext_lazy("止（不填则到撤销为止）"), widget=MomentInput(), required=False
    )
    always = forms.BooleanField(label=gettext_lazy("不请假时也可代理"), required=False)

    def clean_deputy(self) -> User:
        """An account that can be signed in with."""
        name = self.cleaned_data["deputy"].strip()
        found = User.objects.filter(username=name, is_active=True).first()
        if found is None:
            raise forms.ValidationError(_("没有这个账号，或已停用"))
        return found


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def absences(request: StaffRequest) -> HttpResponse:
    """``/accounts/absences/``: enter and end one's own absences, name and withdraw deputies."""
    user = cast(User, request.user)
    if request.method != "POST":
        return _page(request, user)
    acts: dict[str, Callable[[StaffRequest, User], HttpResponse]] = {
        "absence": _enter,
        "end": _end,
        "deputy": _name,
        "withdraw": _withdraw,
    }
    act = acts.get(request.POST.get("act", ""))
    if act is None:
        raise BadRequest(_("没有这项操作"))
    return act(request, user)


def _enter(request: StaffRequest, user: User) -> HttpResponse:
    form = AbsencePeriodForm(request.POST)
    if _done(form, lambda given: actions.enter_absence(user, user, **given)):
        return _again(request, _("已登记请假。"))
    return _page(request, user, status=422, absence_form=form)


def _name(request: StaffRequest, user: User) -> HttpResponse:
    form = OwnDeputyForm(request.POST, auto_id=DEPUTY_IDS)

    def name(given: dict[str, Any]) -> Deputy:
        when = given["starts_at"], given["ends_at"]
        only_absent = not given["always"]
        return name_and_tell(user, user, given["deputy"], *when, only_absent=only_absent)

    if _done(form, name):
        return _again(request, _("已委托代理。"))
    return _page(request, user, status=422, deputy_form=form)


def _end(request: StaffRequest, user: User) -> HttpResponse:
    actions.end_absence(user, _own(Absence, request, user=user))
    return _again(request, _("已结束请假。"))


def _withdraw(request: StaffRequest, user: User) -> HttpResponse:
    actions.withdraw_deputy(user, _own(Deputy, request, principal=user))
    return _again(request, _("已撤销代理。"))


def _done(form: forms.Form, act: Callable[[dict[str, Any]], object]) -> bool:
    """Do it with the values of the form; what is refused stands beside its field."""
    if not form.is_valid():
        return False
    _made, refusal = attempt(lambda: act(form.cleaned_data), (PartyRefused,))
    if refusal is not None:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.text)
    return refusal is None


def _own(kind: Any, request: StaffRequest, **whose: User) -> Any:
    number = whole_number(request.POST.get("id", ""))
    found = kind.objects.filter(pk=number, **whose).first()
    if found is None:
        raise Http404(_("没有这一条，或不是您的。"))
    return found


def _again(request: StaffRequest, text: str) -> HttpResponse:
    messages.success(request, text)
    return HttpResponseRedirect(request.path)


def _page(request: StaffRequest, user: User, status: int = 200, **forms: Any) -> HttpResponse:
    now = timezone.now()
    start = timezone.localtime(now).replace(second=0, microsecond=0)
    unended = Q(ends_at__isnull=True) | Q(ends_at__gt=now)
    standing = Deputy.objects.filter(unended, withdrawn_at__isnull=True)
    context = {
        "absence_form": AbsencePeriodForm(initial={"starts_at": start}),
        "deputy_form": OwnDeputyForm(initial={"starts_at": start}, auto_id=DEPUTY_IDS),
        "absences": user.absences.filter(ends_at__gt=now, withdrawn_at=None).order_by("starts_at"),
        "deputies": standing.filter(principal=user).select_related("deputy"),
        "principals": standing.filter(deputy=user).select_related("principal"),
        "colleagues": _colleagues(user),
        **forms,
    }
    return render(request, "registration/absences.html", context, status=status)


def _colleagues(user: User) -> list[User]:
    """Whom to suggest as a deputy: those of the same departments."""
    departments = user.memberships.values("department")  # type: ignore[attr-defined]
    people = Member.objects.filter(department__in=departments).values("user")
    found = User.objects.filter(pk__in=people, is_active=True).exclude(pk=user.pk)
    return list(found.order_by("username")[:MOST_NAMES])
