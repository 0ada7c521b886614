"""Addresses of what a signed-in requester sees: their own tickets."""

from django.urls import path

from loops.mine import views

app_name = "mine"
urlpatterns = [
    path("my-tickets/", views.tickets, name="list"),
    path("my-tickets/<str:number>/", views.ticket, name="ticket"),
]
