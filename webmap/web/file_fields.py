"""A field of a form by which files come along with what is written."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from spatial.casework.errors import InvalidInput
from spatial.casework.files import (
    KINDS,
    MOST_BYTES,
    MOST_FILES,
    ReceivedFile,
    check_number,
    read_file,
)


class FilesInput(forms.FileInput):
    """An input of several files."""

    allow_multiple_selected = True


class FilesField(forms.Field):
    """Files that come along, looked at: their kind and size."""

    def __init__(self) -> None:
        widget = FilesInput(attrs={"multiple": True, "accept": ",".join(KINDS)})
        hint = _("PDF、OFD、JPEG、PNG、DOCX、XLSX，一次最多 %(files)d 个，每个不超过 %(mb)d MB")
        sizes = {"files": MOST_FILES, "mb": MOST_BYTES // 1024**2}
        super().__init__(label=_("附件"), required=False, help_text=hint % sizes, widget=widget)

    def clean(self, value: Any) -> list[ReceivedFile]:
        """The files; the refusal of one becomes the field's error."""
        uploads = list(value or ())
        try:
            check_number(len(uploads))
            return [_received(one) for one in uploads]
        except InvalidInput as error:
            raise forms.ValidationError(str(error)) from None


def _received(upload: UploadedFile) -> ReceivedFile:
    """A file that came; of one that is too large no more is read than tells so."""
    return read_file(upload.name or "", upload.read(MOST_BYTES + 1))
