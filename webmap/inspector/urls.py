"""The addresses of the phone's app, below ``/inspector/``."""

from django.urls import path

from webmap.inspector import api, views

urlpatterns = [
    path("", views.shell, name="inspector"),
    path("sw.js", views.worker),
    path("manifest.webmanifest", views.manifest),
    path("parts/<str:name>", views.part),
    path("api/me", api.me),
    path("api/classes", api.classes),
    path("api/area", api.area),
    path("api/tasks", api.tasks),
    path("api/mine", api.mine),
    path("api/report", api.reported),
    path("api/act", api.acted),
    path("api/patrol", api.patrol),
]
