"""The addresses of the map and its fragments."""

from django.urls import path

from webmap.pages import here, measure, overview, panel, search, units, warnings
from webmap.pages import map as map_pages

urlpatterns = [
    *map_pages.urlpatterns,
    path("panel/<str:layer_id>/<str:code>", panel.panel, name="panel"),
    path("panel/<str:layer_id>/<str:code>/personal", panel.personal, name="personal"),
    path("units/<str:code>", units.units, name="unit-table"),
    path("here", here.here, name="here"),
    path("warnings", warnings.warnings, name="warnings"),
    path("overview/general", overview.general, name="overview-general"),
    path("overview/planning", overview.planning, name="overview-planning"),
    path("overview/housing", overview.housing, name="overview-housing"),
    path("search", search.found, name="search"),
    path("measure", measure.measured, name="measure"),
]
