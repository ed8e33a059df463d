"""``manage.py make_sealing_keys``: the first keys of an installation; none that is there is touched."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from spatial.sealed.errors import SealingError
from spatial.sealed.keys import INDEX, TOKEN, folder, keyring, make_key

FIRST = (TOKEN, INDEX, "vault-1")


class Command(BaseCommand):
    """Makes what a database without sealed values lacks, and checks the keys of any other."""

    help = "生成个人信息密封密钥（已有的不动） / make the keys of sealed personal values"

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it.

        Raises:
            CommandError: the database was sealed with keys that are not there, or are others.
        """
        missing = [name for name in FIRST if not (folder() / f"{name}.key").exists()]
        if not _knows_keys():
            for name in missing:
                self.stdout.write(f"已生成 / made: {make_key(name)}")
        try:
            if _has_table():
                keyring()
        except SealingError as error:
            raise CommandError(str(error)) from error


def _has_table() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('sealed_sealingkey') IS NOT NULL")
        return cursor.fetchone()[0]


def _knows_keys() -> bool:
    if not _has_table():
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM sealed_sealingkey)")
        return cursor.fetchone()[0]
