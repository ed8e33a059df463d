"""The addresses of digital planning."""

from django.urls import path

from webmap.planning import overview

urlpatterns = [path("overview/planning", overview.planning, name="overview-planning")]
