"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

from webmap.web import site

handler400 = "webmap.web.site.refused"
handler403 = "webmap.web.site.forbidden"
handler404 = "webmap.web.site.not_found"
handler500 = "webmap.web.site.broken"

urlpatterns = [
    path("healthz", site.healthz, name="healthz"),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("ogc", include("layers.ogc.server.urls")),
    path("open311/v2/", include("webmap.open311.urls")),
    path("report/", include("webmap.public.urls")),
    path("", include("webmap.accounts.urls")),
    path("", include("webmap.exports.urls")),
    path("", include("webmap.imports.urls")),
    path("", include("webmap.sharing.urls")),
    path("", include("webmap.casework.urls")),
    path("inspector/", include("webmap.inspector.urls")),
    path("", include("webmap.housing.urls")),
    path("", include("webmap.hazards.urls")),
    path("", include("webmap.map.urls")),
]
