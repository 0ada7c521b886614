"""Addresses of questions to colleagues."""

from django.urls import path

from loops.asking import views

app_name = "asking"
urlpatterns = [
    path("ask/", views.ask, name="ask"),
    path("tickets/<str:number>/ask/", views.ask_on_ticket, name="ask_on_ticket"),
    path("questions/", views.questions, name="questions"),
    path("questions/<int:pk>/", views.question, name="question"),
    path("questions/<int:pk>/answer/", views.answer, name="answer"),
    path("questions/<int:pk>/pass/", views.pass_on, name="pass"),
    path("questions/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("questions/<int:pk>/draft/", views.draft, name="draft"),
]
