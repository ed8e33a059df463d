"""A site on which every page has something to show, and an administrator who may see it all."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from grid.cases.actions import act
from grid.cases.photos import read_photo
from grid.models import Case, CasePhoto
from grid.patrols.patrols import start_patrol
from importers.models import ImportRun
from layers.access.access import Caller
from layers.models import Subscription
from layers.sharing import actions
from layers.sharing.actions import LayerPart
from tests.grid.people import DISPATCHER, ROADS, make_ground, new_case, picture, walk
from tests.importers.files import gpkg, plots
from tests.town import make_town
from tests.webmap.imports.test_uploads import announce, append
from webmap.models import Export

CASES = 3
JSON: dict[str, Any] = {
    "content_type": "application/json",
    "headers": {"Accept": "application/json"},
}


@dataclass
class Site:
    """The administrator's client, and what stands in the place of an address's parameters."""

    client: Client
    parts: dict[str, Any]


@pytest.fixture
def site(db, settings, tmp_path, client) -> Site:
    settings.CASE_FILES, settings.VAR = tmp_path / "cases", tmp_path / "var"
    settings.TERRAIN = tmp_path / "none.tif"
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    make_town()
    make_ground()
    root = User.objects.create_superuser("root", password="root")
    client.force_login(root)
    cases = [new_case(photos=[read_photo(picture())], is_public=True) for _ in range(CASES)]
    suspend(walk(cases[-1], "dispatch"))
    walk(cases[-2], "close")
    start_patrol(root)
    run = tried(client, gpkg(tmp_path, plots()))
    ImportRun.objects.create(layer="roads", who="root", state=ImportRun.State.COMMITTED)
    found = consumer(root)
    export = Export.objects.create(asked_by=root, params={"title": "图", "layers": ["parcels"]})
    parts = {
        "layer_id": "buildings",
        "code": "B1",
        "case": cases[0].code,
        "photo_id": CasePhoto.objects.filter(case_code=cases[0].code).get().pk,
        "run_id": run.pk,
        "export_id": export.pk,
        **found,
    }
    return Site(client, parts)


def suspend(case: Case) -> None:
    """Have a case stand suspended for two days."""
    until = timezone.now() + timedelta(days=2)
    act(ROADS, case.code, "ask_suspension", {"reason": "等材料", "until": until})
    act(DISPATCHER, case.code, "suspend", {"reason": "等材料", "until": until})


def tried(client: Client, path) -> ImportRun:
    """A delivery of parcels as a person tries it."""
    url = announce(client, path.name, path.stat().st_size)["Location"]
    append(client, url, path.read_bytes(), 0)
    body = {"uploads": [url], "layer": "parcels"}
    answer = client.post("/imports/", body, **JSON)
    return ImportRun.objects.get(pk=answer.json()["id"])


def consumer(root: User) -> dict[str, Any]:
    """A system with a key, a grant, an application and a subscription."""
    keeper = Caller("root", frozenset(), is_admin=True)
    system = actions.register_consumer(keeper, name="系统", organisation="单位")
    key, _text = actions.issue_key(keeper, system)
    grant = actions.grant_layer(keeper, system, LayerPart("pipe-lines", ("network",)))
    Subscription.objects.create(consumer=system, address="https://example.org/", layers=["parcels"])
    return {"consumer": system.pk, "key": key.pk, "grant": grant.pk}
