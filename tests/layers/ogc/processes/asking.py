"""Executing a process as a client does."""

import json

from django.test import Client

from spatial.city import city
from spatial.crs import transformer
from tests.factories import centre


def degrees(dx: float, dy: float) -> list[float]:
    """Metres from the centre of ``tests.factories`` as longitude and latitude."""
    x, y = centre()
    return list(transformer(city().projected, 4326).transform(round(x) + dx, round(y) + dy))


def ring(*corners: tuple[float, float]) -> dict:
    """A GeoJSON polygon through corners given in metres from the centre."""
    return {"type": "Polygon", "coordinates": [[degrees(*c) for c in (*corners, corners[0])]]}


def box(west: float, south: float, east: float, north: float) -> dict:
    """A GeoJSON rectangle given in metres from the centre."""
    return ring((west, south), (east, south), (east, north), (west, north))


def point(dx: float, dy: float) -> dict:
    """A GeoJSON point given in metres from the centre."""
    return {"type": "Point", "coordinates": degrees(dx, dy)}


def execute(client: Client, process: str, inputs: dict, prefer: str = "", **more):
    """The answer to an execution."""
    headers = {"Prefer": prefer} if prefer else {}
    body = json.dumps({"inputs": inputs, **more})
    address = f"/ogc/processes/{process}/execution"
    return client.post(address, body, content_type="application/json", headers=headers)
