"""The addresses of park keeping, below ``/parks/``."""

from django.urls import path

from tests.dummy import views

urlpatterns = [
    path("upkeep", views.upkeep, name="parks-upkeep"),
    path("overview", views.overview, name="parks-overview"),
]
