"""GeoReport v2's documents from plain values, in JSON (bare arrays) and XML. Pure.

Source: Open311 GeoReport v2, http://wiki.open311.org/GeoReport_v2 (frozen). JSON follows
its Spark convention: an array where XML has a root with repeated children.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

CONTENT_TYPES = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}
# XML 1.0 has no place for these, even escaped.
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True)
class Shape:
    """What a list of a kind is called in XML: its root, and each of its rows."""

    root: str
    row: str


SERVICES = Shape("services", "service")
REQUESTS = Shape("service_requests", "request")
ERRORS = Shape("errors", "error")


def listed(rows: Sequence[Mapping[str, Any]], shape: Shape, form: str) -> str:
    """A list of rows."""
    if form == "json":
        return _json(list(rows))
    root = ElementTree.Element(shape.root)
    for row in rows:
        _fill(ElementTree.SubElement(root, shape.row), row)
    return _xml(root)


def definition(service_code: str, form: str) -> str:
    """The definition of a service. Ours ask for nothing beyond what every request has."""
    if form == "json":
        return _json({"service_code": service_code, "attributes": []})
    root = ElementTree.Element("service_definition")
    ElementTree.SubElement(root, "service_code").text = service_code
    ElementTree.SubElement(root, "attributes")
    return _xml(root)


def discovery(told: Mapping[str, Any], form: str) -> str:
    """The discovery document: contact, key service, end points."""
    if form == "json":
        return _json(told)
    root = ElementTree.Element("discovery")
    plain = {key: value for key, value in told.items() if key != "endpoints"}
    _fill(root, plain)
    group = ElementTree.SubElement(root, "endpoints")
    for point in told["endpoints"]:
        row = ElementTree.SubElement(group, "endpoint")
        _fill(row, {key: value for key, value in point.items() if key != "formats"})
        formats = ElementTree.SubElement(row, "formats")
        for name in point["formats"]:
            ElementTree.SubElement(formats, "format").text = name
    return _xml(root)


def errors(told: Sequence[tuple[int, str]], form: str) -> str:
    """The errors of a refusal: (HTTP status, what is wrong)."""
    return listed([{"code": code, "description": text} for code, text in told], ERRORS, form)


def moment(at: datetime | None) -> str | None:
    """A moment in UTC with a Z, to the second: what every known client reads."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if at else None


def _fill(element: ElementTree.Element, row: Mapping[str, Any]) -> None:
    for key, value in row.items():
        ElementTree.SubElement(element, key).text = _text(value)


def _text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return UNFIT.sub("", str(value))


def _json(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False)


def _xml(root: ElementTree.Element) -> str:
    body = ElementTree.tostring(root, encoding="unicode", short_empty_elements=True)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{body}\n'
