"""Addresses of publication, under the insights'."""

from django.urls import path

from loops.evolve.publication import views

urlpatterns = [
    path("publication/", views.publication, name="publication"),
    path("publication/<int:pk>/retract/", views.retract, name="retract"),
    path("publication/<str:number>/", views.candidate, name="candidate"),
]
