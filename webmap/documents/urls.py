"""The addresses of documents, and of the public page that verifies them."""

from django.urls import path

from webmap.documents import sheet_pages, verification, views

urlpatterns = [
    path("documents/", views.mine, name="documents"),
    path("documents/sheets", sheet_pages.form, name="document-sheets"),
    path("documents/new/<str:kind>", views.new, name="document-new"),
    path("documents/order/<str:kind>", views.ask, name="document-order"),
    path("documents/<uuid:order_id>", views.status, name="document"),
    path("documents/<uuid:order_id>/file", views.download, name="document-file"),
    path("documents/withdraw/<str:code>", views.taken_back, name="document-withdraw"),
    path("verify/", verification.ask, name="verify"),
    path("verify/<str:code>", verification.verify, name="verify-code"),
]
