"""Addresses of the insights. What the other rooms of the evolve loop show stands in here, too."""

from django.urls import include, path

from loops.insights import views
from loops.insights.doors import readable

app_name = "insights"
urlpatterns = readable(
    [
        path("", views.home, name="home"),
        path("baselines/", views.baselines, name="baselines"),
        path("baselines/freeze/", views.freeze, name="freeze"),
        path("baselines/<int:pk>/remove/", views.remove, name="remove_baseline"),
        path("", include("loops.evolve.rollups.urls")),
        path("", include("loops.reports.urls")),
        path("", include("loops.evolve.expertise.urls")),
        path("", include("loops.evolve.gaps.urls")),
        path("", include("loops.evolve.promises.urls")),
        path("", include("loops.evolve.publication.urls")),
        path("", include("loops.evolve.improvements.urls")),
    ]
)
