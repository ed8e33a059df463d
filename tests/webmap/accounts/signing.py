"""Signing in with a second factor, as a person with an authenticator does."""

import re
import time

import pyotp

from webmap.accounts import second_factors

LOGIN, CODE, SETUP = "/accounts/login/", "/accounts/login/code", "/accounts/second-factor/"
RIGHT = "right-one-once"


def sign_in(client, name="lin", password=RIGHT, **more):
    return client.post(LOGIN, {"username": name, "password": password}, **more)


def enrolled(user) -> tuple[str, list[str]]:
    """Give the user a second factor; its secret and the recovery codes."""
    second_factors.begin(user)
    secret = second_factors.secret_of(second_factors.pending(user))
    return secret, second_factors.confirm(user, code_of(secret, -1))


def code_of(secret: str, step: int = 0) -> str:
    """What the authenticator shows, so many steps from now."""
    return pyotp.TOTP(secret).at(time.time() + 30 * step)


def secret_in(page: str) -> str:
    """The secret that the page shows for typing in."""
    return re.search(r'class="secret">([^<]+)<', page)[1].replace(" ", "")
