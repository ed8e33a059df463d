"""Pages of somebody who has signed in before: signing in itself has its own tests."""

from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client


def let_in(visit, user: User) -> None:
    """Give the page a session of this user."""
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    visit.page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": visit.base}]
    )


def open_as(visit, name: str, path: str) -> None:
    """Go to a path as the user of this name, whoever was there before."""
    visit.page.context.clear_cookies()
    let_in(visit, User.objects.get(username=name))
    visit.page.goto(visit.base + path)
