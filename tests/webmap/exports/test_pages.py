from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from layers.declarations.registry import layer_of
from layers.models import LayerState
from layers.reading.revisions import KEYS
from spatial.pipes.models import PipePoint
from spatial.pipes.roles import PipeRole
from spatial.versions.revisions import count_revision
from tests.factories import open_feature, spot
from tests.layers.declared import redeclared
from tests.webmap.exports.test_data import box
from webmap.exports import jobs
from webmap.exports.jobs import folder, remove_expired
from webmap.models import Export

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def immediately(settings, tmp_path):
    """Jobs run at once, files go to a folder of the test."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    settings.VAR = tmp_path


@pytest.fixture
def queued(settings):
    """Jobs are only queued."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}


@pytest.fixture
def pipe_engineer():
    user = User.objects.create_user("guan", first_name="管网")
    user.groups.add(Group.objects.get(name=PipeRole.PIPES.value))
    return user


def ask(client, **form):
    bbox = ",".join(map(str, box()))
    return client.post(
        "/exports", {"layers": "parcels", "bbox": bbox, "entrance": "planning", **form}
    )


def test_anybody_may_take_the_public_map_home(client):
    open_feature(code="P1")
    asked = ask(client, title="城南地块")
    assert asked.status_code == 202
    export = Export.objects.get()
    assert export.state == Export.State.DONE
    file = client.get(f"/exports/{export.pk}/file")
    assert file.status_code == 200
    assert "attachment" in file["Content-Disposition"]
    text = b"".join(file.streaming_content).decode()
    assert "城南地块" in text
    assert "公众" in text
    assert '"P1"' in text


def test_the_sheet_is_headed_by_its_entrance(client):
    ask(client)
    assert "<h1>数字规划</h1>" in (folder() / Export.objects.get().file).read_text()


def test_the_fragment_watches_itself_until_the_file_is_there(client, queued):
    asked = ask(client)
    export = Export.objects.get()
    assert f'data-get="/exports/{export.pk}"' in asked.text
    assert "排队中" in client.get(f"/exports/{export.pk}", **HTMX).text
    assert client.get(f"/exports/{export.pk}/file").status_code == 404
    jobs.make_export.func(str(export.pk))
    done = client.get(f"/exports/{export.pk}", **HTMX).text
    assert "data-get" not in done
    assert f'href="/exports/{export.pk}/file"' in done


def test_without_a_program_the_status_is_a_page(client):
    ask(client)
    page = client.get(f"/exports/{Export.objects.get().pk}").text
    assert page.startswith("<!doctype html>")
    assert "下载地图文件" in page


def test_another_session_finds_nothing(client):
    ask(client)
    address = f"/exports/{Export.objects.get().pk}"
    assert client.get(address).status_code == 200
    stranger = Client()
    assert stranger.get(address).status_code == 404
    assert stranger.get(f"{address}/file").status_code == 404
    ask(stranger)
    assert stranger.get(f"{address}/file").status_code == 404


def test_another_user_finds_nothing(client, pipe_engineer):
    client.force_login(pipe_engineer)
    ask(client)
    address = f"/exports/{Export.objects.get().pk}/file"
    assert client.get(address).status_code == 200
    client.force_login(User.objects.create_user("other", is_superuser=True))
    assert client.get(address).status_code == 404


def test_a_layer_that_was_granted_is_in_the_file(client, pipe_engineer):
    open_feature(PipePoint, code="JS-1", network="JS", geom=spot())
    assert ask(client, layers="pipe-points").status_code == 400
    client.force_login(pipe_engineer)
    assert ask(client, layers="pipe-points").status_code == 202
    assert "JS-1" in (folder() / Export.objects.get().file).read_text()


def test_a_right_withdrawn_meanwhile_closes_the_file(client, pipe_engineer):
    client.force_login(pipe_engineer)
    ask(client, layers="pipe-points")
    address = f"/exports/{Export.objects.get().pk}/file"
    assert client.get(address).status_code == 200
    pipe_engineer.groups.clear()
    assert client.get(address).status_code == 404


def test_a_layer_shared_with_less_meanwhile_closes_the_file(client):
    ask(client, layers="parcels,roads")
    address = f"/exports/{Export.objects.get().pk}/file"
    assert client.get(address).status_code == 200
    with redeclared("roads", fields=layer_of("roads").fields[:1]):
        assert client.get(address).status_code == 404
    assert client.get(address).status_code == 200
    LayerState.objects.create(layer="roads", is_published=False, who="li", why="质量问题")
    count_revision(KEYS)
    assert client.get(address).status_code == 404


def test_a_file_of_an_earlier_release_is_not_handed_out(client):
    ask(client, layers="roads")
    export = Export.objects.get()
    del export.params["used"]
    export.save()
    assert client.get(f"/exports/{export.pk}/file").status_code == 404


def test_a_right_withdrawn_before_the_job_leaves_the_layer_out(client, pipe_engineer, queued):
    open_feature(PipePoint, code="JS-1", network="JS", geom=spot())
    client.force_login(pipe_engineer)
    ask(client, layers="pipe-points")
    pipe_engineer.groups.clear()
    export = Export.objects.get()
    jobs.make_export.func(str(export.pk))
    export.refresh_from_db()
    assert "JS-1" not in (folder() / export.file).read_text()


def test_a_form_that_cannot_be_read_says_why(client):
    refused = ask(client, bbox="here")
    assert refused.status_code == 400
    assert 'role="alert"' in refused.text
    assert not Export.objects.exists()


def test_it_takes_a_csrf_token():
    assert ask(Client(enforce_csrf_checks=True)).status_code == 403


def test_unfinished_exports_are_bounded(client, queued):
    for _ in range(jobs.BOUNDS.pending):
        assert ask(client).status_code == 202
    refused = ask(client)
    assert refused.status_code == 429
    assert "还有文件没有做完" in refused.text
    assert ask(Client()).status_code == 202


def test_exports_in_an_hour_are_bounded(client, monkeypatch):
    monkeypatch.setattr(jobs, "BOUNDS", replace(jobs.BOUNDS, hourly=2))
    assert [ask(client).status_code for _ in range(3)] == [202, 202, 429]


def test_the_whole_queue_is_bounded(client, queued, monkeypatch):
    monkeypatch.setattr(jobs, "BOUNDS", replace(jobs.BOUNDS, in_all=1))
    assert ask(client).status_code == 202
    assert ask(Client()).status_code == 429


def test_a_failure_is_told_not_hidden(client, monkeypatch):
    def fail(*_):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(jobs, "draw_layers", fail)
    ask(client)
    export = Export.objects.get()
    page = client.get(f"/exports/{export.pk}", **HTMX).text
    assert export.state == Export.State.FAILED
    assert "生成失败" in page
    assert "secret detail" not in page


def test_after_a_day_file_and_row_are_gone(client):
    ask(client)
    export = Export.objects.get()
    path = folder() / export.file
    assert path.exists()
    Export.objects.update(created_at=timezone.now() - timedelta(hours=25))
    remove_expired()
    assert not path.exists()
    assert not Export.objects.exists()


def test_a_job_that_got_stuck_is_given_up(client, queued):
    ask(client)
    Export.objects.update(created_at=timezone.now() - timedelta(hours=2))
    remove_expired()
    assert Export.objects.get().state == Export.State.FAILED


def test_the_file_speaks_the_language_of_who_asked(client, settings):
    open_feature(code="P1")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    ask(client)
    text = (folder() / Export.objects.get().file).read_text()
    assert '<html lang="en">' in text
    assert "Parcels" in text
    assert "Legend" in text
