"""The kinds of documents that the site knows how to fill, each by its own module.

``data/documents/kinds.toml`` says what they are called and how they are numbered.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest

from webmap.documents import case_files, checks, import_reports, records, sheets, statistics
from webmap.documents.issuing import Contents

Params = Mapping[str, Any]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Content:
    """How one kind of document is ordered, filled, and kept from those it is not for.

    ``order`` reads the parameters of a request and raises for what the caller may not have;
    ``collect`` reads for the user as they stand when the document is made, and raises
    ``NothingToPrint``; ``is_open``: whether the user may still have what was read.
    """

    order: Callable[[HttpRequest], dict[str, Any]]
    collect: Callable[[Params, User | None, Progress], Contents]
    is_open: Callable[[Params, User | None, Mapping[str, str]], bool]


CONTENTS: dict[str, Content] = {
    "record": Content(records.order, records.collect, records.is_open),
    "case": Content(case_files.order, case_files.collect, case_files.is_open),
    "import": Content(import_reports.order, import_reports.collect, import_reports.is_open),
    "statistics": Content(statistics.order, statistics.collect, statistics.is_open),
    "check": Content(checks.order, checks.collect, checks.is_open),
    "sheets": Content(sheets.order, sheets.collect, sheets.is_open),
}


def content_of(kind: str) -> Content:
    """How a kind is filled.

    Raises:
        Http404: there is no such kind.
    """
    try:
        return CONTENTS[kind]
    except KeyError:
        raise Http404 from None
