"""Passwords that an administrator hands out: for one sign-in, within a time, then changed."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string

from spatial.city import city
from webmap.models import OneTimePassword

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
    OneTimePassword.objects.update_or_create(user=user, defaults={"expires_at": ends})


def is_expired(user: User) -> bool:
    """Whether the password was handed out and its time is over."""
    kept = OneTimePassword.objects.filter(user=user).first()
    return kept is not None and kept.expires_at <= timezone.now()


def password_chosen(user: User) -> None:
    """The owner has chosen a password."""
    OneTimePassword.objects.filter(user=user).delete()
