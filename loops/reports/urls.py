"""Addresses of the reports, below /insights/ and in its namespace."""

from django.urls import path

from loops.reports import views, visits

urlpatterns = [
    path("reports/", views.reports, name="reports"),
    path("reports/all.zip", views.everything, name="reports_zip"),
    path("reports/visits/<str:name>/", visits.visit, name="visit"),
    path("reports/<slug:key>/", views.report, name="report"),
    path("reports/<slug:key>/export/", views.export, name="report_export"),
]
