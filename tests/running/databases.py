"""The databases of a test run: one made by the migrations, and a copy of it for each worker.

The template is named after everything that shapes it, is made once and stays in the cluster. A
worker copies it in a fraction of a second, at the start and after each test that commits.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("spatial", "grid", "layers", "importers", "webmap")
# What a migrate reads beside the code that is imported: rule tables, calendars, the lock file.
SHAPING = ("data/**/*", "uv.lock", "tests/*.py", "tests/running/databases.py")
TOWN, RAW = "_town", "_raw"  # what follows a template's name
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "alone")


def checkout() -> str:
    """A short name of this folder and of the apps that are installed.

    A server shared by several checkouts needs it, and settings that install one app more.
    """
    return sha256(f"{ROOT}{_own_folder() or ''}".encode()).hexdigest()[:8]


def _own_folder() -> Path | None:
    """The folder of settings that install an app of their own; None for the common settings."""
    module = os.environ.get("DJANGO_SETTINGS_MODULE", "tests.settings")
    folder = ROOT.joinpath(*module.split(".")[:-1])
    return None if folder == ROOT / "tests" else folder


def fingerprint() -> str:
    """A hash of what shapes a migrated database."""
    paths = [path for pattern in SHAPING for path in ROOT.glob(pattern)]
    for floor in FLOORS:
        paths += (ROOT / floor).rglob("*.py")
    if own := _own_folder():
        paths += own.rglob("*.py")
    found = sha256()
    for path in sorted(path for path in paths if path.is_file()):
        found.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return found.hexdigest()[:12]


class Server:
    """A login to the server on the side, for what cannot be done from inside a database."""

    def __init__(self, given: dict[str, Any], name: str = "postgres") -> None:
        import psycopg2

        self.line = psycopg2.connect(
            dbname=name,
            user=given["USER"],
            password=given["PASSWORD"] or None,
            host=given["HOST"] or None,
            port=given["PORT"] or None,
        )
        self.line.autocommit = True

    def ask(self, sql: str, *parameters: Any) -> list[tuple]:
        """Run a statement; returns its rows."""
        with self.line.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall() if cursor.description else []

    def has(self, name: str) -> bool:
        """Whether a database is there."""
        return bool(self.ask("SELECT 1 FROM pg_database WHERE datname = %s", name))

    def drop(self, name: str) -> None:
        """Drop a database, whoever is connected to it."""
        self.ask(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def copy(self, template: str, name: str) -> None:
        """Make a database anew as a copy of another."""
        self.drop(name)
        self.ask(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')

    def hold(self, name: str) -> None:
        """Keep a template from being dropped by another run, until this login ends."""
        self.ask("SELECT pg_advisory_lock_shared(hashtext(%s), 1)", name)

    def is_free(self, name: str) -> bool:
        """Whether no other run holds a template, or is making it."""
        taken = "SELECT pg_try_advisory_xact_lock(hashtext(%s), 1)"
        return bool(self.ask(taken, name)[0][0])

    def own_name(self, suffix: str = "") -> str:
        """A name that no other run on this server has now: a second run gets a number."""
        stem = "_".join(filter(None, ("test", checkout(), WORKER, suffix)))
        number, name = 1, stem
        while not self.ask("SELECT pg_try_advisory_lock(hashtext(%s))", name)[0][0]:
            number += 1
            name = f"{stem}_{number}"
        return name

    def close(self) -> None:
        """Give up the names too."""
        self.line.close()

    @contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """One process at a time, on the whole server."""
        self.ask("SELECT pg_advisory_lock(hashtext(%s))", name)
        try:
            yield
        finally:
            self.ask("SELECT pg_advisory_unlock(hashtext(%s))", name)


def connect(name: str = "postgres") -> Server:
    """The server that the settings name, as the login that may make databases."""
    return Server(logins()[1], name)


def owner_rows(sql: str, *parameters: Any) -> list[tuple]:
    """Run a statement in the test's database as its owner, at once; returns its rows."""
    from django.db import connection

    server = connect(connection.settings_dict["NAME"])
    try:
        return server.ask(sql, *parameters)
    finally:
        server.close()


@cache
def logins() -> tuple[dict[str, Any], dict[str, Any]]:
    """The site's login and the owner's, which are one where the settings name one."""
    from django.conf import settings

    site = dict(settings.DATABASES["default"])  # which ``work_as`` changes
    return site, settings.OWNER_DATABASE() or site


def url(name: str, login: dict[str, Any] | None = None) -> str:
    """The address of a database of this server, for the site's login if for no other."""
    login = login or logins()[0]
    who = ":".join(quote(login[key], safe="") for key in ("USER", "PASSWORD") if login[key])
    place = urlencode({k: login[k.upper()] for k in ("host", "port") if login[k.upper()]})
    return f"postgresql://{who}@/{name}?{place}"


def work_as(login: dict[str, Any]) -> None:
    """Have Django work as that login from now on."""
    from django.db import connection

    from spatial.versions.logins import LOGIN_KEYS

    if connection.settings_dict["USER"] != login["USER"]:
        connection.close()
        connection.settings_dict |= {key: login[key] for key in LOGIN_KEYS}


def template(server: Server, *, anew: bool = False, older: bool = False) -> str:
    """The name of the template of this code; made by whoever comes first.

    ``anew`` makes it unless another worker has it, ``older`` takes that of an earlier state of
    the code.
    """
    found = templates(server)
    if older and not anew and found:
        server.hold(found[0])
        return found[0]
    name = f"template_{checkout()}_{fingerprint()}"
    with server.locked(name):
        if (anew and server.is_free(name)) or not server.has(name):
            for each in _beginning(server, f"template_{checkout()}_"):
                if server.is_free(each):
                    server.drop(each)
            _make(server, name, "template1", _migrate)  # which has the extensions
        server.hold(name)
    return name


def town_template(server: Server, empty: str) -> str:
    """The name of the template that holds the town of ``tests/town.py`` besides.

    Written anew each day: when its changes were recorded is a fact of the town too.
    """
    name = f"{empty}{TOWN}{date.today():%Y%m%d}"
    with server.locked(name):
        if not server.has(name):
            _make(server, name, empty, _write_town)
        server.hold(name)
    return name


def templates(server: Server) -> list[str]:
    """The templates of this checkout that are there, the newest first."""
    return [
        name
        for name in _beginning(server, f"template_{checkout()}_")
        if TOWN not in name and not name.endswith(RAW)
    ]


def _beginning(server: Server, start: str) -> list[str]:
    found = server.ask(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY oid DESC", start
    )
    return [name for (name,) in found]


def _make(server: Server, name: str, origin: str, fill: Callable[[], object]) -> None:
    """Fill a database; it takes its name in the end, so that half of one is never used."""
    from django.db import connection

    from spatial.versions.logins import as_owner

    raw = f"{name}{RAW}"
    server.hold(raw)
    server.copy(origin, raw)
    with using(raw):
        fill()
        with as_owner(), connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    server.ask(f'ALTER DATABASE "{raw}" RENAME TO "{name}"')


def _migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)


def _write_town() -> None:
    from django_tasks_db.models import DBTaskResult

    from spatial.base.models import District
    from spatial.versions.districts import renew
    from tests.caches import forget_everything
    from tests.town import make_town

    forget_everything()
    make_town()
    renew(District)
    DBTaskResult.objects.all().delete()  # of that renewal; nothing is left to do
    forget_everything()


@contextmanager
def using(name: str) -> Iterator[None]:
    """Have Django work in that database for a while."""
    from django.db import connection

    before = connection.settings_dict["NAME"]
    use(name)
    try:
        yield
    finally:
        use(before)


def use(name: str) -> None:
    """Have Django work in that database."""
    from django.conf import settings
    from django.db import connection

    connection.close()
    settings.DATABASES[connection.alias]["NAME"] = name
    connection.settings_dict["NAME"] = name


class Copy:
    """A copy of a template, made anew once a test has committed to it."""

    def __init__(self, server: Server, template: str, suffix: str = "") -> None:
        self.server, self.template = server, template
        self.name = server.own_name(suffix)
        self.is_spoiled = True

    def enter(self, *, as_owner: bool = False) -> None:
        """Have Django work in it; fresh, if a test has committed since it was made."""
        from django.db import connection

        from layers.reading import connections

        work_as(logins()[as_owner])
        if self.is_spoiled or connection.settings_dict["NAME"] != self.name:
            connections.drop(connections.PRIMARY)
            use(self.name)
        if self.is_spoiled:
            self.server.copy(self.template, self.name)
            self.is_spoiled = False

    def drop(self) -> None:
        """At the end of the run."""
        self.server.drop(self.name)


def main() -> None:
    """Make the template, if it is not there."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    server = connect()
    town_template(server, template(server))


if __name__ == "__main__":
    main()
