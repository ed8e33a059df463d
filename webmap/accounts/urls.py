"""The addresses of accounts; language is switched at ``/i18n/setlang/``."""

from django.urls import path

from webmap.accounts import absence_views, identity_views, people_views, second_factor_views, views

urlpatterns = [
    path("accounts/login/", views.SignIn.as_view(), name="login"),
    # Below the sign-in, where the cookie of a known browser is sent.
    path("accounts/login/code", second_factor_views.enter_code, name="sign-in-code"),
    path("accounts/second-factor/", second_factor_views.setup, name="second-factor-setup"),
    path("accounts/people/<int:pk>/", people_views.person, name="person"),
    path("accounts/absences/", absence_views.absences, name="absences"),
    path("accounts/logout/", views.SignOut.as_view(), name="logout"),
    path("accounts/session", views.session, name="session"),
    path("accounts/password/", views.ChangePassword.as_view(), name="password"),
    path("accounts/oidc/", identity_views.begin, name="oidc"),
    path("accounts/oidc/back", identity_views.back, name="oidc-back"),
]
