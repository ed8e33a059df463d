"""``python -m tests.upgrades.reading``: what a site on the database answers, as JSON."""

import json

import django

PAGES = ("/", "/ogc/", "/healthz")


def answers() -> dict[str, dict]:
    from django.test import Client

    client = Client()
    client.force_login(_administrator())
    layers = {}
    listed = client.get("/ogc/collections?f=json").json()["collections"]
    for layer in (each["id"] for each in listed if each.get("itemType") == "feature"):
        answer = client.get(f"/ogc/collections/{layer}/items?limit=1&datetime=../..&f=json")
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        features = json.loads(body).get("features", []) if answer.status_code == 200 else []
        layers[layer] = (answer.status_code, len(features))
    return {"layers": layers, "pages": {page: client.get(page).status_code for page in PAGES}}


def _administrator():
    from django.contrib.auth.models import User

    return User.objects.filter(is_superuser=True).first()


if __name__ == "__main__":
    django.setup()
    print(json.dumps(answers()))
