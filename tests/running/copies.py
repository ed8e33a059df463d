"""The database of pytest's tests: fresh copies in the place of tables that are emptied."""

from collections.abc import Iterator

import pytest

from tests.running.databases import Copy, connect, template, town_template, use

TOWN, OWNER = "town", "owner"


class Copies:
    """What a worker works in: a copy of the empty city, and one of the town for who asks for it."""

    wanted = ""
    as_owner = False

    def __init__(self, config: pytest.Config) -> None:
        self.server = connect()
        anew, older = config.getvalue("create_db"), config.getvalue("reuse_db")
        self.empty = template(self.server, anew=anew, older=older)
        self.made: dict[str, Copy] = {}

    def current(self) -> Copy:
        """The copy that the test at hand wants."""
        if self.wanted not in self.made:
            kept = town_template(self.server, self.empty) if self.wanted else self.empty
            self.made[self.wanted] = Copy(self.server, kept, self.wanted)
        return self.made[self.wanted]

    def drop(self) -> None:
        """At the end of the run."""
        use("postgres")
        for copy in self.made.values():
            copy.drop()
        self.server.close()


@pytest.fixture(scope="session")
def copies(
    request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker
) -> Iterator[Copies]:
    """The copies of this worker."""
    with django_db_blocker.unblock():
        made = Copies(request.config)
    yield made
    with django_db_blocker.unblock():
        made.drop()


@pytest.fixture(scope="session")
def django_db_setup(copies: Copies) -> Iterator[None]:
    """Each test begins in a copy that no test has committed to."""
    from django.test import TransactionTestCase

    prepare = TransactionTestCase._pre_setup.__func__

    def _pre_setup(cls: type) -> None:
        copies.current().enter(as_owner=copies.as_owner)
        prepare(cls)

    def _fixture_teardown(self: TransactionTestCase) -> None:
        copies.current().is_spoiled = True

    _warm()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_pre_setup", classmethod(_pre_setup))
        patch.setattr(TransactionTestCase, "_fixture_teardown", _fixture_teardown)
        yield


def _warm() -> None:
    """Import every page now: the first test that asks for one shall not seem to be long."""
    from django.urls import get_resolver

    assert get_resolver().url_patterns


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before the database is entered: whether this test asks for the town, or for the owner."""
    names = getattr(item, "fixturenames", ())
    Copies.wanted = TOWN if TOWN in names else ""
    Copies.as_owner = OWNER in names
