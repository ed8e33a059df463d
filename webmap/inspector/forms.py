"""What the phone sends: a report, the result of a task, the track of a patrol."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from grid.cases.actions import Report
from grid.patrols.patrols import Fix
from spatial.casework.acts import Where
from webmap.web.errors import BadInput
from webmap.web.forms import ParsedField, PhotoForm, PlaceField, RequestForm, TextField, invalid
from webmap.web.parsing import accuracy_in, moment_in, point_in, sent_uuid_in
from webmap.web.report_form import ReportForm

SOURCE = "监督员上报"
PLACE_SOURCES = ("gps", "map")


class PlacedForm(RequestForm):
    """When and where the phone was, and how it found the place.

    The accuracy of a place that was chosen on the map is unknown: it has none, and what
    the device knew of itself (accuracy, distance from the chosen place) stands apart.
    """

    captured_at = ParsedField(moment_in)
    accuracy = ParsedField(accuracy_in)
    place_source = forms.Field(required=False)
    fixed_at = ParsedField(moment_in)
    device_accuracy = ParsedField(accuracy_in)
    device_distance = ParsedField(accuracy_in)

    def clean_place_source(self) -> str | None:
        """One of the ways to find a place; None without any."""
        source = self.cleaned_data["place_source"]
        if source is not None and source not in PLACE_SOURCES:
            raise invalid(_("位置来源只能是定位（gps）或地图（map）"), "position")
        return source

    @property
    def position(self) -> dict[str, Any]:
        """How the place was found, for the details of the step."""
        given = self.cleaned_data
        if given["place_source"] is None:
            return {}
        fixed_at = given["fixed_at"]
        found = {
            "source": given["place_source"],
            "fixed_at": fixed_at.isoformat() if fixed_at else None,
            "device_accuracy_m": given["device_accuracy"],
            "device_distance_m": given["device_distance"],
        }
        return {"position": {name: value for name, value in found.items() if value is not None}}


class PhoneReportForm(PlacedForm, ReportForm):
    """A report of an inspector, who is on the spot and known."""

    address = None
    reporter_name = None
    reporter_phone = None
    uuid = ParsedField(sent_uuid_in)
    scheme = TextField()

    def told(self) -> Report:
        """The report, with its photos."""
        given = self.cleaned_data
        return self.report(
            SOURCE,
            scheme=given["scheme"],
            captured_at=given["captured_at"],
            accuracy_m=given["accuracy"],
            photos=self.photos(),
            details=self.position,
        )


class ResultForm(PlacedForm, PhotoForm):
    """The result of a task: an action on a case, with its words and photos."""

    uuid = ParsedField(sent_uuid_in)
    code = TextField()
    action = TextField()
    text = TextField()
    point = PlaceField(is_needed=False)

    def where(self) -> Where:
        """Where and when the result was taken down."""
        given = self.cleaned_data
        return Where(given["point"], given["accuracy"], given["captured_at"], self.position)


class PatrolForm(RequestForm):
    """On duty, off duty, and the track between."""

    action = TextField()
    at = ParsedField(moment_in)
    since = ParsedField(moment_in)
    points = forms.Field(required=False)

    def clean_points(self) -> list[Fix]:
        """The points of the track. Raises BadInput."""
        points = self.cleaned_data["points"] or []
        if not isinstance(points, list) or not all(isinstance(point, dict) for point in points):
            raise invalid(_("轨迹应为点的列表"))
        return [fix_in(point) for point in points]


def fix_in(point: dict[str, Any]) -> Fix:
    """A point of a track; no form of its own, since a track has thousands.

    Raises:
        BadInput: a part of it cannot be read, or the moment or the accuracy is missing.
    """
    at, accuracy = moment_in(point.get("at")), accuracy_in(point.get("accuracy"))
    if at is None or accuracy is None:
        raise BadInput(_("轨迹点缺少时间或精度"))
    return Fix(at, point_in(point.get("lon"), point.get("lat")), accuracy)
