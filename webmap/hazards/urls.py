"""The addresses of geological-hazard warning."""

from django.urls import path

from webmap.hazards import (
    rain,
    rain_on_map,
    readings,
    risk,
    susceptibility,
    verification,
    views,
)

urlpatterns = [
    path("warnings", views.warnings, name="warnings"),
    path("hazards/readings", readings.readings, name="rain-readings"),
    path("hazards/risk", risk.risk, name="risk"),
    path("hazards/susceptibility", susceptibility.susceptibility, name="susceptibility"),
    path("hazards/verification", verification.verification, name="verification"),
    path("hazards/rain", rain.rain, name="rain"),
    path("hazards/rain/map", rain_on_map.rain_on_map, name="rain-on-map"),
    path("hazards/rain/typed", rain.typed, name="rain-typed"),
]
