"""Addresses of improvements, under the insights'."""

from django.urls import path

from loops.evolve.improvements import views

urlpatterns = [
    path("improvements/", views.improvements, name="improvements"),
    path("improvements/new/", views.propose, name="propose"),
    path("improvements/<int:pk>/", views.improvement, name="improvement"),
    path("improvements/<int:pk>/act/", views.act, name="improvement_act"),
]
