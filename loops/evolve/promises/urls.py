"""Addresses of what KCS promises, under the insights'."""

from django.urls import path

from loops.evolve.promises import views

urlpatterns = [
    path("outcomes/", views.outcomes_page, name="outcomes"),
    path("times/", views.times_page, name="times"),
    path("consistency/", views.consistency_page, name="consistency"),
    path("consistency/<int:pair>/propose/", views.propose, name="propose_contradiction"),
    path("queue/", views.queue_page, name="queue"),
    path("new-known/", views.novelty_page, name="new_known"),
]
