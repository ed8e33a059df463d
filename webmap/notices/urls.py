"""The addresses of notices."""

from django.urls import path

from webmap.notices import preferences, views

urlpatterns = [
    path("notices/", views.inbox, name="notices"),
    path("notices/count", views.count, name="notices-count"),
    path("notices/read", views.read, name="notices-read"),
    path("notices/<int:pk>/open", views.open_notice, name="notice-open"),
    path("notices/preferences", preferences.preferences, name="notices-preferences"),
]
