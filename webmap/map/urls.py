"""The addresses of the map and its fragments."""

from django.urls import path

from webmap.map import bookmarks, here, measure, overview, panel, search, tasks
from webmap.map import views as map_pages
from webmap.web.entrances import entrances

urlpatterns = [
    *(
        path(one.path.lstrip("/"), map_pages.map_page, {"entrance": one.id}, name=f"map-{one.id}")
        for one in entrances()
    ),
    path("map/style", map_pages.map_style, name="map-style"),
    path("terrain/<int:zoom>/<int:column>/<int:row>.<str:form>", map_pages.terrain, name="terrain"),
    path("tasks", tasks.waiting, name="tasks"),
    path("panel/<str:layer_id>/<str:code>", panel.panel, name="panel"),
    path("panel/<str:layer_id>/<str:code>/history", panel.history, name="history"),
    path("panel/<str:layer_id>/<str:code>/personal", panel.personal, name="personal"),
    path("here", here.here, name="here"),
    path("overview/general", overview.general, name="overview-general"),
    path("bookmarks", bookmarks.bookmarks, name="bookmarks"),
    path("bookmarks/<int:bookmark_id>/delete", bookmarks.delete, name="bookmark-delete"),
    path("search", search.search_results, name="search"),
    path("measure", measure.measured, name="measure"),
]
