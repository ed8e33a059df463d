"""Grants and keys that do not fit the city as it is: each is answered in words, and opens nothing."""

from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from layers.access.access import ANONYMOUS, Caller, Sharing
from layers.declarations.registry import layer_of
from layers.models import ApiKey, Consumer, LayerGrant, Subscription
from layers.reading.publish import granted_shares, sync_views
from layers.reading.shares import share_by_id, share_of, shares_of, write_share_of
from layers.sharing import actions
from layers.sharing.keys import caller_of_consumer, digest_of, new_key
from layers.webhooks.webhooks import queue_messages
from tests.layers.ogc.writers import MERGE_PATCH, Writer
from tests.layers.sharing.applied import applied_for

pytestmark = pytest.mark.django_db
GONE = "gone-layer"
PARCELS = "/ogc/collections/parcels"


def consumer_with(**grant) -> tuple[Consumer, str]:
    """A system with a grant as a former release, or another city, has written it, and its key."""
    consumer = Consumer.objects.create(name="旧系统", organisation="旧系统", is_department=False)
    LayerGrant.objects.create(consumer=consumer, granted_by="某人", **grant)
    key, digest = new_key()
    ApiKey.objects.create(consumer=consumer, prefix=key[:8], digest=digest, created_by="某人")
    return consumer, key


def test_a_grant_to_a_layer_that_is_gone_opens_nothing_and_breaks_nothing(owner, client):
    consumer, key = consumer_with(layer=GONE, may_write=True)
    caller = caller_of_consumer(consumer)
    assert share_by_id(caller, GONE) is None
    assert shares_of(caller) == shares_of(ANONYMOUS)
    assert granted_shares() == []
    sync_views()
    writer = Writer(client, key)
    assert writer.get("/ogc/collections").status_code == 200
    assert writer.get("/ogc/openapi").status_code == 200
    assert writer.get(f"{PARCELS}/items").status_code == 200
    for answer in (
        writer.get(f"/ogc/collections/{GONE}/items"),
        writer.send("POST", f"/ogc/collections/{GONE}/items", "{}"),
    ):
        assert answer.status_code == 404
        assert GONE in answer.json()["detail"]
    Subscription.objects.create(consumer=consumer, address="https://x.example/", layers=[GONE])
    queue_messages("parcels.parcel")


def test_a_grant_to_a_layer_that_is_gone_is_seen_and_withdrawn_by_stewards():
    consumer, _key = consumer_with(layer=GONE)
    grant = consumer.grants.get()
    root = User.objects.create_superuser("root")
    consumer.kept_by = root
    consumer.save()
    applied_for(consumer, GONE, "root")
    client = Client()
    client.force_login(root)
    for page in ("/sharing/steward", "/sharing/mine", f"/sharing/consumers/{consumer.pk}"):
        assert GONE in client.get(page).text, page
    admin = Caller("root", is_admin=True)
    with pytest.raises(actions.InvalidApplication, match=GONE):
        actions.grant_layer(admin, consumer, actions.LayerPart(GONE))
    assert client.post(f"/sharing/grants/{grant.pk}/withdraw", {"why": "停用"}).status_code == 302
    grant.refresh_from_db()
    assert grant.withdrawn_by == "root"


def test_a_grant_of_fields_that_are_gone_opens_the_others_alone():
    consumer, _key = consumer_with(layer="pipe-lines", fields=["network", "gone_field"])
    share = share_of(caller_of_consumer(consumer), layer_of("pipe-lines"))
    assert share.names == {"network"}


def test_the_key_of_another_city_is_not_taken_for_nobodys(client):
    elsewhere, _digest = new_key()
    writer = Writer(client, elsewhere)
    patch = {"properties": {}}
    for answer in (
        writer.get(f"{PARCELS}/items"),
        writer.get("/ogc/collections"),
        client.get(f"{PARCELS}/items", {"token": elsewhere}),
        writer.send("PATCH", f"{PARCELS}/items/X", patch, media=MERGE_PATCH, if_match="*"),
    ):
        assert answer.status_code == 401
        assert "密钥不存在、已到期或已吊销" in answer.json()["detail"]
        assert "Bearer" in answer["WWW-Authenticate"]
    assert not ApiKey.objects.filter(digest=digest_of(elsewhere)).exists()


def test_a_grant_of_districts_of_another_city_opens_no_row():
    consumer, _key = consumer_with(layer="parcels", districts=["440106"], may_write=True)
    layer = replace(layer_of("parcels"), public=False, sharing=Sharing.CONDITIONAL)
    caller = caller_of_consumer(consumer)
    assert share_of(caller, layer).districts == ("440106",)
    assert write_share_of(caller, layer).districts == ("440106",)


def test_a_role_that_the_cluster_lacks_is_named_until_it_is_published(owner, client):
    fields = [f.name for f in layer_of("pipe-lines").fields]
    _consumer, key = consumer_with(layer="pipe-lines", fields=[fields[0], fields[-1]])
    items = "/ogc/collections/pipe-lines/items"
    refused = Writer(client, key).get(items)
    assert refused.status_code == 503
    assert "tujing_pipe_lines_" in refused.json()["detail"]
    assert "publish_layers" in refused.json()["detail"]
    call_command("publish_layers")
    assert Writer(client, key).get(items).status_code == 200
