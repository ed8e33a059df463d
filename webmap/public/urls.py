"""The pages for anybody, below ``/report/``."""

from django.urls import path

from webmap.public import pages, reporting

urlpatterns = [
    path("", reporting.form, name="public-report"),
    path("follow", pages.follow, name="public-follow"),
    path("map", pages.shown_map, name="public-map"),
    path("cases.json", pages.as_geojson, name="public-cases"),
]
