"""What its use says of one article: the panel beside it, and how its versions fared."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from articles.views.doors import find
from loops.credit.views import told as told_contributors
from loops.evolve.improvements import queries as improvements
from loops.models import Upkeep
from loops.statistics.rates import ENOUGH
from loops.upkeep import computing, deciding, lists, recall, words
from loops.upkeep import efficacy as versions
from people.doors import AgentRequest, agents_only


@require_safe
@agents_only
def evidence(request: AgentRequest, number: str) -> HttpResponse:
    """How sure we are of it and why; a panel for htmx, a page of its own for everyone else."""
    article = find(request, number, "owner_team")
    found = Upkeep.objects.filter(article=article).select_related("last_reuse_by").first()
    if found is None:
        # Written a moment ago: nobody waits for the job to know what a new article is worth.
        computing.compute([article.pk])
        found = Upkeep.objects.select_related("last_reuse_by").get(article=article)
    context: dict[str, Any] = {
        "article": article,
        "upkeep": found,
        "reasons": words.told(found.reasons),
        "decisions": lists.decisions(article)[:3],
        "may_confirm": deciding.may_confirm(request.user, article),
        "may_review": deciding.may_review(request.user),
        "may_recall": recall.may_recall(request.user),
        "may_merge": ("change", "merge") in request.user.rights,
        "known_faults": improvements.known_of(article, request.user),
        **told_contributors(article, request.user),
        "nav": "knowledge",
    }
    part = "#panel" if request.htmx else ""
    response = render(request, f"upkeep/evidence.html{part}", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
@agents_only
def efficacy(request: AgentRequest, number: str) -> HttpResponse:
    """What became of the tickets that each version solved."""
    article = find(request, number)
    context = {
        "article": article,
        "rows": versions.by_version(article, user=request.user),
        "enough": ENOUGH,
        "days": versions.REPEAT.days,
        "may_recall": recall.may_recall(request.user),
        "nav": "knowledge",
    }
    return render(request, "upkeep/efficacy.html", context)
