"""What a feature is called, from the parts that its layer declares. Pure.

>>> called(("{entrance} 单元", "{room}"), {"entrance": "2", "room": "301"})
'2 单元 301'
>>> called(("{entrance} 单元", "{room}"), {"entrance": "", "room": "301"})
'301'
"""

from collections.abc import Iterable, Mapping
from string import Formatter

CLASS = "class"  # stands for the name of the feature's class


def fields_in(parts: Iterable[str]) -> list[str]:
    """The names of the fields that the parts need."""
    names = (name for part in parts for _, name, _, _ in Formatter().parse(part) if name)
    return [name for name in names if name != CLASS]


def called(parts: Iterable[str], values: Mapping[str, str]) -> str:
    """The parts with their values, joined; a part with an empty value is left out."""
    whole = []
    for part in parts:
        names = [name for _, name, _, _ in Formatter().parse(part) if name]
        if all(values.get(name) for name in names):
            whole.append(part.format_map(values))
    return " ".join(whole)
