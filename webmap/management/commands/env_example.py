"""Write .env.example from the declared variables, or check that it is fresh."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from webmap.startup.example import EXAMPLE_FILE, example_text


class Command(BaseCommand):
    """``manage.py env_example [--check]``."""

    help = "由环境变量的声明生成 .env.example"

    def add_arguments(self, parser: CommandParser) -> None:
        """Only ``--check``."""
        parser.add_argument("--check", action="store_true", help="只检查文件是否为最新")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write or compare."""
        wanted = example_text()
        if not options["check"]:
            EXAMPLE_FILE.write_text(wanted, encoding="utf-8")
            self.stdout.write(f"已生成 {EXAMPLE_FILE.name}")
        elif not EXAMPLE_FILE.exists() or EXAMPLE_FILE.read_text(encoding="utf-8") != wanted:
            raise CommandError(f"{EXAMPLE_FILE.name} 已过时，请运行 manage.py env_example")
