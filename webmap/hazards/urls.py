"""The addresses of geological-hazard warning."""

from django.urls import path

from webmap.hazards import rain, risk, susceptibility, verification, views

urlpatterns = [
    path("warnings", views.warnings, name="warnings"),
    path("hazards/risk", risk.risk, name="risk"),
    path("hazards/susceptibility", susceptibility.susceptibility, name="susceptibility"),
    path("hazards/verification", verification.verification, name="verification"),
    path("hazards/rain", rain.rain, name="rain"),
]
