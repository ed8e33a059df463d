"""Moments as pages of casework show them."""

from datetime import datetime

from django import template

from webmap.web.moments import local

register = template.Library()


@register.filter
def moment(value: datetime | None) -> str:
    """Month, day and time in the city; with the year, where it is not this one."""
    return local(value)
