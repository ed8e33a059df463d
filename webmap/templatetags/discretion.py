"""What people wrote, as pages of the centre show it."""

from django import template

from layers.access.masking import masked_within

register = template.Library()


@register.filter
def guarded(text: str) -> str:
    """Words with the telephones and identity cards in them masked."""
    return masked_within(text or "")
