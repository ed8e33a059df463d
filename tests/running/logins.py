"""Statements of the site's login, and tests that make sense only where it is one of three."""

import pytest
from django.db import DatabaseError, connection, transaction

from tests.running.databases import logins

three_logins = pytest.mark.skipif(
    logins()[0] == logins()[1], reason="one login for the site and the owner"
)


def refusal(sql: str, *parameters: object) -> str:
    """Why the database refuses a statement; '' if it does not."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, parameters or None)
    except DatabaseError as error:
        return str(error)
    return ""


def rows(sql: str, *parameters: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()
