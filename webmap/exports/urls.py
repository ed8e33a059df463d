"""The addresses of exports."""

from django.urls import path

from webmap.exports import views

urlpatterns = [
    path("exports", views.ask, name="exports"),
    path("exports/<uuid:export_id>", views.status, name="export"),
    path("exports/<uuid:export_id>/file", views.download, name="export-file"),
]
