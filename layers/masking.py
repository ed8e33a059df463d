"""How personal data look to those who have not asked to see them in full. Pure."""

KEPT_DIGITS = 3


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
