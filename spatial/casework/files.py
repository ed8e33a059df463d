"""Files that come with an action on a matter: of a few kinds, bounded, kept beside their rows.

Of any procedure on the engine's own matters. What a file says of itself is not believed: its
first bytes must be those of its kind, and it is only ever handed out to be saved.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.utils.translation import gettext as _

from spatial.casework.acts import Act, Where
from spatial.casework.errors import InvalidInput
from spatial.casework.kept_files import KeptFiles
from spatial.casework.models import MatterFile
from spatial.casework.texts import is_blank, plain

MOST_BYTES, MOST_FILES, MOST_NAME = 15 * 1024 * 1024, 6, 150
_OFFICE = "application/vnd.openxmlformats-officedocument"
# By ending: the media type, and what such a file begins with.
KINDS: Mapping[str, tuple[str, bytes]] = MappingProxyType(
    {
        ".pdf": ("application/pdf", b"%PDF-"),
        ".ofd": ("application/ofd", b"PK\x03\x04"),
        ".jpg": ("image/jpeg", b"\xff\xd8\xff"),
        ".jpeg": ("image/jpeg", b"\xff\xd8\xff"),
        ".png": ("image/png", b"\x89PNG\r\n\x1a\n"),
        ".docx": (f"{_OFFICE}.wordprocessingml.document", b"PK\x03\x04"),
        ".xlsx": (f"{_OFFICE}.spreadsheetml.sheet", b"PK\x03\x04"),
    }
)


@dataclass(frozen=True)
class ReceivedFile:
    """A file that has been looked at."""

    title: str
    media_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Of what came."""
        return hashlib.sha256(self.content).hexdigest()


def read_file(title: str, content: bytes) -> ReceivedFile:
    """Look at what is said to be a document.

    Raises:
        InvalidInput: too large, empty, of another kind than its name says or than are taken.
    """
    name = plain(PurePath(title.replace("\\", "/")).name)
    kind = KINDS.get(PurePath(name).suffix.lower())
    if len(content) > MOST_BYTES:
        raise InvalidInput(
            _("附件“%(name)s”超过上限 %(most)d MB")
            % {"name": name[:40], "most": MOST_BYTES // 1024**2},
            "files",
        )
    if kind is None or not content.startswith(kind[1]):
        raise InvalidInput(
            _("附件“%(name)s”不收；只收 PDF、OFD、JPEG、PNG、DOCX、XLSX，且内容须与扩展名相符")
            % {"name": name[:40]},
            "files",
        )
    stem, ending = PurePath(name).stem, PurePath(name).suffix
    shown = "附件" if is_blank(stem) else stem[: MOST_NAME - len(ending)]
    return ReceivedFile(f"{shown}{ending}", kind[0], content)


def check_number(number: int) -> None:
    """So many files may come with one action.

    Raises:
        InvalidInput: too many at once.
    """
    if number > MOST_FILES:
        raise InvalidInput(_("一次最多 %(most)d 个附件") % {"most": MOST_FILES}, "files")


def keep_files(act: Act, _where: Where) -> None:
    """Keep what came with an action, in its transaction.

    Raises:
        InvalidInput: too many at once.
    """
    store(act.given.get("photos") or (), act.matter.code, act.action, act.actor.name)


def store(files: Sequence[ReceivedFile], code: str, action: str, added_by: str) -> None:
    """Write files down as a matter's; if one cannot be written, nothing of any stays.

    Raises:
        InvalidInput: too many at once.
    """
    check_number(len(files))
    names: list[str] = []
    with ExitStack() as unless_done:
        for file in files:
            names.append(uuid4().hex)
            FILES.write(unless_done, names[-1], [file.content])
            MatterFile.objects.create(
                matter_code=code, action=action, name=names[-1], title=file.title,
                media_type=file.media_type, size=len(file.content), sha256=file.sha256,
                added_by=added_by,
            )  # fmt: skip
        unless_done.pop_all()
    FILES.settle_on_commit(names)


def are_kept(code: str, given: Mapping[str, Any]) -> bool:
    """Whether all files that came are the matter's already."""
    sums = {file.sha256 for file in given.get("photos") or ()}
    kept = MatterFile.objects.filter(matter_code=code, sha256__in=sums).values_list("sha256")
    return not sums or len(set(kept)) == len(sums)


def files_of(code: str) -> list[MatterFile]:
    """What came with the actions of a matter, in order."""
    return list(MatterFile.objects.filter(matter_code=code))


def path_of(file: MatterFile) -> Path:
    """Where the content of one lies."""
    return FILES.path(file.name, ENDING)


def _folder() -> Path:
    return Path(settings.CASE_FILES) / "matters"


def _with_rows(names: Collection[str]) -> Collection[str]:
    return MatterFile.objects.filter(name__in=names).values_list("name", flat=True)


ENDING = ".file"
FILES = KeptFiles(_folder, (ENDING,), _with_rows)
