"""A database of a bench's own on the server in DATABASE_URL, whose owner may make databases.

The tests' cluster is one: DATABASE_URL=$(script/database --tests url) and OWNER_DATABASE_URL=$(…
owner-url). Statements are the owner's, commands and programs the site's.
"""

import os
import subprocess
import sys
from types import TracebackType

from django.conf import settings

from tests.running.databases import connect, logins, url


class Server:
    """The bench's own database."""

    def __init__(self) -> None:
        self.database = f"import_bench_{os.getpid()}"
        owner = logins()[1]
        self.login = {k: owner[k.upper()] for k in ("user", "host", "port", "password")}
        self.login = {k: v for k, v in self.login.items() if v}
        self.env = {**os.environ, "DATABASE_URL": url(self.database)}

    def run(self, sql: str, database: str = "") -> None:
        server = connect(database or self.database)
        server.ask(sql)
        server.close()

    def manage(self, *arguments: str) -> None:
        command = [sys.executable, "manage.py", *arguments]
        subprocess.run(
            command, cwd=settings.BASE_DIR, env=self.env, check=True, stdout=subprocess.DEVNULL
        )

    def program(self, text: str, *arguments: object) -> None:
        command = [sys.executable, "-c", text, *map(str, arguments)]
        subprocess.run(command, cwd=settings.BASE_DIR, env=self.env, check=True)

    def __enter__(self):
        self.run(f"CREATE DATABASE {self.database} TEMPLATE template1", "postgres")
        try:
            self.manage("migrate")
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, _kind: type | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.run(f"DROP DATABASE {self.database} WITH (FORCE)", "postgres")
