"""Addresses of the reports, below /insights/ and in its namespace."""

from django.urls import path

from loops.reports import averages, views, visits

urlpatterns = [
    path("reports/", views.reports, name="reports"),
    path("reports/all.zip", views.everything, name="reports_zip"),
    path("reports/radar/averages/<int:team>/", averages.averages, name="averages"),
    path("reports/visits/<str:name>/", visits.visit, name="visit"),
    path("reports/<slug:key>/", views.report, name="report"),
    path("reports/<slug:key>/export/", views.export, name="report_export"),
]
