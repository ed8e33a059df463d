"""Who may do what with the account of somebody else: the one place that says so."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser, User


def can_keep_accounts(person: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether this person looks after accounts: administrators do."""
    return isinstance(person, User) and person.is_active and person.is_superuser


def can_reset_password(person: AbstractBaseUser | AnonymousUser, of: User) -> bool:
    """Whether this person may hand out a password for one use: not for themselves, nor for
    somebody whose sign-in is elsewhere.
    """
    return can_keep_accounts(person) and person.pk != of.pk and of.has_usable_password()


def can_remove_second_factor(person: AbstractBaseUser | AnonymousUser, of: User) -> bool:
    """Whether this person may free another of a second factor whose phone is lost."""
    return can_keep_accounts(person) and person.pk != of.pk
