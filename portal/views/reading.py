"""Reading one article."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from people.models import SiteSettings
from portal import actions, queries, wall
from portal.addresses import address, slug_of
from portal.forms import FeedbackForm
from portal.queries import Reading
from portal.views.doors import missing, page, person, visit_of, visiting
from portal.views.finding import spoken

WORDS_A_MINUTE = 200
SAID = ("helped", "not_helped", "comment")


@require_safe
def article(request: HttpRequest, number: str, slug: str = "") -> HttpResponse:
    """The article in the reader's language where there is one, else in its own."""
    reader = wall.reader_of(request)
    asked = request.GET.get("language", "")
    with wall.outside(reader):
        reading = queries.read(reader, number, asked or spoken())
        moved = "" if reading else queries.survivor(number)
    if reading is None:
        if moved:
            return redirect("help:numbered", number=moved, permanent=True)
        return missing(request)
    if slug != slug_of(reading.title):
        query = request.META.get("QUERY_STRING", "")
        path = address(number, reading.title)
        return redirect(f"{path}?{query}" if query else path)
    visit = visit_of(request)
    if request.method == "GET":
        actions.open_article(
            reading.article.pk,
            by=person(request),
            visit=visit,
            search=_number(request, "search"),
            rank=_number(request, "rank", most=32_000),
        )
    response = page(request, "article", shown(request, reading))
    return visiting(response, visit) if request.method == "GET" else response


def _number(request: HttpRequest, name: str, *, most: int = 2**62) -> int | None:
    said = request.GET.get(name, "")
    if not (said.isascii() and said.isdigit() and len(said) < 20):
        return None
    return int(said) if int(said) <= most else None


def shown(request: HttpRequest, reading: Reading, **more: object) -> dict[str, object]:
    """What the article's page shows."""
    article = reading.article
    issue, environment = reading.part("issue"), reading.part("environment")
    rest = [part for part in reading.parts if part.name not in ("issue", "environment")]
    # For somebody who looks for help, and not for those who write.
    heads = {
        "issue": _("Does this match what you see?"),
        "resolution": _("What to do"),
        "cause": _("Why it happens"),
    }
    text = " ".join(strip_tags(part.html) for part in reading.parts)
    lead = strip_tags(issue.html) if issue else text
    said = request.GET.get("said", "")
    return {
        "reading": reading,
        "article": article,
        "issue": issue,
        "environment": environment,
        "match": issue or environment or reading.facets,
        "sections": [{"part": part, "head": heads.get(part.name, part.label)} for part in rest],
        "minutes": max(1, round(len(text.split()) / WORDS_A_MINUTE)),
        "about": Truncator(" ".join(lead.split())).chars(155),
        "canonical": f"{settings.SITE_URL}{address(article.number, reading.title)}",
        "related": [
            {**row, "url": address(row["number"], row["title"])} for row in reading.related
        ],
        "trail": [
            {**row, "url": reverse("help:browse", args=[row["path"]])} for row in reading.trail
        ],
        "said": said if said in SAID else "",
        "form": FeedbackForm(),
        "suggest_url": _suggest_url(request, reading),
        **more,
    }


def _suggest_url(request: HttpRequest, reading: Reading) -> str:
    """Where a customer proposes a better text: of the master, whose versions it belongs to."""
    user = person(request)
    if user is None or user.is_agent or reading.language != reading.article.language:
        return ""
    site = SiteSettings.load()
    request.site_settings = site  # type: ignore[attr-defined]
    if not site.outside_authors:
        return ""
    return reverse("help:suggest", args=[reading.article.number])


@require_safe
def printed(request: HttpRequest, number: str) -> HttpResponse:
    """The article alone, for the printer: what its page says, and nothing around it."""
    reader = wall.reader_of(request)
    with wall.outside(reader):
        reading = queries.read(reader, number, request.GET.get("language", "") or spoken())
    if reading is None:
        return missing(request)
    visit = visit_of(request)
    if request.method == "GET":
        actions.print_article(reading.article.pk, by=person(request), visit=visit)
    response = page(request, "print", shown(request, reading))
    return visiting(response, visit) if request.method == "GET" else response


@require_safe
def numbered(request: HttpRequest, number: str) -> HttpResponse:
    """An article by its number alone leads to its whole address."""
    return article(request, number)


def capitals(request: HttpRequest, number: str, rest: str = "") -> HttpResponse:
    """kb-12 is KB-12: one address for one article, whoever typed it."""
    query = request.META.get("QUERY_STRING", "")
    path = reverse("help:numbered", args=[number.upper()]) + rest
    return redirect(f"{path}?{query}" if query else path, permanent=True)
