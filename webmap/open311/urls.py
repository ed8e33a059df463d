"""The addresses of Open311, below ``/open311/v2/``."""

from django.urls import path, re_path

from webmap.open311 import views

FORM = r"\.(?P<form>json|xml)"

urlpatterns = [
    re_path(rf"^discovery{FORM}$", views.discovery),
    re_path(rf"^services{FORM}$", views.services),
    re_path(rf"^services/(?P<code>[^/]+){FORM}$", views.service),
    re_path(rf"^requests{FORM}$", views.many),
    re_path(rf"^requests/(?P<number>[^/]+){FORM}$", views.one),
    re_path(rf"^tokens/(?P<number>[^/]+){FORM}$", views.token),
    path("photos/<uuid:photo_id>.jpg", views.photo),
    re_path(rf"^.*{FORM}$", views.unknown),
    re_path(r"^", views.unknown, {"form": "xml"}),
]
