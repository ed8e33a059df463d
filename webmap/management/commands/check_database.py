"""``manage.py check_database``: is the database there, new enough, of this release? One line."""

import re
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection

from spatial.versions.logins import OWNER, SITE, as_owner
from webmap.startup.history import history_fault

LEAST_POSTGRESQL = 15
LEAST_POSTGIS = (3, 3)
REQUIRED = ("postgis", "pg_trgm")
TOO_MUCH = """
SELECT r.rolname, r.rolname = %s AND (r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolbypassrls
    OR EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
        WHERE m.member = r.oid AND (g.rolname = %s OR g.rolname !~ '^tujing_[a-z0-9_]+_[0-9a-f]{8}$')))
FROM pg_roles r WHERE r.rolname = current_user
"""
MISSING = "SELECT n FROM unnest(%s) n WHERE n NOT IN (SELECT rolname FROM pg_roles) ORDER BY n"
OWNERSHIP = """
SELECT current_user, r.rolcreaterole OR r.rolsuper, pg_has_role(current_user, d.datdba, 'USAGE')
FROM pg_roles r, pg_database d WHERE r.rolname = current_user AND d.datname = current_database()
"""


class Command(BaseCommand):
    """Print the versions, or what is wrong and what to do, and exit with 1."""

    help = "检查数据库能否连接，PostgreSQL 与扩展的版本是否够新，迁移能否继续"
    requires_system_checks: list = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Look, and say it in one line."""
        try:
            server, extensions = installed()
        except (DatabaseError, ValueError) as error:
            fault = missing_role() or (
                f"数据库连不上：{first_line(error)} → 请检查 DATABASE_URL，或运行 script/setup"
            )
        else:
            fault = fault_in(server, extensions) or login_fault() or history()
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


def history() -> str:
    """What keeps the migrations from going on; '' if nothing does."""
    with as_owner():
        return history_fault(connection)


def missing_role() -> str:
    """The login that the server lacks, as far as its owner can be asked; '' if none is."""
    try:
        return owner_fault()
    except DatabaseError:
        return ""  # the server itself is away


def login_fault() -> str:
    """What the logins lack or have too much of; '' where there is one login for all."""
    if settings.OWNER_DATABASE() is None:
        return ""
    with connection.cursor() as cursor:
        cursor.execute(TOO_MUCH, [SITE, OWNER])
        name, may_too_much = cursor.fetchone()
    if name != SITE:
        return f"DATABASE_URL 的登录是 {name} → 应为 {SITE}（script/logins.sql）"
    if may_too_much:
        return f"登录 {SITE} 权限过大 → 请在该数据库中执行 script/logins.sql，并收回多给的角色"
    try:
        return owner_fault()
    except DatabaseError as error:
        return f"属主连不上：{first_line(error)} → 请检查 OWNER_DATABASE_URL"


def owner_fault() -> str:
    """As the owner: which role is missing, or does not own the database; '' if all is well."""
    if settings.OWNER_DATABASE() is None:
        return ""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(MISSING, [[OWNER, SITE]])
        names = [name for (name,) in cursor.fetchall()]
        cursor.execute(OWNERSHIP)
        login, may_make_roles, owns = cursor.fetchone()
    for name in names:
        return f"角色 {name} 缺失 → 请管理员在该数据库中执行 script/logins.sql"
    if not may_make_roles or not owns:
        return (
            f"OWNER_DATABASE_URL 的登录 {login} 不是数据库的属主，或不能建立角色"
            " → 请管理员在该数据库中执行 script/logins.sql"
        )
    return ""


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
