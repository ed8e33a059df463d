"""The addresses of the map and its fragments."""

from django.urls import path

from webmap.map import here, measure, overview, panel, search
from webmap.map import views as map_pages

urlpatterns = [
    *map_pages.urlpatterns,
    path("panel/<str:layer_id>/<str:code>", panel.panel, name="panel"),
    path("panel/<str:layer_id>/<str:code>/personal", panel.personal, name="personal"),
    path("here", here.here, name="here"),
    path("overview/general", overview.general, name="overview-general"),
    path("overview/planning", overview.planning, name="overview-planning"),
    path("overview/housing", overview.housing, name="overview-housing"),
    path("search", search.found, name="search"),
    path("measure", measure.measured, name="measure"),
]
