"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

from webmap.web import security, site
from webmap.web.professions import professions

handler400 = "webmap.web.site.refused"
handler403 = "webmap.web.site.forbidden"
handler404 = "webmap.web.site.not_found"
handler500 = "webmap.web.site.broken"

urlpatterns = [
    path("healthz", site.healthz, name="healthz"),
    path(".well-known/security.txt", security.security_txt, name="security.txt"),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("ogc", include("layers.ogc.server.urls")),
    path("open311/v2/", include("webmap.open311.urls")),
    path("", include("webmap.accounts.urls")),
    path("", include("webmap.exports.urls")),
    path("", include("webmap.matters.urls")),
    path("", include("webmap.outside.urls")),
    path("", include("webmap.map.table.urls")),
    path("", include("webmap.map.sketches.urls")),
    *(path(urls.prefix, include(urls.module)) for one in professions() for urls in one.urls),
    path("", include("webmap.map.urls")),
]
