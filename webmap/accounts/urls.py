"""The addresses of accounts and exports; language is switched at ``/i18n/setlang/``."""

from django.urls import path

from webmap.accounts import identity_views, views
from webmap.exports import views

urlpatterns = [
    path("accounts/login/", views.SignIn.as_view(), name="login"),
    path("accounts/logout/", views.SignOut.as_view(), name="logout"),
    path("accounts/session", views.session, name="session"),
    path("accounts/password/", views.ChangePassword.as_view(), name="password"),
    path("accounts/oidc/", identity_views.begin, name="oidc"),
    path("accounts/oidc/back", identity_views.back, name="oidc-back"),
    path("exports", views.ask, name="exports"),
    path("exports/<uuid:export_id>", views.status, name="export"),
    path("exports/<uuid:export_id>/file", views.download, name="export-file"),
]
