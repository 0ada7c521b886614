"""Addresses of the API. The last one is every other address, so that a mistyped one gets a
problem document like the rest, and tells a stranger nothing."""

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.routers import SimpleRouter

from articles.api import Flags, Templates
from kcs.api import Nowhere
from loops.coaching.api import Coachees, Goals, Reviews
from loops.solve.api import Articles, Find, Tickets
from people.api import Domains, Me, Rights

app_name = "api"

router = SimpleRouter()
router.register("tickets", Tickets, basename="ticket")
router.register("articles", Articles, basename="article")
router.register("flags", Flags, basename="flag")
router.register("reviews", Reviews, basename="review")
router.register("goals", Goals, basename="goal")

urlpatterns = [
    path("", include(router.urls)),
    path("search/", Find.as_view(), name="search"),
    path("coachees/", Coachees.as_view(), name="coachees"),
    path("domains/", Domains.as_view(), name="domains"),
    path("templates/", Templates.as_view(), name="templates"),
    path("rights/", Rights.as_view(), name="rights"),
    path("me/", Me.as_view(), name="me"),
    path("schema/", SpectacularJSONAPIView.as_view(), name="schema"),
    re_path(r"^.*\Z", Nowhere.as_view(), name="nowhere"),
]
