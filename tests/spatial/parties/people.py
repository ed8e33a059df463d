"""People, departments and posts for tests."""

from datetime import date, timedelta
from typing import Any

from django.contrib.auth.models import Group, User
from django.utils import timezone

from spatial.parties.models import Department, Member, Post

START = date(2020, 1, 1)
HOUR = timedelta(hours=1)


def person(name: str, *roles: str, **more: Any) -> User:
    user = User.objects.create_user(name, **more)
    user.groups.set([Group.objects.get_or_create(name=role)[0] for role in roles])
    return user


def department(code: str, name: str = "", since: date = START) -> Department:
    return Department.objects.create(code=code, name=name or f"{code}局", valid_from=since)


def post(code: str, **more: Any) -> Post:
    return Post.objects.create(code=code, title=code, valid_from=START, **more)


def member(user: User, where: Department | None = None, at: Post | None = None, **more: Any):
    since = more.pop("valid_from", START)
    return Member.objects.create(user=user, department=where, post=at, valid_from=since, **more)


def today() -> date:
    return timezone.localdate()
