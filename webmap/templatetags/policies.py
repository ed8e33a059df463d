"""The policies of casework as filters: ``{% if request.actor|can_see_patrols %}``."""

from django import template

from grid.cases import policies

register = template.Library()
register.filter("can_see_patrols", policies.can_see_patrols)
register.filter("can_see_cells", policies.can_see_cells)
