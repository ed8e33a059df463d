"""``manage.py translations [--check]``: the English catalogue follows the sources."""

from argparse import ArgumentParser
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from webmap.translation.messages import messages

HEADER = (
    "Project-Id-Version: Tujing",
    "Language: en",
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=UTF-8",
    "Content-Transfer-Encoding: 8bit",
    "Plural-Forms: nplurals=2; plural=(n != 1);",
)
FOLDER = Path(settings.LOCALE_PATHS[0]) / "en" / "LC_MESSAGES"


class Command(BaseCommand):
    """Add new texts to the catalogue, drop old ones, compile it; say what lacks a translation."""

    help = "使英文译文目录与源码一致并编译；--check 只检查"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Read the option."""
        parser.add_argument("--check", action="store_true", help="不改动，有差异则失败")

    def handle(self, *args: Any, **options: Any) -> None:
        """Bring the catalogue up to date, or only look."""
        catalogue = current()
        po, mo = written(catalogue)
        if options["check"]:
            stale = [
                p.name for p, new in ((PO, po), (MO, mo)) if not p.exists() or p.read_bytes() != new
            ]
            if stale or untranslated(catalogue):
                raise CommandError(f"译文未更新：{stale or untranslated(catalogue)[:5]}")
            return
        FOLDER.mkdir(parents=True, exist_ok=True)
        PO.write_bytes(po)
        MO.write_bytes(mo)
        for message in untranslated(catalogue):
            self.stdout.write(f"没有译文：{message}")


PO, MO = FOLDER / "django.po", FOLDER / "django.mo"


def current() -> Catalog:
    """The messages of today's sources with the translations there are."""
    kept = Catalog(locale="en")
    if PO.exists():
        with PO.open("rb") as lines:
            kept = read_po(lines, locale="en")
    fresh = Catalog(locale="en", project="Tujing", fuzzy=False)
    for message in sorted(messages(), key=str):
        key = message if isinstance(message, str) else message[0]
        old = kept.get(key)
        text = old.string if old else ""
        if isinstance(message, tuple) and isinstance(text, str):
            text = (text, text)
        fresh.add(message, text)
    return fresh


def untranslated(catalogue: Catalog) -> list[str]:
    """The messages that have no translation, or a plural without one."""
    return [
        str(message.id) for message in catalogue if message.id and not _complete(message.string)
    ]


def _complete(text: Any) -> bool:
    return bool(text) if isinstance(text, str) else bool(text) and all(text)


class Plain(Catalog):
    """A catalogue with a header of ours: Babel's tells the time and its own version."""

    def __iter__(self) -> Iterator[Message]:
        """The header, then the messages."""
        yield Message("", "".join(f"{line}\n" for line in HEADER))
        yield from self._messages.values()


def written(catalogue: Catalog) -> tuple[bytes, bytes]:
    """The catalogue as source and as compiled; the same for the same messages."""
    plain = Plain(locale="en", fuzzy=False)
    for message in catalogue:
        if message.id:
            plain.add(message.id, message.string)
    po, mo = BytesIO(), BytesIO()
    write_po(po, plain, width=100, omit_header=True)
    write_mo(mo, plain)
    header = "".join(f'"{line}\\n"\n' for line in HEADER)
    return f'msgid ""\nmsgstr ""\n{header}\n'.encode() + po.getvalue(), mo.getvalue()
