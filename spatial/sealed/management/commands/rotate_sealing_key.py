"""``manage.py rotate_sealing_key [--make | --status]``: the vault under a new key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from spatial.sealed.errors import SealingError
from spatial.sealed.rotation import is_rotating, make_next_key, rewrite, sealed_by


class Command(BaseCommand):
    """Makes the next key and rewrites the vault; where a rotation was broken off it goes on."""

    help = "更换密封密钥并重写密文；中断后再次运行可续做 / rotate the key of sealed personal values"

    def add_arguments(self, parser: CommandParser) -> None:
        """Half of it, for several machines; or only what stands."""
        only = parser.add_mutually_exclusive_group()
        only.add_argument(
            "--make",
            action="store_true",
            help="只生成新密钥，供先复制到其他机器 / make the key only, to be copied to other machines",
        )
        only.add_argument("--status", action="store_true", help="只列出各密钥所密封的条数")

    def handle(self, *args: Any, make: bool, status: bool, **options: Any) -> None:
        """Do it.

        Raises:
            CommandError: a key is lost or wrong, or a ciphertext is broken; what is rewritten
                stays so.
        """
        try:
            if status:
                return self._say_status()
            if make or not is_rotating():
                self.stdout.write(f"新密钥 / new key: vault-{make_next_key()}.key")
            if not make:
                count = rewrite(progress=lambda n: self.stdout.write(f"已重写 / rewritten: {n}"))
                self.stdout.write(f"完成，共 {count} 条 / done")
                self._say_status()
        except SealingError as error:
            raise CommandError(str(error)) from error
        return None

    def _say_status(self) -> None:
        for number, count in sealed_by().items():
            self.stdout.write(f"vault-{number}.key: {count}")
