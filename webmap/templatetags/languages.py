"""What is said in Chinese on a page in another language: in the reader's words, or marked as Chinese."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from spatial.languages import holds_chinese, in_english

register = template.Library()


@register.filter
def in_words(value: Any) -> str:
    """A name that is declared, of a role or a department, in the reader's language where it has one."""
    text = str(value or "")
    return gettext(text) if text else ""


@register.filter
def zh(value: Any) -> SafeString:
    """The attribute of an element that holds this value: its language, where that is not the page's."""
    return mark_safe(' lang="zh"') if _is_foreign(value) else mark_safe("")  # noqa: S308


@register.filter
def as_named(value: Any) -> SafeString | str:
    """A name as it stands in the data; on a page in English marked as Chinese."""
    return format_html('<span lang="zh">{}</span>', value) if _is_foreign(value) else str(value)


def _is_foreign(value: Any) -> bool:
    return in_english() and holds_chinese(str(value))
