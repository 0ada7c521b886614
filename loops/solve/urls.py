"""Addresses of the workspace: every verb is the last word of its path."""

from django.urls import path

from loops.solve import views

app_name = "solve"
ticket = "tickets/<str:number>/"
urlpatterns = [
    path("tickets/bulk-solve/", views.bulk, name="bulk"),
    path(ticket, views.workspace, name="workspace"),
    path(f"{ticket}suggestions/", views.suggestions, name="suggestions"),
    path(f"{ticket}reader/<str:article>/", views.reader, name="reader"),
    path(f"{ticket}use/", views.use, name="use"),
    path(f"{ticket}unlink/", views.unlink, name="unlink"),
    path(f"{ticket}kind/", views.kind, name="kind"),
    path(f"{ticket}flag/", views.flag, name="flag"),
    path(f"{ticket}improve/<str:article>/", views.improve, name="improve"),
    path(f"{ticket}create/", views.create, name="create"),
    path(f"{ticket}duplicates/", views.duplicates, name="duplicates"),
    path(f"{ticket}send/", views.send, name="send"),
    path(f"{ticket}solve/", views.solve, name="solve"),
    path(f"{ticket}reopen/", views.reopen, name="reopen"),
    path(f"{ticket}assign/", views.assign, name="assign"),
    path(f"{ticket}pend/", views.pend, name="pend"),
    path(f"{ticket}wake/", views.wake, name="wake"),
    path(f"{ticket}change/", views.change, name="change"),
    path(f"{ticket}pulse/", views.pulse, name="pulse"),
    path(f"{ticket}aside/", views.aside, name="aside"),
    path(f"{ticket}leave/", views.leave, name="leave"),
    path("articles/<str:number>/tickets/", views.used_by, name="used_by"),
]
