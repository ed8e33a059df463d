"""The addresses of managing housing by map."""

from django.urls import path

from webmap.housing import overview, views

urlpatterns = [
    path("overview/housing", overview.housing, name="overview-housing"),
    path("units/<str:code>", views.units, name="unit-table"),
    path("panel/rights/<str:code>/personal", views.personal_rights, name="personal-rights"),
]
