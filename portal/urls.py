"""Addresses of the help centre. An article's number leads; what follows it is for people."""

from django.urls import path, re_path

from portal import views

app_name = "help"
one = "help/<kb:number>/"
urlpatterns = [
    path("help/", views.home, name="home"),
    path("help/search/", views.search, name="search"),
    path("help/browse/<path:path>/", views.browse, name="browse"),
    path("help/ask/", views.ask, name="ask"),
    path("help/write/", views.write, name="write"),
    path("help/mine/", views.mine, name="mine"),
    path("help/language/<slug:code>/", views.language, name="language"),
    path(one, views.numbered, name="numbered"),
    path(f"{one}helpful/", views.helpful, name="helpful"),
    path(f"{one}feedback/", views.feedback, name="feedback"),
    path(f"{one}print/", views.printed, name="print"),
    path(f"{one}suggest/", views.suggest, name="suggest"),
    path(f"{one}<str:slug>/", views.article, name="article"),
    re_path(
        r"^help/(?P<number>(?!KB-)[kK][bB]-[0-9]{1,17})/(?P<rest>.*)$",
        views.capitals,
        name="capitals",
    ),
    path("help/<path:rest>", views.missing, name="missing"),
]
