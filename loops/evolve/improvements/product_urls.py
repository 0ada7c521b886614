"""Addresses of the product team's page."""

from django.urls import path

from loops.evolve.improvements import views

app_name = "product"
urlpatterns = [
    path("product/", views.product_home, name="home"),
    path("product/<int:pk>/", views.product_one, name="improvement"),
]
