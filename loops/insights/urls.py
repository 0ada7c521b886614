"""Addresses of the insights, all in one namespace, whichever room answers."""

from django.urls import include, path

app_name = "insights"
urlpatterns = [
    path("", include("loops.reports.urls")),
]
