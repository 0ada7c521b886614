"""Addresses of the loops."""

from django.urls import include, path

urlpatterns = [path("", include("loops.solve.urls"))]
