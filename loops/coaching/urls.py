"""Addresses of coaching."""

from django.urls import path

from loops.coaching.views import acts, pages

app_name = "coaching"
urlpatterns = [
    path("coaching/", pages.home, name="home"),
    path("coaching/me/", pages.mine, name="me"),
    path("coaching/export.csv", pages.export, name="export"),
    path("coaching/draw/", acts.draw_as_expert, name="draw_as_expert"),
    path("coaching/reviews/<int:pk>/", acts.sample, name="sample"),
    path("coaching/reviews/<int:pk>/skip/", acts.skip, name="skip"),
    path("coaching/proposals/<int:pk>/decide/", acts.decide, name="decide"),
    path("coaching/goals/<int:pk>/end/", acts.end_goal, name="end_goal"),
    path("coaching/teams/<int:pk>/goals/", acts.team_goal, name="team_goal"),
    path("coaching/<int:pk>/", pages.person, name="person"),
    path("coaching/<int:pk>/draw/", acts.draw, name="draw"),
    path("coaching/<int:pk>/notes/", acts.note, name="note"),
    path("coaching/<int:pk>/propose/", acts.propose, name="propose"),
    path("coaching/<int:pk>/revoke/", acts.revoke, name="revoke"),
    path("coaching/<int:pk>/goals/", acts.goal, name="goal"),
    path("coaching/<int:pk>/open/", acts.open_results, name="open"),
]
