"""The report of somebody without an account."""

from typing import Any

from django.utils.translation import gettext as _

from spatial.casework.texts import is_blank
from webmap.web.forms import ParsedField, invalid
from webmap.web.parsing import sent_uuid_in
from webmap.web.report_form import ReportForm

MOST_PHOTOS, MOST_WORDS, LEAST_WORDS = 3, 500, 4


class PublicReportForm(ReportForm):
    """A report with a class, some words and the form's own UUID; a few photos at most."""

    field_order = ("class_", "description", "point", "uuid")

    component = None  # the public knows no components
    uuid = ParsedField(sent_uuid_in)

    def clean_class_(self) -> tuple[str, str]:
        """A class was chosen."""
        kind, code = self.cleaned_data["class_"]
        if not code:
            raise invalid(_("请选择问题类别"), "class")
        return kind, code

    def clean_description(self) -> str:
        """Neither a cry nor a letter; lines count as the browser counts them."""
        words = self.cleaned_data["description"].replace("\r\n", "\n").strip()
        if is_blank(words) or not LEAST_WORDS <= len(words) <= MOST_WORDS:
            told = {"least": LEAST_WORDS, "most": MOST_WORDS}
            raise invalid(_("问题描述请写 %(least)s 到 %(most)s 个字") % told, "description")
        return words

    def clean(self) -> dict[str, Any]:
        """Few photos; names and places without outer blanks."""
        if len(self.files.getlist("photos")) > MOST_PHOTOS:
            raise invalid(_("照片最多 %(n)s 张") % {"n": MOST_PHOTOS}, "photos")
        stripped = ("address", "reporter_name", "reporter_phone")
        given = self.cleaned_data
        return given | {name: given.get(name, "").strip() for name in stripped}
