"""What documents are ordered with, and what they refuse."""

from django.utils import timezone
from django.utils.translation import gettext as _

from spatial.city import city
from spatial.periods import AsOf, PeriodError, parse_as_of
from webmap.web.errors import BadInput, BadRequest

MOST_TITLE = 60


def moment_of(text: str | None) -> AsOf:
    """The moment that a document shows: a day or an instant, '' for now.

    Today is a day like any other: its end, so what stands now.

    Raises:
        BadRequest: it cannot be read, or is an interval.
        BadInput: it lies ahead; nothing is known of that day.
    """
    try:
        moment = parse_as_of(text, city().time_zone)
    except PeriodError as error:
        raise BadRequest(str(error), "at") from error
    if moment.interval:
        raise BadRequest(_("这里只接受一个日期，不接受时间区间"), "at")
    if moment.instant and timezone.localdate(moment.instant) > timezone.localdate():
        raise BadInput(_("文档不能出具未来日期的状态"), "at")
    return moment


def line_of(text: str | None, most: int = MOST_TITLE) -> str:
    """Printable text on one line, cut where it is too long.

    >>> line_of(" 人民路\\n  北段 \\x00")
    '人民路 北段'
    """
    kept = "".join(c for c in text or "" if c.isprintable() or c.isspace())
    return " ".join(kept.split())[:most]
