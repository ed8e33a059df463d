"""From a template and data to a PDF: the only door to typst.

A document is set in a folder of its own, which typst cannot look out of: the templates, the
data as JSON, and the pictures. Values reach a template as data and never as markup. No
package is fetched: a template that names one is refused.
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import typst
from django.conf import settings
from django.utils.translation import gettext as _

from webmap.documents.errors import FontMissing, TemplateFault
from webmap.documents.templates import template_files

DATA = "data.json"
LONG = 24  # signs of a run
LONG_RUN = re.compile(rf"[!-~]{{{LONG},}}")
WHOLE = ("file", "code", "number")  # names of files, and what is copied from the page
PACKAGE = re.compile(r"[\"']@")  # packages are named "@preview/…"
UNKNOWN_FONT = re.compile(r"unknown font family: (.+)")
PLACE = re.compile(r"(?:┌─|-->)\s*(?:\S*/)?([^/\s:]+):(\d+)")


def typeset(
    template: str,
    data: Mapping[str, Any],
    files: Mapping[str, bytes] | None = None,
    over: Sequence[Path] | None = None,
) -> bytes:
    """The PDF of a template with these data.

    Args:
        template: the name of its file, ``record.typ``.
        data: what the template reads from ``data.json``.
        files: pictures and the like, by the names that the data give them.
        over: folders of templates that are not in force yet.

    Raises:
        TemplateFault: it does not compile; the message names file and line.
        FontMissing: it names a font that is not installed.
    """
    with TemporaryDirectory(prefix="document-") as name:
        folder = Path(name)
        for path in template_files(over):
            text = path.read_text(encoding="utf-8")
            check_packages(path.name, text)
            (folder / path.name).write_text(text, encoding="utf-8")
        text = json.dumps(breakable(data), ensure_ascii=False)
        (folder / DATA).write_text(text, encoding="utf-8")
        for file_name, content in (files or {}).items():
            (folder / file_name).write_bytes(content)
        return _compiled(folder / template)


def breakable(value: Any) -> Any:
    """Data whose long runs of Latin signs may be broken anywhere, or they would leave their cells.

    >>> breakable({"name": "人民路", "file": "x" * 30})["file"] == "x" * 30
    True
    >>> len(breakable(["x" * 30])[0])
    59
    """
    if isinstance(value, str):
        return (
            LONG_RUN.sub(lambda run: "\u200b".join(run[0]), value) if len(value) >= LONG else value
        )
    if isinstance(value, Mapping):
        return {key: one if key in WHOLE else breakable(one) for key, one in value.items()}
    return [breakable(one) for one in value] if isinstance(value, list | tuple) else value


def check_packages(name: str, text: str) -> None:
    """Refuse a template that would fetch a package.

    Raises:
        TemplateFault: it names one.
    """
    for number, line in enumerate(text.splitlines(), 1):
        if PACKAGE.search(line):
            said = _("模板 %(place)s 引用了外部软件包，文档不从网络取任何东西")
            raise TemplateFault(said % {"place": f"{name}:{number}"})


@cache
def fonts() -> typst.Fonts:
    """The machine's fonts, looked through once."""
    return typst.Fonts(include_system_fonts=False, font_paths=[str(settings.DOCUMENT_FONTS)])


def _compiled(path: Path) -> bytes:
    compiler = typst.Compiler(str(path), root=str(path.parent), font_paths=fonts())
    try:
        pdf, warnings = compiler.compile_with_warnings(format="pdf")
    except typst.TypstError as error:
        raise TemplateFault(_where(error)) from error
    for warning in warnings:
        if missing := UNKNOWN_FONT.search(str(warning.message)):
            said = _(
                "缺少字体“%(font)s”（模板 %(template)s 使用）：请运行 script/bootstrap，或在模板中改用已安装的字体"
            )
            raise FontMissing(said % {"font": missing[1], "template": path.name})
    return cast(bytes, pdf)


def _where(error: typst.TypstError) -> str:
    """What is wrong, with the file and line."""
    diagnostic = str(getattr(error, "diagnostic", "") or error)
    place = PLACE.search(diagnostic)
    where = f"{place[1]}:{place[2]}" if place else ""
    said = _("模板 %(place)s 不能编译：%(message)s")
    return said % {"place": where, "message": getattr(error, "message", "") or diagnostic}
