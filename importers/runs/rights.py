"""Whether the person for whom a run is acted upon may do so, asked when it is done.

A job may wait long, and who asked for it may have lost the right meanwhile; a command may name
an official whose right it is not. Both ask here, and what is refused is written down.
"""

from collections.abc import Callable

from django.apps import apps
from django.contrib.auth.models import User

from importers.errors import DeliveryRefused
from importers.models import ImportRun
from layers.access.access import Caller, may_deliver, may_undo
from layers.declarations.declarations import Layer
from layers.declarations.refusals import why_not_delivered
from layers.declarations.registry import layer_named, layer_of_register
from layers.sharing.callers import caller_of_user
from layers.sharing.refused_writes import record_refused
from spatial.versions.audiences import register_in
from spatial.versions.queries import names_counted


def check_may_deliver(who: str, layer_id: str, *, needs_account: bool = False) -> None:
    """Whether a delivery of a layer may be taken in for a person.

    A name without an account passes, as that of whoever works on the server itself, unless
    it ``needs_account``: then the account was deleted, and is nobody's.

    Raises:
        DeliveryRefused: it may not.
    """
    layer = layer_named(layer_id)
    if layer:
        _check(who, layer, "import", lambda caller: may_deliver(caller, layer), needs_account)


def check_may_undo(who: str, run_id: int, *, needs_account: bool = False) -> None:
    """Whether a run may be undone for a person, in every register that it touched.

    Raises:
        DeliveryRefused: it may not.
    """
    run = ImportRun.objects.filter(pk=run_id).first()
    layer = layer_named(run.layer) if run else None
    if run and layer:
        touched = layers_touched(run)
        _check(who, layer, "undo", lambda caller: may_undo(caller, touched), needs_account)


def layer_id_of(run_id: int) -> str:
    """The id of the layer of a run; '' if there is no such run."""
    return ImportRun.objects.filter(pk=run_id).values_list("layer", flat=True).first() or ""


def layers_touched(run: ImportRun) -> list[Layer | None]:
    """The layers of the registers that a run changed, its own first; None: a register of no layer.

    Cells, for example, rewrite the components within them.
    """
    own = layer_named(run.layer)
    names = names_counted([run.change_id])[run.change_id] if run.change_id else ()
    others = sorted(set(map(register_in, names)) - {own.register if own else ""})
    return [own, *(_layer_of(register) for register in others)]


def _layer_of(register: str) -> Layer | None:
    try:
        return layer_of_register(apps.get_model(register))
    except KeyError:
        return None


def _check(
    who: str, layer: Layer, operation: str, may: Callable[[Caller], bool], needs_account: bool
) -> None:
    user = User.objects.filter(username=who).first() if who else None
    may_pass = may(caller_of_user(user)) if user else not (who and needs_account)
    if may_pass:
        return
    reason = why_not_delivered(layer)
    record_refused(who, operation, layer=layer.id, reason=reason)
    raise DeliveryRefused(reason)
