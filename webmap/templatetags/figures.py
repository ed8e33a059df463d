"""Numbers as pages show them: thousands apart, in every language."""

from django import template

register = template.Library()


@register.filter
def figure(value: float | None, digits: int = 0) -> str:
    """``1234567.891`` as ``1,234,567.9`` for digits=1; nothing as ``—``."""
    return "—" if value is None else f"{value:,.{int(digits)}f}"
