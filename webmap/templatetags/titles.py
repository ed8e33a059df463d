"""Titles of procedures in templates: ``{{ procedure.title|titled }}``."""

from django import template

from spatial.casework.titles import title_shown

register = template.Library()
register.filter("titled", title_shown)
