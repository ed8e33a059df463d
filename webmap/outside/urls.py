"""The address of maps of others."""

from django.urls import path

from webmap.outside import views

urlpatterns = [
    path(
        "outside/<slug:map_id>/<int:zoom>/<int:column>/<int:row>", views.tile, name="outside-tile"
    ),
]
