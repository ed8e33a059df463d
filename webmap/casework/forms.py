"""The forms of the desk: a new case, and an action on a case."""

from typing import Any

from grid.cases.actions import Report
from webmap.web.forms import ParsedField, PhotoForm, TextField
from webmap.web.parsing import local_moment_in, uuid_in, version_in, yes_in
from webmap.web.report_form import ReportForm

SOURCES = ("电话举报", "来信来访", "视频监控", "领导批示", "媒体曝光")


class NewCaseForm(ReportForm):
    """A case that somebody reports to the centre."""

    source = TextField()
    is_public = ParsedField(yes_in)

    def told(self) -> Report:
        """The report; of a source that the form does not offer it becomes the first one."""
        given = self.cleaned_data
        source = given["source"] if given["source"] in SOURCES else SOURCES[0]
        return self.report(source, is_public=given["is_public"], photos=self.photos())


class ActionForm(PhotoForm):
    """An action, what it needs, and the version of the case that it was chosen for."""

    action = TextField()
    until = ParsedField(local_moment_in)
    expected = ParsedField(version_in)
    uuid = ParsedField(uuid_in)
    reason = TextField()
    note = TextField()
    condition = TextField()
    department = TextField()
    inspector = TextField()
    main = TextField()
    because = TextField()
    round = TextField()
    item = TextField()
    words = TextField()
    address = TextField()

    def given(self) -> dict[str, Any]:
        """What the form gives to the action; inputs that were left empty are absent."""
        apart = ("action", "until", "expected", "uuid")
        texts = {n: v for n, v in self.cleaned_data.items() if n not in apart and v}
        given: dict[str, Any] = {name: text.strip() for name, text in texts.items()}
        if until := self.cleaned_data["until"]:
            given["until"] = until
        return given
