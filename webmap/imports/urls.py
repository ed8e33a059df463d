"""The addresses of the review: for people and, asked for JSON, for programs."""

from django.urls import path

from webmap.imports import actions, pages, tiles, uploads

urlpatterns = [
    path("imports/", pages.index, name="imports"),
    path("imports/new", pages.new, name="imports-new"),
    path("imports/uploads", uploads.create, name="imports-uploads"),
    path("imports/uploads/<uuid:upload_id>", uploads.one, name="imports-upload"),
    path("imports/<int:run_id>", pages.one, name="imports-run"),
    path("imports/<int:run_id>/issues", pages.issues, name="imports-issues"),
    path("imports/<int:run_id>/issues.csv", pages.issues_csv, name="imports-issues-csv"),
    path("imports/<int:run_id>/rows", pages.rows, name="imports-rows"),
    path("imports/<int:run_id>/tiles/<int:z>/<int:x>/<int:y>", tiles.tile, name="imports-tile"),
    path("imports/<int:run_id>/choose", actions.choose, name="imports-choose"),
    path("imports/<int:run_id>/commit", actions.commit, name="imports-commit"),
    path("imports/<int:run_id>/undo", actions.undo, name="imports-undo"),
    path("imports/<int:run_id>/discard", actions.discard, name="imports-discard"),
    path("imports/<int:run_id>/again", actions.again, name="imports-again"),
    path("imports/<int:run_id>/source", actions.keep_source, name="imports-source"),
    path(
        "imports/<int:run_id>/issues/<int:issue_id>/<str:decision>",
        actions.proposal,
        name="imports-proposal",
    ),
]
