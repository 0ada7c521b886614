"""Addresses of the desk. A ticket's own addresses are the workspace's, in loops."""

from django.urls import path

from tickets.views import canned, queue, saved

app_name = "tickets"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("queue/claim/", queue.claim, name="claim"),
    path("queue/newest/", queue.newest, name="newest"),
    path("queue/bulk/", queue.bulk_change, name="bulk"),
    path("queue/views/", saved.views, name="views"),
    path("queue/views/<int:pk>/rename/", saved.rename, name="rename_view"),
    path("queue/views/<int:pk>/remove/", saved.remove, name="remove_view"),
    path("tickets/new/", queue.new, name="new"),
    path("canned/", canned.replies, name="canned"),
    path("canned/new/", canned.edit, name="new_canned"),
    path("canned/<int:pk>/", canned.edit, name="edit_canned"),
    path("canned/<int:pk>/remove/", canned.remove, name="remove_canned"),
]
