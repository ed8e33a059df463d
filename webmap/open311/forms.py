"""The report of a GeoReport client, by the names of the specification."""

from collections.abc import Mapping
from typing import Any

from django.contrib.gis.geos import Point

from grid.cases.actions import Report
from grid.open311 import requests
from grid.open311.parameters import MOST_DESCRIPTION, InvalidRequest, read_position
from layers.access.access import ANONYMOUS
from layers.declarations.registry import layer_of
from layers.reading.offices import features_shown
from webmap.web.forms import ParsedField, PlainField, invalid
from webmap.web.parsing import point_in
from webmap.web.report_form import ReportForm

SOURCE = "Open311"
MOST_ADDRESS, MOST_WORDS_OF_PLACE = 2_000, 200
MOST_TOLD = {"first_name": 30, "last_name": 30, "phone": 30, "account_id": 100}


class GeoreportForm(ReportForm):
    """A service request: a service by its code, a place by coordinates or by an address.

    Its errors stand in the specification's own words.
    """

    field_order = ("class_", "description", *MOST_TOLD, "media_url", "address", "point")

    component = None
    uuid = None
    reporter_name = None
    reporter_phone = None
    class_ = ParsedField(requests.service_of)
    description = PlainField()
    first_name = PlainField()
    last_name = PlainField()
    phone = PlainField()
    account_id = PlainField()
    media_url = PlainField(MOST_ADDRESS)
    address = PlainField(MOST_WORDS_OF_PLACE)
    address_id = PlainField()
    point = None

    def add_prefix(self, field_name: str) -> str:
        """The specification's name of a field."""
        names = {"class_": "service_code", "address": "address_string"}
        return names.get(field_name, field_name)

    def clean_description(self) -> str:
        """No longer than the specification's texts are taken."""
        words = self.cleaned_data["description"]
        if len(words) > MOST_DESCRIPTION:
            raise invalid(f"description must not have more than {MOST_DESCRIPTION} characters")
        return words

    def clean(self) -> dict[str, Any]:
        """Names and numbers within their lengths, and a place that is known."""
        given = self.cleaned_data
        for name, most in MOST_TOLD.items():
            if len(given[name]) > most:
                raise invalid(f"{name} must not have more than {most} characters")
        return given

    def told(self) -> Report:
        """The report of a form that was checked.

        Raises:
            InvalidRequest: no place, or an address that the city does not know.
        """
        given = self.cleaned_data
        point, address = place_of(self.data, given)
        url = given["media_url"]
        self.cleaned_data |= {
            "point": point,
            "address": address,
            "uuid": None,
            "reporter_name": _name(given["first_name"], given["last_name"]),
            "reporter_phone": given["phone"],
        }
        return self.report(SOURCE, is_public=True, details={"media_url": url} if url else {})


def place_of(params: Mapping[str, str], given: Mapping[str, str]) -> tuple[Point, str]:
    """The place of a report: by coordinates, by the code of an address, or by its words.

    Raises:
        InvalidRequest: none of them, or an address that the city does not know.
    """
    words = given["address"]
    position = read_position(params)
    if position:
        return point_in(*position), words
    found = None
    addresses = features_shown(ANONYMOUS, layer_of("addresses")).current()
    if given["address_id"]:
        found = addresses.filter(code=given["address_id"]).first()
    elif words:
        found = addresses.filter(full_address=words).order_by("code").first()
    else:
        raise InvalidRequest("lat and long, address_string or address_id must be provided")
    if found is None:
        raise InvalidRequest("the address is not known; lat and long must be provided")
    return found.geom, found.full_address[:MOST_WORDS_OF_PLACE]


def _name(first: str, last: str) -> str:
    """A name in the order of its script."""
    return f"{first} {last}".strip() if f"{first}{last}".isascii() else f"{last}{first}"
