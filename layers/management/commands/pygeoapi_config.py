"""Write pygeoapi-config.yml from the layer declarations, or check that it is fresh."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from layers.ogc.server.config import CONFIG_FILE, config_text


class Command(BaseCommand):
    """``manage.py pygeoapi_config [--check]``."""

    help = "由图层声明生成 pygeoapi-config.yml"

    def add_arguments(self, parser: CommandParser) -> None:
        """Only ``--check``."""
        parser.add_argument("--check", action="store_true", help="只检查文件是否为最新")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write or compare."""
        wanted = config_text()
        if not options["check"]:
            CONFIG_FILE.write_text(wanted, encoding="utf-8")
            self.stdout.write(f"已生成 {CONFIG_FILE.name}")
        elif not CONFIG_FILE.exists() or CONFIG_FILE.read_text(encoding="utf-8") != wanted:
            raise CommandError(f"{CONFIG_FILE.name} 已过时，请运行 manage.py pygeoapi_config")
