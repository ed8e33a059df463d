"""The addresses of geological-hazard warning."""

from django.urls import path

from webmap.hazards import (
    drafting,
    hand_over,
    rain,
    rain_on_map,
    readings,
    risk,
    susceptibility,
    verification,
    views,
    warning_views,
)

urlpatterns = [
    path("warnings", views.warnings, name="warnings"),
    path("hazards/readings", readings.readings, name="rain-readings"),
    path("hazards/risk", risk.risk, name="risk"),
    path("hazards/susceptibility", susceptibility.susceptibility, name="susceptibility"),
    path("hazards/verification", verification.verification, name="verification"),
    path("hazards/rain", rain.rain, name="rain"),
    path("hazards/warnings/new", drafting.new, name="warning-new"),
    path("hazards/warnings/<str:identifier>.zip", hand_over.package, name="warning-package"),
    path("hazards/warnings/<str:code>/draft", drafting.revise, name="warning-draft"),
    path("warning/", warning_views.listed, name="warning-list"),
    path("warning/<str:identifier>", warning_views.one, name="warning-page"),
    path("cap/feed.xml", warning_views.feed, name="cap-feed"),
    path("cap/<str:identifier>.xml", warning_views.document, name="cap-document"),
    path("hazards/rain/map", rain_on_map.rain_on_map, name="rain-on-map"),
    path("hazards/rain/typed", rain.typed, name="rain-typed"),
]
