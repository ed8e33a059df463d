"""The report of a case as everybody sends it: the desk, the public, the phone, Open311."""

from typing import Any

from grid.cases.actions import Report
from webmap.web.forms import ParsedField, PhotoForm, PlaceField, TextField
from webmap.web.parsing import uuid_in


def class_in(text: Any) -> tuple[str, str]:
    """(kind, code) of a class as forms name it.

    >>> class_in("event:0113")
    ('event', '0113')
    """
    kind, _sep, code = str(text or "").partition(":")
    return kind, code


class ReportForm(PhotoForm):
    """Class, words, place and photos; the fields of one way to report are in its own form."""

    class_: ParsedField = ParsedField(class_in)
    description: ParsedField = TextField()
    # A form sets to None what its senders cannot give.
    address: ParsedField | None = TextField()
    point: ParsedField | None = PlaceField()
    component: ParsedField | None = TextField()
    uuid: ParsedField | None = ParsedField(uuid_in)
    reporter_name: ParsedField | None = TextField()
    reporter_phone: ParsedField | None = TextField()

    def report(self, source: str, **more: Any) -> Report:
        """The report of a form that was checked, in the terms of casework."""
        given = self.cleaned_data
        kind, code = given["class_"]
        fields: dict[str, Any] = {
            "kind": kind,
            "class_code": code,
            "point": given["point"],
            "description": given["description"],
            "address": given.get("address", ""),
            "component_code": given.get("component", ""),
            "uuid": given["uuid"],
            "reporter_name": given.get("reporter_name", ""),
            "reporter_phone": given.get("reporter_phone", ""),
            "source": source,
        }
        return Report(**fields | more)
