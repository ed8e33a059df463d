"""The addresses of the attribute table."""

from django.urls import path

from webmap.map.table import areas, columns, rows, views

urlpatterns = [
    path("table/area", areas.area, name="table-area"),
    path("table/views", views.saved_views, name="table-views"),
    path("table/views/<int:view_id>/delete", views.delete, name="table-view-delete"),
    path("table/<str:layer_id>/columns", columns.columns, name="table-columns"),
    path("table/<str:layer_id>/items", rows.page, name="table-rows"),
    path("table/<str:layer_id>/download", rows.download, name="table-download"),
]
