"""The reports, in the order of the self-assessment. A new one is a file and a line here."""

from __future__ import annotations

from django.http import Http404
from django.utils.translation import gettext as _

from loops.evolve import access
from loops.reports.abandoned import Abandoned
from loops.reports.base import Report
from loops.reports.checklist import Checklist
from loops.reports.citations import Citations
from loops.reports.contributions import Contributions
from loops.reports.distribution import Distribution
from loops.reports.feedback import Feedback
from loops.reports.history import ArticleHistory
from loops.reports.link_rate import LinkRate
from loops.reports.links import Links
from loops.reports.patterns import Patterns
from loops.reports.process_review import ProcessReview
from loops.reports.radar import RadarOfPerson
from loops.reports.references import References
from loops.reports.search_quality import SearchQuality
from loops.reports.self_service import SelfService
from loops.reports.states import States
from people.models import User

REPORTS: tuple[Report, ...] = (
    Contributions(),
    Citations(),
    LinkRate(),
    States(),
    Checklist(),
    ProcessReview(),
    Links(),
    ArticleHistory(),
    References(),
    Distribution(),
    RadarOfPerson(),
    SelfService(),
    Feedback(),
    SearchQuality(),
    Abandoned(),
    Patterns(),
)  # fmt: skip
BY_KEY = {report.key: report for report in REPORTS}


def named(key: str) -> Report:
    """404 for a name that no report has."""
    if key not in BY_KEY:
        raise Http404(_("There is no such report."))
    return BY_KEY[key]


def open_to(user: User) -> list[Report]:
    """The reports that this person may open, in order; 403 where there is none."""
    reader = access.may_read(user)
    mine = [one for one in REPORTS if (one.opens_to(user) if one.own_readers else reader)]
    if not mine:
        access.require(user)
    return mine
