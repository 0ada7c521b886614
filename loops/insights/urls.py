"""Addresses of the insights. What the other rooms of the evolve loop show stands in here, too."""

from django.urls import include, path

from loops.insights import views

app_name = "insights"
urlpatterns = [
    path("", views.home, name="home"),
    path("", include("loops.evolve.rollups.urls")),
    path("", include("loops.reports.urls")),
    path("", include("loops.evolve.gaps.urls")),
    path("", include("loops.evolve.publication.urls")),
]
