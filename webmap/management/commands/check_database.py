"""``manage.py check_database``: is the database there, new enough, of this release? One line."""

import re
import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection

from webmap.startup.history import history_fault

LEAST_POSTGRESQL = 15
LEAST_POSTGIS = (3, 3)
REQUIRED = ("postgis", "pg_trgm")


class Command(BaseCommand):
    """Print the versions, or what is wrong and what to do, and exit with 1."""

    help = "检查数据库能否连接，PostgreSQL 与扩展的版本是否够新，迁移能否继续"
    requires_system_checks: list = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Look, and say it in one line."""
        try:
            server, extensions = installed()
        except (DatabaseError, ValueError) as error:
            fault = f"数据库连不上：{first_line(error)} → 请检查 DATABASE_URL，或运行 script/setup"
        else:
            fault = fault_in(server, extensions) or history_fault(connection)
        if fault:
            self.stderr.write(f"✗ {fault}")
            sys.exit(1)
        self.stdout.write(
            f"✓ 数据库正常：PostgreSQL {server}，PostGIS {extensions['postgis']}，"
            f"pg_trgm {extensions['pg_trgm']}"
        )


def installed() -> tuple[str, dict[str, str]]:
    """The server's version and the versions of the database's extensions, by name."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        server = cursor.fetchone()[0].split()[0]
        cursor.execute("SELECT extname, extversion FROM pg_extension")
        return server, dict(cursor.fetchall())


def fault_in(server: str, extensions: dict[str, str]) -> str:
    """What is too old or missing, with what to do; '' if all is well.

    >>> fault_in("15.8", {"postgis": "3.3.2", "pg_trgm": "1.6"})
    ''
    """
    if int(re.match(r"\d*", server)[0] or 0) < LEAST_POSTGRESQL:  # type: ignore[index]
        return f"PostgreSQL {server} 过旧，需要 {LEAST_POSTGRESQL} 或更高 → 请升级数据库"
    for name in REQUIRED:
        if name not in extensions:
            return f"数据库缺少扩展 {name} → 请在该数据库中执行 CREATE EXTENSION {name}"
    postgis = tuple(int(part) for part in extensions["postgis"].split(".")[:2])
    if postgis < LEAST_POSTGIS:
        least = ".".join(map(str, LEAST_POSTGIS))
        return f"PostGIS {extensions['postgis']} 过旧，需要 {least} 或更高 → 请升级 PostGIS"
    return ""


def first_line(error: Exception) -> str:
    """What the error says first."""
    return str(error).strip().split("\n")[0] or type(error).__name__
