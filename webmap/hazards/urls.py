"""The addresses of geological-hazard warning."""

from django.urls import path

from webmap.hazards import views

urlpatterns = [path("warnings", views.warnings, name="warnings")]
