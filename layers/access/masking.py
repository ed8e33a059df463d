"""How personal data within running texts look to those who have not asked to see them. Pure."""

import re

from spatial.sealed.rules.formats import Kind, mask

# A mobile telephone, an identity card, a telephone with its area code; with the blanks and
# hyphens that people put between. Codes of components (16 digits) and cases (19) are none.
_BETWEEN = r"[\s-]?"
_NUMBERS = re.compile(
    rf"(?<!\d)(?:1[3-9](?:{_BETWEEN}\d){{9}}|\d(?:{_BETWEEN}\d){{16}}{_BETWEEN}[\dXx]|0\d{{2,3}}{_BETWEEN}\d{{7,8}})(?!\d)"
)
_ID_LENGTH = 18


def masked_within(text: str) -> str:
    """A text in which telephones and identity cards are masked.

    >>> masked_within("找王师傅 138 1234 5678，井盖 1234560103000123")
    '找王师傅 138****5678，井盖 1234560103000123'
    """
    return _NUMBERS.sub(_masked, text)


def _masked(found: re.Match[str]) -> str:
    number = re.sub(r"[\s-]", "", found[0])
    return mask(Kind.ID_NUMBER if len(number) == _ID_LENGTH else Kind.TELEPHONE, number)
