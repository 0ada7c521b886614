"""Every address. The only module that knows every app."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from kcs import health, views

urlpatterns = [
    path("", include("tickets.urls")),
    path("", include("loops.urls")),
    path("", include("articles.urls")),
    path("", include("portal.urls")),
    path("", include("people.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("loops.api_urls")),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
]
if settings.DEBUG:
    urlpatterns.append(path("styleguide/", views.styleguide, name="styleguide"))

handler400 = "kcs.broken.bad_request"
handler500 = "kcs.broken.server_error"
