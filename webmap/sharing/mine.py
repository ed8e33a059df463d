"""What one asks for and holds: systems, keys, applications."""

from datetime import timedelta

from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from layers.access.access import may_know_of, may_maintain, may_manage_sharing
from layers.declarations.registry import layer_named
from layers.models import AccessCount, ApiKey, Consumer
from layers.sharing import actions
from layers.sharing.application_queries import applications, applications_of, with_details
from spatial.casework.texts import plain
from webmap.sharing.forms import ApplyForm, ConsumerForm, KeyForm
from webmap.sharing.guards import attempted, done, page, signed_in
from webmap.web.callers import caller_of
from webmap.web.values import layer_title

COUNTED = timedelta(days=30)
KEY_DAYS = 365
LISTED = 100


@signed_in
def mine(request: HttpRequest) -> HttpResponse:
    """``/sharing/mine``: one's systems and applications; a POST registers a system."""
    form = ConsumerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        caller, given = caller_of(request), form.cleaned_data
        made, why = attempted(lambda: actions.register_consumer(caller, **given))
        if not why:
            return redirect("sharing-consumer", made.pk)
        form.add_error(None, why)
    own = Consumer.objects.filter(kept_by__username=request.user.get_username())
    asked = with_details(applications_of([one.pk for one in own])[:LISTED])
    context = {"consumers": own, "applications": _titled(asked), "form": form}
    return page(request, "mine", 400 if form.errors else 200, **context)


@signed_in
def apply(request: HttpRequest, layer_id: str) -> HttpResponse:
    """``/sharing/{layer}/apply``."""
    caller, layer = caller_of(request), layer_named(layer_id)
    if layer is None or not may_know_of(caller, layer):
        raise Http404(_("没有这个图层。"))
    own = Consumer.objects.filter(kept_by__username=request.user.get_username())
    form = ApplyForm(layer, own, request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("purpose", "legal_basis", "until")}
        consumer = form.cleaned_data["consumer"]
        _made, why = attempted(lambda: actions.apply_for_layer(caller, consumer, form.part, **told))
        if why:
            form.add_error(None, why)
        else:
            said = _("申请已提交，由%(steward)s审批。") % {"steward": layer.steward}
            return done(request, "sharing-mine", said, lambda: None)
    context = {
        "form": form,
        "layer": layer,
        "title": layer_title(layer),
        "has_systems": own.exists(),
    }
    return page(request, "apply", 400 if form.errors else 200, **context)


@signed_in
@require_safe
def consumer(request: HttpRequest, number: int) -> HttpResponse:
    """``/sharing/consumers/{n}``: its keys, what it was granted, how much it reads."""
    return _consumer_page(request, _kept(request, number))


@signed_in
@require_POST
def issue(request: HttpRequest, number: int) -> HttpResponse:
    """A new key: its text stands on this one answer and nowhere else."""
    found, form = _kept(request, number), KeyForm(request.POST)
    if not form.is_valid():
        return _consumer_page(request, found, form=form, status=400)
    _key, text = actions.issue_key(caller_of(request), found, **form.cleaned_data)
    return _consumer_page(request, found, text=text)


@signed_in
@require_POST
def rotate(request: HttpRequest, number: int, key: int) -> HttpResponse:
    """A key in place of another."""
    found = _kept(request, number)
    old = get_object_or_404(ApiKey, pk=key, consumer=found)
    made, why = attempted(lambda: actions.rotate_key(caller_of(request), old))
    if why:
        return _consumer_page(request, found, fault=why, status=400)
    return _consumer_page(request, found, text=made[1], rotated=old)


@signed_in
@require_POST
def revoke(request: HttpRequest, number: int, key: int) -> HttpResponse:
    """The end of a key, at once."""
    found = get_object_or_404(ApiKey, pk=key, consumer=_kept(request, number))
    return done(
        request,
        f"/sharing/consumers/{number}",
        _("密钥 %(key)s 已吊销，即刻失效。") % {"key": found},
        lambda: actions.revoke_key(caller_of(request), found),
    )


@signed_in
@require_POST
def take_back(request: HttpRequest, code: str) -> HttpResponse:
    """The end of an application that nobody has decided."""
    found = next(iter(with_details(applications().filter(code=plain(code)))), None)
    if found is None or not _is_kept(request, found.consumer):
        raise Http404
    return done(
        request,
        "sharing-mine",
        _("申请已撤回。"),
        lambda: actions.take_back_application(caller_of(request), found),
    )


def _kept(request: HttpRequest, number: int) -> Consumer:
    """A system that the reader looks after; others do not exist for them."""
    found = Consumer.objects.filter(pk=number).select_related("kept_by").first()
    if found is None or not _is_kept(request, found):
        raise Http404(_("没有这个系统。"))
    return found


def _is_kept(request: HttpRequest, found: Consumer) -> bool:
    keeper = found.kept_by.get_username() if found.kept_by else ""
    return may_maintain(caller_of(request), keeper)


def _consumer_page(
    request: HttpRequest,
    found: Consumer,
    *,
    form: KeyForm | None = None,
    text: str = "",
    rotated: ApiKey | None = None,
    fault: str = "",
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    counts = (
        AccessCount.objects.filter(who=found.name, key__gt=0, hour__gte=now - COUNTED)
        .values("layer")
        .annotate(requests=Sum("requests"), bytes=Sum("bytes"))
        .order_by("-requests")
    )
    day = timezone.localdate() + timedelta(days=KEY_DAYS)
    context = {
        "consumer": found,
        "keys": [(key, _key_state(key)) for key in found.keys.all()],
        "grants": _titled(found.grants.filter(withdrawn_at=None)),
        "applications": _titled(with_details(applications_of([found.pk])[:LISTED])),
        "counts": [{**row, "title": _title(row["layer"])} for row in counts],
        "form": form or KeyForm(initial={"expires_at": day}),
        "text": text,
        "rotated": rotated,
        "fault": fault,
        "manages": may_manage_sharing(caller_of(request)),
    }
    return page(request, "consumer", status, **context)


def _key_state(key: ApiKey) -> str:
    if key.revoked_at:
        return "revoked"
    return "expired" if key.expires_at and key.expires_at <= timezone.now() else "valid"


def _titled(rows) -> list[tuple]:
    """Rows about layers, each with the layer's title."""
    return [(row, _title(row.layer)) for row in rows]


def _title(layer_id: str) -> str:
    layer = layer_named(layer_id) if layer_id else None
    return layer_title(layer) if layer else layer_id
