"""The addresses of matters of every procedure."""

from django.urls import path

from webmap.matters import beginning, lists, views

urlpatterns = [
    path("matters/<slug:procedure>/", lists.listed, name="matters"),
    path("matters/<slug:procedure>/list.csv", lists.as_csv, name="matters-csv"),
    path("matters/<slug:procedure>/new", beginning.new, name="matter-new"),
    path("matters/<slug:procedure>/<str:code>", views.one, name="matter"),
    path("matters/<slug:procedure>/<str:code>/files/<int:number>", views.file, name="matter-file"),
    path("matters/<slug:procedure>/<str:code>/act", views.acted, name="matter-act"),
    path("matters/<slug:procedure>/<str:code>/amend", views.amended, name="matter-amend"),
    path("matters/<slug:procedure>/<str:code>/consult", views.consulted, name="matter-consult"),
    path("matters/<slug:procedure>/<str:code>/answer", views.answered, name="matter-answer"),
    path("matters/<slug:procedure>/<str:code>/unask", views.unasked, name="matter-unask"),
]
