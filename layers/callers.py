"""Who is behind a request, in the terms of ``layers.access``."""

from django.http import HttpRequest

from layers.access import ANONYMOUS, Caller


def caller_of(request: HttpRequest) -> Caller:
    """The caller: nobody, or the signed-in user with their groups as roles."""
    user = request.user
    if not user.is_authenticated:
        return ANONYMOUS
    roles = frozenset(user.groups.values_list("name", flat=True))
    return Caller(user.get_username(), roles, user.is_superuser)
