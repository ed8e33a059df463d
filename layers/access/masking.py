"""How personal data look to those who have not asked to see them in full. Pure."""

import re

KEPT_DIGITS = 3
# A mobile telephone, an identity card, a telephone with its area code; with the blanks and
# hyphens that people put between. Codes of components (16 digits) and cases (19) are none.
_BETWEEN = r"[\s-]?"
_NUMBERS = re.compile(
    rf"(?<!\d)(?:1[3-9](?:{_BETWEEN}\d){{9}}|\d(?:{_BETWEEN}\d){{16}}{_BETWEEN}[\dXx]|0\d{{2,3}}{_BETWEEN}\d{{7,8}})(?!\d)"
)


def masked(text: str) -> str:
    """A name with its first character only, a number with its ends only.

    >>> masked("张三丰")
    '张**'
    >>> masked("13812345678")
    '138****5678'
    >>> masked("")
    ''
    """
    text = text.strip()
    if not text:
        return ""
    if text.isdigit() and len(text) > KEPT_DIGITS + 4:
        return f"{text[:KEPT_DIGITS]}****{text[-4:]}"
    return f"{text[0]}**"


def masked_within(text: str) -> str:
    """A text in which telephones and identity cards are masked.

    >>> masked_within("找王师傅 138 1234 5678，井盖 1234560103000123")
    '找王师傅 138****5678，井盖 1234560103000123'
    """
    return _NUMBERS.sub(lambda found: masked(re.sub(r"[\sXx-]", "", found[0])), text)
