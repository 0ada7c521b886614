"""Addresses of the API. The last one is every other address, so that a mistyped one gets a
problem document like the rest, and tells a stranger nothing."""

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.routers import SimpleRouter

from articles.api import (
    Comments,
    ContentStandard,
    Flags,
    Hints,
    OneTemplate,
    TemplateCopy,
    Templates,
)
from kcs.api import Nowhere
from loops.asking.api import Colleagues, Questions
from loops.coaching.api import Coachees, Goals, Reviews
from loops.credit import api as credit
from loops.duplicates.api import MergesMade, Pairs
from loops.evolve.gaps.api import Bursts, Gaps, Misses, Topics
from loops.evolve.improvements.api import Improvements
from loops.evolve.publication import api as publication
from loops.insights.api import Baselines, Insights
from loops.reports.api import AllReports, OneReport, Reports
from loops.solve.api import Articles, Find, Tickets
from loops.upkeep.api import OF_ARTICLE, Recalls, Review
from people.api import Domains, Me, Rights

app_name = "api"

router = SimpleRouter()
router.register("tickets", Tickets, basename="ticket")
router.register("articles", Articles, basename="article")
router.register("duplicates", Pairs, basename="pair")
router.register("merges", MergesMade, basename="merge")
router.register("flags", Flags, basename="flag")
router.register("feedback", Comments, basename="feedback")
router.register("reviews", Reviews, basename="review")
router.register("goals", Goals, basename="goal")
router.register("questions", Questions, basename="question")
router.register("recalls", Recalls, basename="recall")
router.register("improvements", Improvements, basename="improvement")
router.register("topics", Topics, basename="topic")
router.register("gaps", Gaps, basename="gap")
router.register("bursts", Bursts, basename="burst")
router.register("misses", Misses, basename="miss")
router.register("baselines", Baselines, basename="baseline")

urlpatterns = [
    path("articles/hints/", Hints.as_view(), name="hints"),
    path("", include(router.urls)),
    *(
        re_path(rf"^articles/(?P<number>KB-[0-9]{{1,18}})/{word}/$", view.as_view(), name=word)
        for word, view in {**OF_ARTICLE, **credit.OF_ARTICLE, **publication.OF_ARTICLE}.items()
    ),
    re_path(
        r"^tickets/(?P<number>KT-[0-9]{1,18})/colleagues/$",
        Colleagues.as_view(),
        name="colleagues",
    ),
    path("my-knowledge/", credit.Mine.as_view(), name="my-knowledge"),
    path("publication/", publication.Candidates.as_view(), name="publication"),
    path("publication/made/", publication.Published.as_view(), name="published"),
    path("review/", Review.as_view(), name="review"),
    path("search/", Find.as_view(), name="search"),
    path("insights/", Insights.as_view(), name="insights"),
    path("reports/", Reports.as_view(), name="reports"),
    path("reports/all.zip", AllReports.as_view(), name="reports-zip"),
    path("reports/<slug:key>/", OneReport.as_view(), name="report"),
    path("coachees/", Coachees.as_view(), name="coachees"),
    path("domains/", Domains.as_view(), name="domains"),
    path("templates/", Templates.as_view(), name="templates"),
    path("templates/<int:pk>/", OneTemplate.as_view(), name="template"),
    path("templates/<int:pk>/copy/", TemplateCopy.as_view(), name="template-copy"),
    path("standard/", ContentStandard.as_view(), name="standard"),
    path("rights/", Rights.as_view(), name="rights"),
    path("me/", Me.as_view(), name="me"),
    path("schema/", SpectacularJSONAPIView.as_view(), name="schema"),
    re_path(r"^.*\Z", Nowhere.as_view(), name="nowhere"),
]
