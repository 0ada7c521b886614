"""Addresses of recognition."""

from django.urls import path

from loops.credit import views

app_name = "credit"
urlpatterns = [
    path("my-knowledge/", views.mine, name="mine"),
    path("my-knowledge/<str:number>/", views.tickets, name="tickets"),
    path("articles/<str:number>/contributors/", views.contributors, name="contributors"),
    path("articles/<str:number>/thanks/", views.thank, name="thank"),
]
