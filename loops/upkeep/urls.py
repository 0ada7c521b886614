"""Addresses of upkeep: what use says of an article, the review lists, recalls."""

from django.urls import path

from loops.upkeep import views

app_name = "upkeep"
article = "articles/<str:number>/"
urlpatterns = [
    path("review/", views.review, name="review"),
    path("review/<str:number>/", views.decide, name="decide"),
    path(f"{article}evidence/", views.evidence, name="evidence"),
    path(f"{article}efficacy/", views.efficacy, name="efficacy"),
    path(f"{article}recall/", views.recall, name="new_recall"),
    path("recalls/", views.recalls, name="recalls"),
    path("recalls/<int:pk>/", views.recalled, name="recall"),
    path("recalls/<int:pk>/settle/", views.settle, name="settle"),
    path("recalls/<int:pk>/close/", views.close, name="close"),
    path("recalls/<int:pk>/export/", views.export, name="export"),
    path("recalls/<int:pk>/items/<int:item>/write/", views.write, name="write"),
]
