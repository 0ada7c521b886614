"""Addresses of people."""

from django.urls import path

from people import inbox, views

app_name = "people"
urlpatterns = [
    path("setup/", views.first_visit, name="first_visit"),
    path("setup/<str:token>/", views.set_up, name="set_up"),
    path("invitation/<str:token>/", views.accept, name="accept"),
    path("people/", views.people, name="list"),
    path("people/invite/", views.invite, name="invite"),
    path("people/invitations/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("people/<int:pk>/", views.person, name="person"),
    path("people/<int:pk>/grant/", views.grant, name="grant"),
    path("people/<int:pk>/reset/", views.reset, name="reset"),
    path("people/<int:pk>/second-step/", views.drop_second_step, name="drop_second_step"),
    path("people/<int:pk>/deactivate/", views.deactivate, name="deactivate"),
    path("people/<int:pk>/reactivate/", views.reactivate, name="reactivate"),
    path("api-keys/", views.keys, name="keys"),
    path("api-keys/<str:prefix>/revoke/", views.revoke, name="revoke_key"),
    path("inbox/", inbox.notifications, name="notifications"),
    path("inbox/read/", inbox.read, name="read"),
    path("inbox/count/", inbox.unread, name="unread"),
    path("inbox/<int:pk>/", inbox.notification, name="notification"),
    path("preferences/", inbox.preferences, name="settings"),
    path("language/", views.language, name="language"),
    path("theme/", views.theme, name="theme"),
    # People sign in with the one address that an administrator keeps: these parts of allauth
    # are not offered.
    path("accounts/email/", views.not_offered),
    path("accounts/confirm-email/", views.not_offered),
    path("accounts/confirm-email/<str:key>/", views.not_offered),
]
