"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

from webmap.pages import site

handler400 = "webmap.pages.site.refused"
handler403 = "webmap.pages.site.forbidden"
handler404 = "webmap.pages.site.not_found"
handler500 = "webmap.pages.site.broken"

urlpatterns = [
    path("healthz", site.healthz, name="healthz"),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("ogc", include("layers.ogc.urls")),
    path("open311/v2/", include("webmap.open311.urls")),
    path("report/", include("webmap.public.urls")),
    path("", include("webmap.pages.accounts_urls")),
    path("", include("webmap.imports.urls")),
    path("", include("webmap.sharing.urls")),
    path("", include("webmap.grid.urls")),
    path("inspector/", include("webmap.inspector.urls")),
    path("", include("webmap.pages.urls")),
]
