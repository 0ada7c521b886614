"""Addresses of duplicates: pairs, two articles side by side, merges."""

from django.urls import path

import articles.urls  # noqa: F401  (what <kb:…> means)
from loops.duplicates import views

app_name = "duplicates"
one = "articles/<kb:number>/"
urlpatterns = [
    path("duplicates/", views.pairs, name="pairs"),
    path("duplicates/<int:pk>/dismiss/", views.dismiss, name="dismiss"),
    path(f"{one}merge/", views.choose, name="choose"),
    path(f"{one}merge/<kb:other>/", views.merge, name="merge"),
    path(f"{one}merges/", views.merges, name="merges"),
    path("merges/<int:pk>/undo/", views.undo, name="undo"),
]
