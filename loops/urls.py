"""Addresses of the loops."""

from django.urls import include, path

from loops import palette

urlpatterns = [
    path("", include("loops.solve.urls")),
    path("", include("loops.duplicates.urls")),
    path("", include("loops.mine.urls")),
    path("", include("loops.asking.urls")),
    path("", include("loops.credit.urls")),
    path("", include("loops.coaching.urls")),
    path("", include("loops.upkeep.urls")),
    path("insights/", include("loops.insights.urls")),
    path("", include("loops.evolve.improvements.product_urls")),
    path("palette/", palette.palette, name="palette"),
]
