"""Who holds what: a run that is alive holds its own lock, a commit that of its register.

PostgreSQL's advisory locks end with the session, so a worker that was killed or cut off
holds nothing, whatever it left written.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import Error, connection

RUN, REGISTER, REVIEW = 0x7475_6A01, 0x7475_6A02, 0x7475_6A03
_own: set[int] = set()


@contextmanager
def alive(run_id: int) -> Iterator[None]:
    """Hold the run's lock for as long as this process works on it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [RUN, run_id])
    _own.add(run_id)
    try:
        yield
    finally:
        _own.discard(run_id)
        _release(run_id)


def is_alive(run_id: int) -> bool:
    """Whether some process, or this one, is at work on the run."""
    if run_id in _own:
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [RUN, run_id])
        gained = cursor.fetchone()[0]
    if gained:
        _release(run_id)
    return not gained


def is_register_free(register: str) -> bool:
    """Take the register's commit lock for this transaction if nobody holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [REGISTER, register])
        return cursor.fetchone()[0]


def wait_for_register(register: str) -> None:
    """Take the register's commit lock for this transaction, after whoever holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [REGISTER, register])


def lock_review(run_id: int) -> None:
    """One decision on a run at a time, until the end of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [REVIEW, run_id])


def _release(run_id: int) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [RUN, run_id])
    except Error:
        connection.close()  # the session is gone, and its locks with it
