"""Uploads by the tus protocol: announced, interrupted, gone on with, bounded."""

import base64
import json
import os
import shutil

import pytest
from django.contrib.auth.models import Group, User

from importers.models import ImportRun
from layers.roles import Role
from webmap.imports import uploads

pytestmark = pytest.mark.django_db
TUS = {"content_type": "application/offset+octet-stream"}


@pytest.fixture(autouse=True)
def var(tmp_path, settings):
    settings.VAR = tmp_path / "var"


@pytest.fixture
def steward(client):
    user = User.objects.create_user("steward", password="geheim-12")
    user.groups.add(Group.objects.get_or_create(name=Role.STEWARD.value)[0])
    client.force_login(user)
    return user


def announce(client, name="a.gpkg", size=10):
    told = base64.b64encode(name.encode()).decode()
    headers = {"Upload-Length": str(size), "Upload-Metadata": f"filename {told}"}
    return client.post("/imports/uploads", headers=headers)


def append(client, url, data, offset):
    return client.patch(url, data, headers={"Upload-Offset": str(offset)}, **TUS)


def test_an_upload_breaks_off_and_goes_on(client, steward):
    url = announce(client, "宗地.shp")["Location"]
    assert append(client, url, b"hello", 0)["Upload-Offset"] == "5"
    assert append(client, url, b"world", 3).status_code == 409
    assert client.head(url)["Upload-Offset"] == "5"
    assert append(client, url, b"world", 5).status_code == 204
    upload = uploads.find(url.rsplit("/", 1)[-1], steward.pk)
    assert upload.is_whole
    assert (upload.name, upload.path.read_bytes()) == ("宗地.shp", b"helloworld")


def test_more_than_announced_is_refused(client, steward):
    url = announce(client, size=4)["Location"]
    assert append(client, url, b"hello", 0).status_code == 413
    assert client.head(url)["Upload-Offset"] == "4"


@pytest.mark.parametrize("name", ["../../etc/passwd.gpkg", "C:\\x\\passwd.gpkg", "/passwd.gpkg"])
def test_a_name_never_leads_elsewhere(client, steward, name):
    url = announce(client, name)["Location"]
    assert uploads.find(url.rsplit("/", 1)[-1], steward.pk).name == "passwd.gpkg"


@pytest.mark.parametrize("name", ["", "..", "\x00", "/"])
def test_a_file_has_a_name(client, steward, name):
    assert announce(client, name).status_code == 400


def test_size_is_bounded(client, steward):
    assert announce(client, size=uploads.MAX_BYTES + 1).status_code == 413
    for _ in range(3):
        answer = announce(client, size=uploads.MAX_BYTES)
    assert answer.status_code == 429


def test_a_full_disk_is_told_as_one(client, steward, monkeypatch):
    usage = shutil.disk_usage("/")._replace(free=10)
    monkeypatch.setattr(uploads.shutil, "disk_usage", lambda _: usage)
    assert announce(client, size=6).status_code == 507


def test_what_another_request_removes_meanwhile_is_no_fault(client, steward, monkeypatch):
    old = uploads.find(announce(client)["Location"].rsplit("/", 1)[-1], steward.pk)
    real, looked, folder = os.stat, [], str(old.folder)

    def stat(path, *args, **more):
        if str(path) == folder and not looked:
            looked.append(path)
            uploads.drop(old)
        return real(path, *args, **more)

    monkeypatch.setattr(os, "stat", stat)
    url = announce(client, "b.gpkg")["Location"]
    assert looked
    url_of_dropped = f"/imports/uploads/{old.id}"
    monkeypatch.setattr(uploads, "find", lambda *_: old)
    assert client.head(url_of_dropped).status_code == 404
    assert append(client, url_of_dropped, b"hello", 0).status_code == 404
    assert url


def test_files_that_another_delivery_took_are_asked_for_again(client, steward, monkeypatch):
    url = announce(client, size=5)["Location"]
    append(client, url, b"hello", 0)
    upload = uploads.find(url.rsplit("/", 1)[-1], steward.pk)
    told = {"layer": "parcels", "uploads": [url]}
    move = uploads.shutil.move

    def taken(path, target):
        uploads.drop(upload)
        return move(path, target)

    monkeypatch.setattr(uploads.shutil, "move", taken)
    answer = client.post(
        "/imports/", json.dumps(told), "application/json", headers={"Accept": "application/json"}
    )
    assert answer.status_code == 409
    assert not ImportRun.objects.exists()


def test_uploads_of_others_do_not_exist(client, steward):
    url = announce(client)["Location"]
    other = User.objects.create_user("other")
    other.groups.add(Group.objects.get(name=Role.STEWARD.value))
    client.force_login(other)
    assert client.head(url).status_code == 404
    assert client.delete(url).status_code == 404


def test_an_upload_is_dropped(client, steward):
    url = announce(client)["Location"]
    assert client.delete(url).status_code == 204
    assert client.head(url).status_code == 404


def test_what_nobody_takes_is_forgotten(client, steward, monkeypatch):
    url = announce(client)["Location"]
    monkeypatch.setattr(uploads, "KEPT_S", -1)
    announce(client)
    assert client.head(url).status_code == 404


def test_nobody_uploads_without_the_right(client):
    assert announce(client).status_code == 401
    client.force_login(User.objects.create_user("nobody"))
    assert announce(client).status_code == 403
