"""GeoReport's documents, byte for byte in the shapes of the specification."""

import json
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest

from grid.open311 import documents

HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'


def test_errors_as_the_specification_has_them():
    told = [(403, "api_key was not provided")]
    assert documents.errors(told, "json") == (
        '[{"code": 403, "description": "api_key was not provided"}]'
    )
    assert documents.errors(told, "xml") == (
        f"{HEAD}<errors><error><code>403</code>"
        "<description>api_key was not provided</description></error></errors>\n"
    )


def test_a_list_is_bare_in_json_and_rooted_in_xml():
    rows = [{"service_request_id": "1", "status": "open", "media_url": None, "metadata": False}]
    assert json.loads(documents.listed(rows, documents.REQUESTS, "json")) == rows
    assert documents.listed(rows, documents.REQUESTS, "xml") == (
        f"{HEAD}<service_requests><request><service_request_id>1</service_request_id>"
        "<status>open</status><media_url /><metadata>false</metadata></request>"
        "</service_requests>\n"
    )
    assert documents.listed([], documents.REQUESTS, "json") == "[]"
    assert documents.listed([], documents.SERVICES, "xml") == f"{HEAD}<services />\n"


@pytest.mark.parametrize("text", ["a<b>&c", "\x00\x08路\ud800", "]]>", "\ufffe"])
def test_whatever_was_written_the_xml_can_be_read(text):
    rows = [{"description": text}]
    body = documents.listed(rows, documents.REQUESTS, "xml")
    ElementTree.fromstring(body.encode())


def test_a_definition_without_attributes():
    assert documents.definition("event-0113", "json") == (
        '{"service_code": "event-0113", "attributes": []}'
    )
    assert documents.definition("event-0113", "xml") == (
        f"{HEAD}<service_definition><service_code>event-0113</service_code>"
        "<attributes /></service_definition>\n"
    )


def test_moments_are_utc_with_a_z():
    assert documents.moment(datetime(2026, 1, 2, 3, 4, 5, 678, UTC)) == "2026-01-02T03:04:05Z"
    assert documents.moment(None) is None
