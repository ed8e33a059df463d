"""Forms whose fields are the parsers of ``webmap.web.parsing``, for pages and programs alike."""

from collections.abc import Callable
from typing import Any, Self

from django import forms

from grid.cases.photos import MOST_PIXELS, Photo
from spatial.casework.texts import plain
from webmap.web.errors import BadInput
from webmap.web.parsing import photos_in, point_in


class ParsedField(forms.Field):
    """A field of a parser; it may be left out, where the parser allows that."""

    def __init__(self, parse: Callable[[Any], Any], **named: Any) -> None:
        super().__init__(required=False, **named)
        self.parse = parse

    def to_python(self, value: Any) -> Any:
        """The value; the parser's refusal becomes the field's error."""
        try:
            return self.parse(value)
        except BadInput as error:
            raise invalid(str(error), error.field) from None


class TextField(ParsedField):
    """A text as it was sent; how long it may be is decided where it is kept."""

    def __init__(self, **named: Any) -> None:
        super().__init__(_text, **named)


class PlainField(ParsedField):
    """A text without outer blanks and characters that the database does not take."""

    def __init__(self, most: int | None = None, **named: Any) -> None:
        super().__init__(lambda value: plain(_text(value))[:most], **named)


class PlaceInput(forms.Widget):
    """Two inputs, ``lon`` and ``lat``."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> tuple[Any, Any]:
        """Both as they were sent."""
        return data.get("lon"), data.get("lat")


class PlaceField(ParsedField):
    """A place in degrees; its value is a point in the city's CRS."""

    def __init__(self, *, is_needed: bool = True, **named: Any) -> None:
        super().__init__(self._place, widget=PlaceInput(), **named)
        self.is_needed = is_needed

    def _place(self, given: tuple[Any, Any]) -> Any:
        return point_in(*given) if self.is_needed or given[0] is not None else None


class RequestForm(forms.Form):
    """A form of a request.

    A field whose name Python does not allow ends in ``_`` here, and without it there.
    """

    def add_prefix(self, field_name: str) -> str:
        """The name of a field within the request."""
        return field_name.removesuffix("_")

    def checked(self) -> Self:
        """The form itself, once every field fits.

        Raises:
            BadInput: the first error, with the field at fault.
        """
        for name, errors in self.errors.as_data().items():
            text, field = errors[0].messages[0], self.fields.get(name)
            if field is None or isinstance(field, ParsedField):  # parsers say what they are about
                raise self.refusal(text, str(errors[0].code or self.add_prefix(name)))
            raise self.refusal(f"{field.label}：{text}", self.add_prefix(name))
        return self

    def refusal(self, message: str, field: str) -> BadInput:
        """The exception of an error."""
        return BadInput(message, field)


class PhotoForm(RequestForm):
    """A form that may bring photos."""

    def photos(self, most_pixels: int = MOST_PIXELS) -> list[Photo]:
        """The photos that came with the form.

        Raises:
            BadInput: a photo is too large.
            InvalidInput: a file is no photo.
        """
        return photos_in(self.files.getlist("photos"), most_pixels)


def invalid(message: str, field: str = "") -> forms.ValidationError:
    """An error of a form, with the name of the input at fault."""
    return forms.ValidationError(message, code=field or None)


def _text(value: Any) -> str:
    return "" if value is None else str(value)
