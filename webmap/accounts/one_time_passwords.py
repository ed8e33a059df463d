"""Passwords that an administrator hands out: for one session, within a time, then changed.

A session that ends before another password is chosen is not replaced: whoever else saw the
password would get in by it just as well. An administrator hands out another one.
"""

from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from spatial.city import city
from webmap.models import OneTimePassword
from webmap.web.errors import AccessDenied

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another
GROUPS, GROUP = 4, 4  # 79 bits


@transaction.atomic
def reset_password(user: User) -> str:
    """Give the account a password for one use and return it; sessions end with the old one."""
    password = "-".join(get_random_string(GROUP, LETTERS) for _ in range(GROUPS))
    user.set_password(password)
    user.save(update_fields=["password"])
    require_change(user)
    return password


def require_change(user: User) -> None:
    """Have the owner choose another password at the next sign-in, before anything else."""
    hours = city().accounts.one_time_password_hours
    ends = timezone.now() + timedelta(hours=hours)
    defaults = {"expires_at": ends, "used_at": None}
    OneTimePassword.objects.update_or_create(user=user, defaults=defaults)


def is_expired(handed_out: OneTimePassword) -> bool:
    """Whether its time is over."""
    return handed_out.expires_at <= timezone.now()


def check_not_void(user: User) -> None:
    """Let a right password sign in, unless it was handed out and has been used or has expired.

    Raises:
        AccessDenied: it has.
    """
    handed_out = OneTimePassword.objects.filter(user=user).first()
    if handed_out is None:
        return
    if handed_out.used_at:
        raise AccessDenied(_("一次性密码已经用过，请管理员重新给一个。"))
    if is_expired(handed_out):
        raise AccessDenied(_("一次性密码已过期，请管理员重新给一个。"))


def use_up(user: User) -> bool:
    """Void a password that was handed out, for it has opened a session; whether it was one.

    Raises:
        AccessDenied: another session has been opened by it, or it has expired.
    """
    unused = OneTimePassword.objects.filter(user=user, used_at=None, expires_at__gt=timezone.now())
    is_used = unused.update(used_at=timezone.now()) > 0  # of two at once, one
    if not is_used:
        check_not_void(user)
    return is_used
