"""The language in which something is said to the reader of the moment."""

from collections.abc import Mapping

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation.trans_real import parse_accept_lang_header

from spatial.codes import Scheme, schemes


def in_english() -> bool:
    """Whether the reader of the moment is answered in English."""
    return (get_language() or "").startswith("en")


def shown_schemes() -> Mapping[str, Scheme]:
    """Every coding scheme, by id, with titles and names in the reader's language."""
    known = schemes()
    return {key: one.english for key, one in known.items()} if in_english() else known


def shown_scheme(scheme_id: str) -> Scheme:
    """One scheme with its names in the reader's language. Raises KeyError if there is none."""
    return shown_schemes()[scheme_id]


def fitting_language(chosen: str, accepted: str) -> str:
    """The offered language for a reader: the chosen one, else the first accepted, else the city's.

    ``chosen`` is a code of ours or nothing, ``accepted`` an ``Accept-Language`` header.
    """
    offered = [code for code, _title in settings.LANGUAGES]
    if chosen in offered:
        return chosen
    by_base = {code.split("-")[0]: code for code in offered}
    wanted = (tag.split("-")[0] for tag, _weight in parse_accept_lang_header(accepted.lower()))
    return next((by_base[base] for base in wanted if base in by_base), settings.LANGUAGE_CODE)


def holds_chinese(text: str) -> bool:
    """Whether there is a Chinese character in the text.

    >>> holds_chinese("P1 甲"), holds_chinese("P1")
    (True, False)
    """
    return any("\u4e00" <= character <= "\u9fff" for character in text)
