"""Text files line by line: the encoding is found once, the file is never read whole."""

import codecs
from collections.abc import Iterator
from pathlib import Path

from importers.errors import DeliveryRefused
from importers.formats.dbf import known_encoding

MAX_BYTES = 2 * 1024**3
CHUNK = 1 << 20
LONGEST_LINE = 1 << 20
MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def encoding_of_text(path: Path, asked: str = "") -> str:
    """The encoding of a text: asked for, by its mark, strict UTF-8, then GB18030.

    Raises:
        DeliveryRefused: none of them, unknown, binary, or too large.
    """
    if path.stat().st_size > MAX_BYTES:
        raise DeliveryRefused(f"{path.name} 超过 {MAX_BYTES // 1024**3} GB", "请分开提交")
    with path.open("rb") as file:
        head = file.read(4096)
    mark = next((name for sign, name in MARKS if head.startswith(sign)), "")
    if not mark and b"\0" in head:
        raise DeliveryRefused(f"{path.name} 不是文本文件", "请核对文件与扩展名")
    if asked:
        if not (known := known_encoding(asked)):
            raise DeliveryRefused(f"不认识的编码 {asked}", "常用：UTF-8、GBK、GB18030")
        return known
    for name in [mark] if mark else ["utf-8", "gb18030"]:
        if _decodes(path, name):
            return name
    raise DeliveryRefused(
        f"{path.name} 的文字既不是 UTF-8 也不是 GB18030", "请用正确的编码重新导出"
    )


def lines(path: Path, asked: str = "") -> Iterator[tuple[int, str]]:
    """The lines with their numbers from 1, without their ends.

    Raises:
        DeliveryRefused: as ``encoding_of_text``, or a line has no end.
    """
    name = encoding_of_text(path, asked)
    try:
        with path.open(encoding=name, newline=None) as file:
            for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE), ""), start=1):
                if len(line) >= LONGEST_LINE:
                    raise DeliveryRefused(f"{path.name} 第 {number} 行过长，不是规定的格式")
                yield number, line.rstrip("\n")
    except UnicodeError as error:
        raise DeliveryRefused(f"{path.name} 的文字不是编码 {name}", "请核对编码") from error


def _decodes(path: Path, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                if b"\0" in chunk and name != "utf-16":
                    return False
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True
