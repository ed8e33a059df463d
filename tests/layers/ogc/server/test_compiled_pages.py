"""A page of pygeoapi compiles its templates at its first answer only."""

import pytest
from jinja2 import Environment

from layers.ogc.server import compiled_pages

pytestmark = pytest.mark.django_db
PAGE = "/ogc/collections/parcels?f=html"


def test_the_second_page_compiles_nothing(client, monkeypatch):
    compiled_pages.install()
    compiled = []
    real = Environment.compile

    def compile_anew(self, source, *more, **named):
        compiled.append(source)
        return real(self, source, *more, **named)

    monkeypatch.setattr(Environment, "compile", compile_anew)
    first = client.get(PAGE)
    assert first.status_code == 200
    assert compiled
    compiled.clear()
    assert client.get(PAGE).content == first.content
    assert compiled == []
