"""Addresses of gaps, topics, bursts and missed answers, under the insights'."""

from django.urls import path

from loops.evolve.gaps import views

urlpatterns = [
    path("gaps/", views.gaps, name="gaps"),
    path("gaps/<int:pk>/", views.gap, name="gap"),
    path("gaps/<int:pk>/write/", views.write, name="write"),
    path("gaps/<int:pk>/decide/", views.decide, name="decide"),
    path("topics/", views.topics, name="topics"),
    path("topics/<int:pk>/", views.topic, name="topic"),
    path("bursts/", views.bursts, name="bursts"),
    path("bursts/<int:pk>/see/", views.see, name="see"),
    path("misses/", views.misses, name="misses"),
    path("misses/<int:pk>/settle/", views.settle, name="settle"),
]
