"""``manage.py document_templates [FOLDER]``: try templates of documents; put a city's own in force."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from webmap.documents.errors import TemplateFault


class Command(BaseCommand):
    """Compiles every kind of document with awkward data; only what compiles comes into force."""

    help = "试编译文档模板；给出目录时，全部通过才启用其中的模板，否则原模板继续有效。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where the city's templates are."""
        parser.add_argument(
            "folder", nargs="?", type=Path, help="本市模板（*.typ、kinds.toml）所在目录"
        )

    def handle(self, *args: Any, **given: Any) -> None:
        """Try, and if a folder is named, put it in force."""
        from webmap.documents.installing import check_templates, install_templates

        folder: Path | None = given["folder"]
        try:
            names = install_templates(folder) if folder else []
            if not folder:
                check_templates()
        except TemplateFault as error:
            kept = "；原模板继续有效" if folder else ""
            raise CommandError(f"{error}{kept}") from None
        said = f"已启用：{'、'.join(names)}" if folder else "全部模板可编译"
        self.stdout.write(said)
