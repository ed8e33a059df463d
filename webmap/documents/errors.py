"""What can go wrong with a document; none of these knows HTTP."""

from webmap.errors import WebmapError
from webmap.web.errors import BadInput


class TemplateFault(WebmapError, ValueError):
    """A template does not compile; the message names file and line."""


class FontMissing(TemplateFault):
    """A template names a font that the machine has not."""


class DoesNotFit(BadInput):
    """What is wanted does not fit on the paper at the scale; the message says what would."""


class NothingToPrint(WebmapError, ValueError):
    """What a document is about is not there for its reader; the message says so."""
