"""Consumers with keys that may write, and features to send."""

import json

from layers.declarations.registry import layer_of
from layers.models import ApiKey, Consumer, LayerGrant
from layers.ogc.common.negotiation import GEOJSON
from layers.reading.publish import ensure_roles
from layers.reading.shares import share_of
from layers.sharing.keys import new_key
from tests.town import centre_degrees

MERGE_PATCH = "application/merge-patch+json"


def key_of(name, layer, *, may_write=True, fields=(), districts=(), is_department=True):
    """A key of a new consumer with one grant, and its role in the database."""
    consumer = Consumer.objects.create(name=name, organisation=name, is_department=is_department)
    LayerGrant.objects.create(
        consumer=consumer,
        layer=layer,
        fields=list(fields),
        districts=list(districts),
        may_write=may_write,
        granted_by="steward",
    )
    key, digest = new_key()
    ApiKey.objects.create(consumer=consumer, prefix=key[:8], digest=digest, created_by="steward")
    share = share_of(caller_with_key(key), layer_of(layer))
    assert share
    ensure_roles([share])
    return key


def caller_with_key(key):
    from layers.sharing import keys

    keys.forget()
    return keys.caller_with(key)


class Writer:
    """A client that sends a key with every request."""

    def __init__(self, client, key=""):
        self.client = client
        self.headers = {"authorization": f"Bearer {key}"} if key else {}

    def send(self, method, url, body=None, *, media=GEOJSON, **headers):
        """One request; ``headers`` by their names with _ for -."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        data = body if isinstance(body, str | bytes) else json.dumps(body) if body else ""
        return self.client.generic(
            method, url, data, content_type=media, headers={**self.headers, **named}
        )

    def get(self, url, **query):
        return self.client.get(url, query, headers=self.headers)

    def tag(self, url):
        """The ETag of what stands at an address."""
        return self.get(url)["ETag"]


def ring(dx=0.0, dy=0.0, side=10.0):
    """A square at that distance from the centre, in degrees, as GeoJSON coordinates."""
    corners = ((0, 0), (side, 0), (side, side), (0, side), (0, 0))
    return [[list(centre_degrees(dx + x, dy + y)) for x, y in corners]]


def feature(code="", ring_=None, **properties):
    """A polygon feature."""
    return {
        "type": "Feature",
        **({"id": code} if code else {}),
        "geometry": {"type": "Polygon", "coordinates": ring_ or ring()},
        "properties": properties,
    }
