"""Names and numbers in the one form in which they are searched. Pure."""

import re
import unicodedata

# Blanks of every width, controls, marks without width: nobody means them when searching.
_BLANKS = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff\u180e\x00-\x1f]+")
_HYPHENS = re.compile(r"[-\u00ad\u2010-\u2015\u2212\u30fc]+")
_DOTS = re.compile(r"[\u2022\u2027\u2219\u22c5\u30fb\uff65.]")
_OPENING, _CLOSING = re.compile(r"[\[{【〔《<]"), re.compile(r"[\]}】〕》>]")
_COUNTRY = re.compile(r"^(?:\+|00)?86(?=1[3-9]\d{9}$|0\d{9,11}$)")
# What stands between several names in one cell.
_BETWEEN = re.compile(r"[、，,;；/|\n\r\t]+")
MOST_PARTS = 50


def normalised(kind: str, value: str) -> str:
    """The value in NFKC without blanks, in one case; numbers without hyphens.

    >>> normalised("name", " Ｊｏｈｎ　Smith"), normalised("telephone", "+86 138-1234-5678")
    ('johnsmith', '13812345678')
    >>> normalised("id_number", "11010519491231002x")
    '11010519491231002X'
    >>> normalised("certificate", "湘（2026）某县不动产权第 0000001 号")
    '湘(2026)某县不动产权第0000001号'
    """
    text = _BLANKS.sub("", unicodedata.normalize("NFKC", value))
    if kind == "name":
        return unicodedata.normalize("NFKC", _DOTS.sub("·", text).casefold())
    if kind == "certificate":
        return _CLOSING.sub(")", _OPENING.sub("(", text)).upper()
    text = _HYPHENS.sub("", text).upper()
    if kind == "telephone":
        return _COUNTRY.sub("", text.replace("(", "").replace(")", "")).lstrip("+")
    return text


def search_terms(kind: str, value: str) -> list[str]:
    """Under which normalised terms a value is found: as a whole, and each of several names.

    >>> search_terms("name", "张三、李四")
    ['张三、李四', '张三', '李四']
    """
    parts = _BETWEEN.split(value)[:MOST_PARTS] if _BETWEEN.search(value) else []
    terms = (normalised(kind, part) for part in (value, *parts))
    return list(dict.fromkeys(filter(None, terms)))
