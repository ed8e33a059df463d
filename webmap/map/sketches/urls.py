"""The addresses of sketches."""

from django.urls import path

from webmap.map.sketches import check_pages, drawing, files, kept, looks

urlpatterns = [
    path("sketches/", kept.sketches, name="sketches"),
    path("sketches/look", looks.look, name="sketch-look"),
    path("sketches/check", check_pages.check, name="sketch-check"),
    path("sketches/measure", drawing.measured, name="sketch-measure"),
    path("sketches/positions", drawing.typed, name="sketch-positions"),
    path("sketches/exact", drawing.exact, name="sketch-exact"),
    path("sketches/file", files.download, name="sketch-file"),
    path("sketches/shared/<str:link>", kept.shared, name="sketch-shared"),
    path("sketches/<uuid:sketch_id>", kept.sketch, name="sketch"),
    path("sketches/<uuid:sketch_id>/delete", kept.delete, name="sketch-delete"),
    path("sketches/<uuid:sketch_id>/share", kept.share, name="sketch-share"),
]
