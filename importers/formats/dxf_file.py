"""A DXF file as an ezdxf drawing: whole, of bounded size, its texts in the right encoding.

ASCII or binary, R12 to R2018. Texts are UTF-8 from R2007 on, before that in the code page
that the head states (Autodesk DXF Reference, $ACADVER, $DWGCODEPAGE). Drawings from China
often state a western code page, or none, over GBK; that is recognised and told.
"""

import codecs
import re
import struct
from pathlib import Path
from typing import Any

import ezdxf
from ezdxf import recover
from ezdxf.filemanagement import dxf_file_info
from ezdxf.lldxf.validator import is_binary_dxf_file

from importers.errors import DeliveryRefused
from importers.formats.dbf import known_encoding
from importers.values.issues import Issue, Severity

MAX_BYTES = 200 << 20  # ezdxf takes some 14 times the file's size in memory
TAIL = 4096
_END = re.compile(rb"(?:^|[\r\n])[ \t]*0[ \t]*\r?\n[ \t]*EOF[\s\x00\x1a]*\Z")
_BINARY_END = re.compile(rb"\x00EOF\x00[\x00\x1a\s]*\Z")
_FOREIGN = re.compile(r"[^\x00-\x7f]")
# What ezdxf's loaders raise on files that are none, or hostile.
TROUBLE = (
    ezdxf.DXFError, OSError, ValueError, LookupError, AttributeError, TypeError,
    ArithmeticError, AssertionError, RecursionError, struct.error,
)  # fmt: skip
_AGAIN = "请在 CAD 中用“修复（RECOVER）”检查后，另存为 DXF（R2000 至 R2018）重交"


def load(path: Path, encoding: str, folder: Path) -> tuple[Any, list[Issue]]:
    """The drawing, and what is to be said of the file. ``folder`` is for a scratch copy.

    Raises:
        DeliveryRefused: not a DXF, cut short, too large, or damaged beyond repair.
    """
    _check_size(path)
    is_binary = is_binary_dxf_file(str(path))
    _check_whole(path, is_binary)
    found, remarks = ("", []) if is_binary else _encoding(path, encoding)
    try:
        drawing = ezdxf.readfile(path, encoding=found or None)
        drawing.modelspace()
        return drawing, remarks
    except TROUBLE:
        drawing, more = _recovered(path, found, folder)
        return drawing, [*remarks, *more]


def _check_size(path: Path) -> None:
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise DeliveryRefused(
            f"{path.name} 有 {size >> 20} MB，超过 {MAX_BYTES >> 20} MB", "请按图幅或图层分开另存"
        )


def _check_whole(path: Path, is_binary: bool) -> None:
    """Refuse what does not end as a DXF ends: what comes after the cut would be lost."""
    with path.open("rb") as file:
        head = file.read(TAIL)
        file.seek(max(path.stat().st_size - TAIL, 0))
        tail = file.read()
    if not is_binary and (b"\0" in head or not re.search(rb"\bSECTION\b", head)):
        raise DeliveryRefused(
            f"{path.name} 不是 DXF 图形", "请在 CAD 中另存为 DXF（R2000 至 R2018）"
        )
    if not (_BINARY_END if is_binary else _END).search(tail):
        raise DeliveryRefused(
            f"{path.name} 不完整，文件末尾没有 EOF", "请重新传送或在 CAD 中重新另存"
        )


def _encoding(path: Path, asked: str) -> tuple[str, list[Issue]]:
    """The encoding of the texts: as asked, as stated where that holds, or as recognised."""
    if asked:
        if not (known := known_encoding(asked)):
            raise DeliveryRefused(f"不认识的编码 {asked}", "常用：UTF-8、GBK、GB18030")
        return known, []
    with path.open("rb") as file:
        if file.read(3) == codecs.BOM_UTF8:
            return "utf-8-sig", []
    try:
        stated = dxf_file_info(str(path)).encoding.lower().replace("utf8", "utf-8")
    except TROUBLE:
        stated = "cp1252"
    if stated == "gbk":
        return "gb18030", []  # the same and more
    if _decodes(path, "ascii") or stated == "utf-8" and _decodes(path, "utf-8"):
        return stated, []
    for name in ("utf-8", "gb18030"):
        if _decodes(path, name):
            text = f"文件头写文字编码为 {stated}，实际文字是 {name}，按 {name} 读取"
            hint = "请核对文字；不对时用 --encoding 指明"
            return name, [remark(path.name, "encoding-read-as", text, hint)]
    return stated, []


def _decodes(path: Path, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _recovered(path: Path, encoding: str, folder: Path) -> tuple[Any, list[Issue]]:
    """A damaged drawing as far as it can be repaired. Raises DeliveryRefused."""
    try:
        source = _escaped(path, encoding, folder) if encoding else path
        drawing, auditor = recover.readfile(source)
        drawing.modelspace()  # a drawing without one is none
    except TROUBLE as error:
        why = re.sub(r"\s+", " ", str(error)).encode("ascii", "replace").decode()[:100]
        raise DeliveryRefused(
            f"{path.name} 的 DXF 结构已损坏，无法读取（{why}）", _AGAIN
        ) from error
    count = len(auditor.fixes) + len(auditor.errors)
    text = f"DXF 结构有损坏，修复后读取（检查出 {count} 处），可能缺少实体或改动个别数值"
    return drawing, [remark(path.name, "dxf-recovered", text, _AGAIN)]


def _escaped(path: Path, encoding: str, folder: Path) -> Path:
    """A copy in ASCII with other characters as \\U+xxxx: the repair knows no encodings."""
    copy = folder / "recover.dxf"
    with (
        path.open(encoding=encoding, errors="surrogateescape", newline=None) as source,
        copy.open("w", encoding="ascii", newline="\n") as target,
    ):
        for line in iter(lambda: source.readline(1 << 20), ""):
            target.write(_FOREIGN.sub(lambda found: f"\\U+{ord(found[0]):04X}", line))
    return copy


def remark(file: str, code: str, text: str, hint: str = "") -> Issue:
    """A warning about the file as a whole."""
    return Issue(file, 0, code, text, hint=hint, severity=Severity.WARNING)
