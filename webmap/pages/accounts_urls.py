"""The addresses of accounts and exports; language is switched at ``/i18n/setlang/``."""

from django.urls import path

from webmap.pages import accounts, exports, identities

urlpatterns = [
    path("accounts/login/", accounts.SignIn.as_view(), name="login"),
    path("accounts/logout/", accounts.SignOut.as_view(), name="logout"),
    path("accounts/session", accounts.session, name="session"),
    path("accounts/oidc/", identities.begin, name="oidc"),
    path("accounts/oidc/back", identities.back, name="oidc-back"),
    path("exports", exports.ask, name="exports"),
    path("exports/<uuid:export_id>", exports.status, name="export"),
    path("exports/<uuid:export_id>/file", exports.download, name="export-file"),
]
