"""Uploads that may break off and go on: the tus protocol 1.0, core and creation.

``POST`` announces name and length, ``PATCH`` appends from the offset that ``HEAD``
tells. Any tus client works. What is uploaded lies in a folder of its uploader's own
until a delivery takes it; what nobody takes is removed after a day.
"""

import base64
import binascii
import fcntl
import json
import os
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from webmap.imports.guards import for_importers
from webmap.web.errors import (
    BadRequest,
    Conflicting,
    Locked,
    NoSpace,
    TooLarge,
    TooOften,
    View,
    WrongType,
)

MAX_BYTES = 4 * 1024**3
MAX_PENDING_BYTES = 8 * 1024**3
MAX_PENDING = 50
KEPT_S = 24 * 3600
CHUNK = 1 << 20
VERSION = "1.0.0"


@dataclass(frozen=True)
class Upload:
    """One file on its way: ``size`` bytes announced, ``offset`` of them here."""

    id: UUID
    name: str
    size: int
    owner: int

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return _folder() / str(self.id)

    @property
    def path(self) -> Path:
        """The file itself."""
        return self.folder / self.name

    @property
    def offset(self) -> int:
        """How much of it is here. Raises Http404: another request has dropped or taken it."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError as error:
            raise Http404(_("没有这个上传")) from error

    @property
    def is_whole(self) -> bool:
        """Whether all of it is here."""
        return self.offset == self.size


def tus(view: View) -> View:
    """Let every answer of a view, refusals too, say which version of the protocol is spoken."""

    @wraps(view)
    def spoken(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
        answer = view(request, *args, **named)
        answer["Tus-Resumable"] = VERSION
        answer["Tus-Version"] = VERSION
        answer["Tus-Extension"] = "creation,termination"
        answer["Tus-Max-Size"] = str(MAX_BYTES)
        return answer

    return spoken


@tus
@for_importers
@require_http_methods(["POST", "OPTIONS"])
def create(request: HttpRequest) -> HttpResponse:
    """Announce an upload; the answer's Location is where its bytes go."""
    if request.method == "OPTIONS":
        return HttpResponse(status=204)
    length = request.headers.get("Upload-Length", "")
    if not (length.isascii() and length.isdigit()):
        raise BadRequest(_("缺少 Upload-Length"))
    if int(length) > MAX_BYTES:
        raise TooLarge(_("文件超过 %(most)d GB，请分开提交") % {"most": MAX_BYTES // 1024**3})
    name = _name(request.headers.get("Upload-Metadata", ""))
    if not name:
        raise BadRequest(_("Upload-Metadata 缺少 filename"))
    forget_old()
    _check_pending(owner_of(request), int(length))
    if shutil.disk_usage(_folder()).free < 2 * int(length):
        raise NoSpace(_("服务器磁盘空间不足，请联系管理员"))
    upload = Upload(uuid4(), name, int(length), owner_of(request))
    upload.folder.mkdir(parents=True)
    (upload.folder / ".about.json").write_text(
        json.dumps({"name": name, "size": upload.size, "owner": upload.owner})
    )
    upload.path.touch()
    answer = HttpResponse(status=201)
    answer["Location"] = request.build_absolute_uri(f"/imports/uploads/{upload.id}")
    return answer


@tus
@for_importers
@require_http_methods(["HEAD", "PATCH", "DELETE"])
def one(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Tell how far an upload is, append to it, or drop it."""
    upload = find(upload_id, owner_of(request))
    if request.method == "DELETE":
        drop(upload)
        return HttpResponse(status=204)
    if request.method == "PATCH":
        _append(request, upload)
    answer = HttpResponse(status=200 if request.method == "HEAD" else 204)
    answer["Upload-Offset"], answer["Upload-Length"] = str(upload.offset), str(upload.size)
    answer["Cache-Control"] = "no-store"
    return answer


def owner_of(request: HttpRequest) -> int:
    """The number of the signed-in account."""
    return int(request.user.pk or 0)


def find(upload_id: UUID, owner: int) -> Upload:
    """The owner's upload of that id. Raises Http404: others' do not exist."""
    try:
        about = json.loads((_folder() / str(upload_id) / ".about.json").read_text())
    except (OSError, ValueError) as error:
        raise Http404(_("没有这个上传")) from error
    if about["owner"] != owner:
        raise Http404(_("没有这个上传"))
    return Upload(upload_id, about["name"], about["size"], owner)


def drop(upload: Upload) -> None:
    """Remove an upload and what it holds."""
    shutil.rmtree(upload.folder, ignore_errors=True)


def gather(uploads: list[Upload], folder: Path) -> list[Path]:
    """Move whole uploads side by side into a folder, so that companions find each other."""
    folder.mkdir(parents=True, exist_ok=True)
    taken = []
    for upload in uploads:
        target = folder / upload.name
        shutil.move(upload.path, target)
        taken.append(target)
        drop(upload)
    return taken


def forget_old() -> None:
    """Remove what nobody has taken for a day."""
    for folder in _folder().iterdir():
        with suppress(FileNotFoundError):  # another request has just removed or taken it
            if time.time() - folder.stat().st_mtime > KEPT_S:
                shutil.rmtree(folder, ignore_errors=True)


def _append(request: HttpRequest, upload: Upload) -> None:
    if request.content_type != "application/offset+octet-stream":
        raise WrongType(_("内容类型应为 application/offset+octet-stream"))
    offset = request.headers.get("Upload-Offset", "")
    try:
        file = upload.path.open("r+b")  # not made anew: it may have been dropped meanwhile
    except FileNotFoundError as error:
        raise Http404(_("没有这个上传")) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Locked(_("这个文件正在另一个连接上传")) from None
        file.seek(0, os.SEEK_END)
        if not (offset.isascii() and offset.isdigit()) or int(offset) != file.tell():
            raise Conflicting(_("应从 %(offset)d 字节处续传") % {"offset": file.tell()})
        try:
            _receive(request, upload, file)
        except OSError as error:
            reason = {"reason": error.strerror}
            raise NoSpace(_("服务器磁盘写不进：%(reason)s") % reason) from error


def _receive(request: HttpRequest, upload: Upload, file: Any) -> None:
    room = upload.size - file.tell()
    while chunk := request.read(CHUNK):
        if len(chunk) > room:
            file.write(chunk[:room])
            raise TooLarge(_("内容多于所声明的长度"))
        file.write(chunk)
        room -= len(chunk)


def _name(metadata: str) -> str:
    """The bare file name of tus metadata, without path or control characters."""
    for item in metadata.split(","):
        key, _sep, value = item.strip().partition(" ")
        if key == "filename":
            try:
                text = base64.b64decode(value, validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                return ""
            bare = text.replace("\\", "/").rsplit("/", 1)[-1]
            bare = "".join(c for c in bare if c.isprintable()).strip().lstrip(".")
            while len(bare.encode()) > 200:
                bare = bare[1:]
            return bare
    return ""


def _check_pending(owner: int, size: int) -> None:
    pending = [u for u in _all() if u.owner == owner]
    if len(pending) >= MAX_PENDING:
        number = {"number": len(pending)}
        raise TooOften(_("已有 %(number)d 个文件等待提交，请先提交或取消") % number)
    if sum(u.size for u in pending) + size > MAX_PENDING_BYTES:
        raise TooOften(_("等待提交的文件过大，请先提交或取消一部分"))


def _all() -> list[Upload]:
    found = []
    for about in _folder().glob("*/.about.json"):
        try:
            said = json.loads(about.read_text())
            found.append(Upload(UUID(about.parent.name), said["name"], said["size"], said["owner"]))
        except (OSError, ValueError, KeyError):
            continue
    return found


def _folder() -> Path:
    folder = Path(settings.VAR) / "uploads"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
