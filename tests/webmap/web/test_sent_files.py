"""Files are named to nginx where it stands in front, and sent by ourselves elsewhere."""

import pytest
from django.http import FileResponse, HttpResponse

from webmap.web.sent_files import SentByFront


@pytest.fixture
def folder(tmp_path, settings):
    settings.DOWNLOADS = tmp_path / "downloads"
    settings.DOWNLOADS.mkdir()
    for name in ("kept 1.bin", "downloads/a.bin"):
        (tmp_path / name).write_bytes(b"0123")
    return tmp_path


def answered(rf, path, mapping, near="", **more):
    headers = {"X-Accel-Mapping": mapping} if mapping else {}
    request = rf.get("/", headers=headers, REMOTE_ADDR=near)
    view = SentByFront(lambda _request: FileResponse(path.open("rb"), **more))
    return view(request)


@pytest.mark.django_db
def test_a_file_is_named_with_what_was_said_of_it(rf, folder):
    mapping = f"{folder}=/allowed"
    answer = answered(rf, folder / "kept 1.bin", mapping, as_attachment=True, filename="甲.bin")
    assert answer["X-Accel-Redirect"] == "/allowed/kept%201.bin"
    assert answer["Content-Disposition"].startswith("attachment")
    assert (answer.content, answer.has_header("Content-Length")) == (b"", False)


@pytest.mark.parametrize("mapping", ["", "nonsense", "/etc=/allowed"])
def test_without_nginx_it_is_sent(rf, folder, mapping):
    answer = answered(rf, folder / "kept 1.bin", mapping)
    assert b"".join(answer.streaming_content) == b"0123"


def test_a_client_of_another_machine_names_nothing(rf, folder):
    answer = answered(rf, folder / "kept 1.bin", f"{folder}=/allowed", near="203.0.113.9")
    assert not answer.has_header("X-Accel-Redirect")


def test_what_is_gone_once_it_is_sent_is_sent_by_ourselves(rf, folder):
    answer = answered(rf, folder / "downloads" / "a.bin", f"{folder}=/allowed")
    assert b"".join(answer.streaming_content) == b"0123"


def test_other_answers_go_as_they_are(rf, folder):
    page = HttpResponse("page")
    request = rf.get("/", headers={"X-Accel-Mapping": f"{folder}=/allowed"}, REMOTE_ADDR="")
    assert SentByFront(lambda _request: page)(request) is page
