"""Addresses of who knows what, under the insights'."""

from django.urls import path

from loops.evolve.expertise import views

urlpatterns = [
    path("expertise/", views.expertise, name="expertise"),
    path("expertise/<int:pk>/", views.away, name="away"),
    path("expertise/<int:pk>/ask/", views.ask_to_capture, name="ask_to_capture"),
    path("onboarding/", views.onboarding, name="onboarding"),
    path("repeats/", views.repeats, name="repeats"),
]
