"""Texts of others, as the database takes them. Pure."""


def storable(text: str, most: int) -> str:
    r"""The text without NUL, which the database knows not, cut to a number of characters.

    >>> storable("a\0bcd", 3)
    'abc'
    """
    return text.replace("\0", "")[:most]
