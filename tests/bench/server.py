"""A database of a bench's own, beside the one in DATABASE_URL."""

import os
import subprocess
import sys
from types import TracebackType
from urllib.parse import urlencode

import psycopg2
from django.conf import settings
from django.db import connection


class Server:
    """The bench's own database."""

    def __init__(self) -> None:
        self.database = f"import_bench_{os.getpid()}"
        given = connection.settings_dict
        self.login = {
            k: v
            for k, v in {
                "user": given["USER"],
                "host": given["HOST"],
                "port": given["PORT"],
                "password": given["PASSWORD"],
            }.items()
            if v
        }
        place = urlencode({k: v for k, v in self.login.items() if k in ("host", "port")})
        self.env = {
            **os.environ,
            "DATABASE_URL": f"postgresql://{given['USER']}@/{self.database}?{place}",
            "PGPASSWORD": given["PASSWORD"],
        }

    def run(self, sql: str, database: str = "") -> None:
        session = psycopg2.connect(dbname=database or self.database, **self.login)
        session.autocommit = True
        with session.cursor() as cursor:
            cursor.execute(sql)
        session.close()

    def manage(self, *arguments: str) -> None:
        command = [sys.executable, "manage.py", *arguments]
        subprocess.run(
            command, cwd=settings.BASE_DIR, env=self.env, check=True, stdout=subprocess.DEVNULL
        )

    def program(self, text: str, *arguments: object) -> None:
        command = [sys.executable, "-c", text, *map(str, arguments)]
        subprocess.run(command, cwd=settings.BASE_DIR, env=self.env, check=True)

    def __enter__(self):
        self.run(f"CREATE DATABASE {self.database}", "postgres")
        try:
            for name in ("postgis", "pg_trgm", "btree_gist"):
                self.run(f"CREATE EXTENSION {name}")
            self.manage("migrate")
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, _kind: type | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.run(f"DROP DATABASE {self.database} WITH (FORCE)", "postgres")
