"""Who may open the pages of a procedure, and which procedure an address names."""

from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from spatial.casework.actors import Actor
from spatial.casework.consulting import can_consult
from spatial.casework.models import Matter
from spatial.casework.policies import can_begin
from spatial.casework.procedures import Procedure
from spatial.casework.queries import visible_matters
from spatial.casework.texts import plain
from webmap.web.errors import View
from webmap.web.guards import check, signed_in
from webmap.web.procedure_pages import ProcedurePages
from webmap.web.professions import Profession, procedure_pages

NO_PART = gettext_noop("这项业务只对参与办理的人员和部门开放。")


class MatterRequestContext(HttpRequest):
    """A request about matters of one procedure, by somebody who has a part in it."""

    actor: Actor
    profession: Profession
    pages: ProcedurePages
    procedure: Procedure


def of_procedure(view: View) -> View:
    """Only for people who have a part in the procedure that the address names."""

    @signed_in
    @wraps(view)
    def guarded(
        request: MatterRequestContext, procedure: str, *args: Any, **named: Any
    ) -> HttpResponseBase:
        found = procedure_pages(procedure)
        if found is None:
            raise Http404(_("没有这项业务"))
        request.profession, request.pages = found
        request.procedure = request.pages.declared
        request.actor = request.pages.actor(request)
        # A department without a role is shown what it was asked.
        check(request.pages.may_enter(request) or has_department(request.actor), NO_PART)
        return view(request, *args, **named)

    return guarded


def has_department(actor: Actor) -> bool:
    """Whether somebody answers for a department, in the own right or as a deputy."""
    return any(one.department for one in actor.capacities)


def matter_shown(request: MatterRequestContext, code: str) -> Matter:
    """The matter of that number. Raises Http404: there is none that this one may see."""
    seen = visible_matters(request.procedure, request.actor)
    if (matter := seen.filter(code=plain(code)).first()) is None:
        raise Http404(_("没有这件事项，或不在您的办理范围"))
    return matter


def may_have_part(request: MatterRequestContext, situation: Any) -> bool:
    """Whether this one may begin a part of a matter: it must end before the matter can."""
    procedure, actor = request.procedure, request.actor
    return can_begin(procedure, actor) and can_consult(procedure, situation, actor)
