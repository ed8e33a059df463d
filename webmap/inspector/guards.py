"""Who may use the phone's end points."""

from functools import wraps
from typing import Any

from django.http.response import HttpResponseBase
from django.utils.translation import gettext_noop

from webmap.inspector.profession import may_patrol
from webmap.web.errors import View, answering, as_json
from webmap.web.guards import StaffRequest, with_roles


def phone(view: View) -> View:
    """Only for inspectors. 401 says: sign in, then send again; the phone keeps what it has."""

    @answering(as_json)
    @with_roles(may_patrol, gettext_noop("该账号不是监督员，请换账号登录"))
    @wraps(view)
    def guarded(request: StaffRequest, *args: Any, **named: Any) -> HttpResponseBase:
        return view(request, *args, **named)

    return guarded
