"""A city's templates: tried aside, then put in force all at once, or not at all."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.utils.translation import gettext as _

from webmap.documents.errors import TemplateFault
from webmap.documents.samples import awkward
from webmap.documents.templates import KINDS, folders, kinds
from webmap.documents.typesetting import typeset


def check_templates(own: Path | None = None) -> None:
    """Compile every kind with awkward data; ``own`` would stand over the templates in force.

    Raises:
        TemplateFault: one does not compile; the message names file and line.
        FontMissing: one names a font that is not installed.
    """
    over = (own, *folders()) if own else None
    for kind in kinds(over).values():
        data, files = awkward(kind.id)
        typeset(kind.template, data, files, over)


def install_templates(folder: Path) -> list[str]:
    """Put a city's templates in force, each over the project's of its name; their names.

    Raises:
        TemplateFault: there are none, or one does not compile; nothing is changed.
    """
    paths = sorted((*folder.glob("*.typ"), *folder.glob(KINDS)))
    if not paths:
        raise TemplateFault(_("目录 %(folder)s 中没有模板") % {"folder": folder})
    target = Path(settings.DOCUMENT_TEMPLATES)
    with TemporaryDirectory(prefix="templates-") as name:
        aside = Path(name) / "own"
        if target.is_dir():
            shutil.copytree(target, aside)
        aside.mkdir(exist_ok=True)
        for path in paths:
            shutil.copy(path, aside / path.name)
        check_templates(aside)
        target.mkdir(parents=True, exist_ok=True)
        for path in paths:
            unfinished = target / f"{path.name}.part"
            shutil.copy(path, unfinished)
            unfinished.replace(target / path.name)
    return [path.name for path in paths]
