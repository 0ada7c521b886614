"""Addresses of the records behind the figures, under the insights'."""

from django.urls import path

from loops.evolve.rollups import views

urlpatterns = [path("tickets/", views.tickets, name="tickets")]
