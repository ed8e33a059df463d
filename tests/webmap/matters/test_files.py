"""Files come with actions on matters: of a few kinds, bounded, for those who see the matter."""

import os
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from spatial.casework import files
from spatial.casework.errors import InvalidInput
from spatial.casework.files import FILES, MOST_BYTES, files_of, path_of, read_file, store
from spatial.casework.models import Matter, MatterFile
from tests.webmap.matters.permits import LIST

PDF = b"%PDF-1.7 drawn"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.CASE_FILES = tmp_path / "cases"
    return settings.CASE_FILES


def upload(title="图纸.pdf", content=PDF):
    return SimpleUploadedFile(title, content)


@pytest.mark.parametrize(
    ("title", "content"),
    [
        ("a.pdf", b""),
        ("a.pdf", b"<html><script>1</script>"),
        ("a.html", b"<html>"),
        ("a.svg", b"<svg/>"),
        ("a.png", PDF),
        ("a", PDF),
        ("a.pdf.exe", PDF),
    ],
)
def test_what_is_of_another_kind_is_refused(title, content):
    with pytest.raises(InvalidInput, match="不收"):
        read_file(title, content)


def test_a_name_is_no_path_and_shows_something():
    for name in ("../../etc/图.pdf", "C:\\temp\\图.pdf", "\0图.pdf"):
        assert read_file(name, PDF).title == "图.pdf"
    assert read_file(" \u200b.pdf", PDF).title == "附件.pdf"
    long = read_file("图" * 300 + ".PDF", PDF)
    assert len(long.title) == 150
    assert long.title.endswith(".PDF")
    with pytest.raises(InvalidInput, match="上限 15 MB"):
        read_file("a.pdf", PDF + bytes(MOST_BYTES))


@pytest.mark.django_db
def test_files_come_along_and_are_handed_out_to_who_sees_the_matter(people):
    code = people["zhang"].begin(files=[upload(), upload("照片.png", b"\x89PNG\r\n\x1a\n1")])
    people["wang"].send(code, "examine", note="齐全", files=[upload("意见.pdf", PDF + b"2")])
    assert [one.action for one in files_of(code)] == ["apply", "apply", "examine"]
    page = people["zhang"].get(f"{LIST}{code}").text
    for name in ("图纸.pdf", "照片.png", "意见.pdf"):
        assert name in page
    first = files_of(code)[0]
    answer = people["li"].get(f"{LIST}{code}/files/{first.pk}")
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    other = people["zhang"].begin("别的")
    assert people["li"].get(f"{LIST}{other}/files/{first.pk}").status_code == 404
    assert people["nobody"].get(f"{LIST}{code}/files/{first.pk}").status_code == 403
    path_of(first).unlink()
    assert people["li"].get(f"{LIST}{code}/files/{first.pk}").status_code == 404


@pytest.mark.django_db
def test_what_does_not_fit_is_told_and_nothing_is_kept(people, folder):
    wrong = {"title": "建房", "area": "120", "files": [upload("a.exe")]}
    refused = people["zhang"].post(f"{LIST}new", wrong)
    assert refused.status_code == 422
    assert "不收" in refused.text
    assert "建房" in refused.text
    assert not Matter.objects.exists()
    code = people["zhang"].begin()
    seven = [upload(f"{n}.pdf") for n in range(7)]
    refused = people["wang"].send(code, "examine", note="齐全", files=seven)
    assert refused.status_code == 422
    assert "一次最多 6 个附件" in refused.text
    assert Matter.objects.current().get(code=code).step == "received"
    assert not MatterFile.objects.exists()
    assert not list(folder.rglob("*.file"))


@pytest.mark.django_db
def test_sent_twice_is_kept_once_and_another_file_is_no_repetition(people):
    code = people["zhang"].begin()
    hidden = people["wang"].form(code, "examine")
    path, form = f"{LIST}{code}/act", {**hidden, "note": "齐全"}
    for _ in range(2):
        assert people["wang"].post(path, {**form, "files": [upload()]}).status_code == 302
    assert MatterFile.objects.count() == 1
    other = people["wang"].post(path, {**form, "files": [upload(content=PDF + b"x")]})
    assert other.status_code == 422
    assert MatterFile.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_is_taken_back_leaves_no_file_for_long(folder):
    received = [read_file("a.pdf", PDF)]
    with transaction.atomic():
        store(received, "XK1", "apply", "li")
        transaction.set_rollback(True)
    (left,) = folder.rglob("*.file")
    store(received, "XK2", "apply", "li")
    kept = path_of(files_of("XK2")[0])
    marks = list((folder / "matters" / "unsettled").iterdir())
    assert [mark.name for mark in marks] == [left.stem]
    FILES.sweep()
    assert left.exists()  # its transaction may be under way
    hour_ago = time.time() - 3_700
    os.utime(marks[0], (hour_ago, hour_ago))
    FILES.sweep()
    assert not left.exists()
    assert kept.exists()


@pytest.mark.django_db
def test_a_disk_that_fills_up_leaves_nothing(folder, monkeypatch):
    write = files.FILES.write

    def fills_up(stack, name, contents):
        write(stack, name, contents)
        if len(list(folder.rglob("*.file"))) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(files.FILES), "write", lambda _self, *given: fills_up(*given))
    with pytest.raises(OSError, match="No space"), transaction.atomic():
        store([read_file("a.pdf", PDF), read_file("b.pdf", PDF + b"b")], "XK1", "apply", "li")
    assert not list(folder.rglob("*.file"))
    assert not MatterFile.objects.exists()
