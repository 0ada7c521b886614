"""Pages of what is missing: gaps, topics, bursts, missed answers."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from articles.models import Article
from kcs.errors import BadValue, Refused
from kcs.pages import keyset
from loops.charts import Stacked, csv_asked
from loops.charts.figures import step_label
from loops.evolve import access, costs
from loops.evolve.gaps import actions, queries
from loops.evolve.improvements import queries as improvements
from loops.evolve.scope import zone
from loops.models import Burst, Gap, Miss, TicketTopic, Topic
from loops.statistics.rates import Share
from people.doors import AgentRequest, agents_only
from people.models import LANGUAGES, Domain

SIZE = 20
WEEKS = 26


def _asked(request: AgentRequest, states: list[str], kinds: list[str]) -> dict[str, str]:
    """The filters of a list; what is no value of theirs is refused by name."""
    asked = {name: request.GET.get(name, "") for name in queries.FILTERS}
    for name, known in (("state", states), ("kind", kinds)):
        if asked[name] and asked[name] not in known:
            raise BadValue(_("There is no such value."), field=name)
    return asked


def _filters() -> dict[str, Any]:
    return {
        "domains": list(Domain.objects.order_by("path").values_list("path", "path")),
        "languages": LANGUAGES,
    }


@require_safe
@agents_only
def gaps(request: AgentRequest) -> HttpResponse:
    """Demand without an adequate article, the dearest first."""
    access.require(request.user)
    asked = _asked(request, Gap.State.values, Gap.Kind.values)
    found = queries.gaps(asked)
    page = keyset(found, queries.ORDER, cursor=request.GET.get("cursor", ""), size=SIZE)
    rows = list(page.rows)
    seen = queries.visible_articles(rows, request.user)
    context = {
        "told": [
            {
                "gap": gap,
                "name": queries.named(gap, seen),
                "cost": costs.said(gap.cost, request.site_settings),
                "article": gap.article if gap.article_id in seen else None,
            }
            for gap in rows
        ],
        "asked": asked,
        "states": Gap.State.choices,
        "kinds": Gap.Kind.choices,
        "unsure": any(gap.unsure for gap in rows),
        **_filters(),
        **page.addresses(reverse("insights:gaps"), asked),
    }
    return render(request, "evolve/gaps.html", context)


@require_safe
@agents_only
def gap(request: AgentRequest, pk: int) -> HttpResponse:
    """One gap: the requesters' words, the tickets, the searches, and what may be done."""
    access.require(request.user)
    return _show(request, get_object_or_404(_gaps(), pk=pk))


def _gaps() -> Any:
    return Gap.objects.select_related("domain", "topic__domain", "article", "decided_by")


def _show(
    request: AgentRequest, found: Gap, *, error: str = "", status: int = 200
) -> HttpResponse:
    seen = queries.visible_articles([found], request.user)
    tickets = queries.tickets_of(found.topic, request.user)
    context = {
        "gap": found,
        "name": queries.named(found, seen),
        "cost": costs.said(found.cost, request.site_settings),
        "article": found.article if found.article_id in seen else None,
        "quotes": queries.quotes(found.topic, request.user),
        "tickets": tickets[: queries.TICKETS],
        "searches": queries.searches_of(found, request.user),
        "facets": queries.facets(found.topic),
        "improvements": improvements.visible_to(request.user).filter(gap=found).order_by("-at"),
        "typed": request.POST.get("reason", ""),
        "error": error,
    }
    return render(request, "evolve/gap.html", context, status=status)


@require_POST
@agents_only
def write(request: AgentRequest, pk: int) -> HttpResponse:
    """Begin the missing article and go on in its editor."""
    access.require(request.user)
    found = get_object_or_404(_gaps(), pk=pk)
    try:
        article = actions.write(found, by=request.user)
    except Refused as refusal:
        return _show(request, found, error=str(refusal), status=refusal.status)
    messages.success(
        request,
        _("%(number)s is begun, with the requesters' words.") % {"number": article.number},
    )
    return redirect("articles:edit", article.number)


@require_POST
@agents_only
def decide(request: AgentRequest, pk: int) -> HttpResponse:
    """Dismiss a gap with a reason, or open it again."""
    access.require(request.user)
    found = get_object_or_404(_gaps(), pk=pk)
    try:
        if request.POST.get("act") == "dismiss":
            actions.dismiss(found, by=request.user, reason=request.POST.get("reason", ""))
            messages.success(request, _("Dismissed. It can be opened again."))
        elif request.POST.get("act") == "reopen":
            actions.reopen(found, by=request.user)
            messages.success(request, _("It is open again."))
        else:
            raise BadValue(_("There is no such act."), field="act")
    except Refused as refusal:
        return _show(request, found, error=str(refusal), status=refusal.status)
    return redirect("insights:gap", found.pk)


@require_safe
@agents_only
def topics(request: AgentRequest) -> HttpResponse:
    """What is asked, the dearest first."""
    access.require(request.user)
    asked = _asked(request, Topic.State.values, Topic.Kind.values)
    found = queries.topics(asked)
    page = keyset(found, queries.ORDER, cursor=request.GET.get("cursor", ""), size=SIZE)
    rows = list(page.rows)
    seen = queries.visible_articles(rows, request.user)
    context = {
        "told": [
            {
                "topic": topic,
                "name": queries.named(topic, seen),
                "linked": Share(topic.linked, topic.tickets),
                "cost": costs.said(topic.cost, request.site_settings),
            }
            for topic in rows
        ],
        "asked": asked,
        "states": Topic.State.choices,
        "kinds": Topic.Kind.choices,
        "window": Topic.WINDOW,
        **_filters(),
        **page.addresses(reverse("insights:topics"), asked),
    }
    return render(request, "evolve/topics.html", context)


@require_safe
@agents_only
def topic(request: AgentRequest, pk: int) -> HttpResponse:
    """One topic: how often it is asked week by week, with what it is solved, its tickets."""
    access.require(request.user)
    found = get_object_or_404(
        Topic.objects.select_related("domain", "article", "central"), pk=pk
    )
    drawn = _weeks(found)
    if table := csv_asked(request, [drawn]):
        return table
    seen = queries.visible_articles([found], request.user)
    used = queries.used(found)
    articles = Article.objects.visible_to(request.user).in_bulk([key for key, _n in used])
    total = sum(n for _key, n in used)
    context = {
        "topic": found,
        "name": queries.named(found, seen),
        "article": found.article if found.article_id in seen else None,
        "linked": Share(found.linked, found.tickets),
        "cost": costs.said(found.cost, request.site_settings),
        "chart": drawn,
        "used": [{"article": articles.get(key), "n": n, "share": n / total} for key, n in used],
        "consistency": sum((n / total) ** 2 for _key, n in used) if total else None,
        "tickets": queries.tickets_of(found, request.user)[: queries.TICKETS],
        "bursts": found.bursts.order_by("-day")[:5],
        "gaps": found.gaps.order_by("-opened_at")[:5],
        "window": Topic.WINDOW,
    }
    return render(request, "evolve/topic.html", context)


def _weeks(found: Topic) -> Stacked:
    """Its tickets by the week of their arrival, linked ones apart; private teams' left out."""
    own = zone()
    today = timezone.localdate(timezone=own)
    first = today - timedelta(days=today.weekday()) - timedelta(weeks=WEEKS - 1)
    since = datetime.combine(first, time(), own)
    weeks = [first + timedelta(weeks=n) for n in range(WEEKS)]
    linked, other = [0] * WEEKS, [0] * WEEKS
    rows = (
        TicketTopic.objects.filter(topic=found, ticket__created_at__gte=since)
        .exclude(ticket__team__private=True)
        .values_list("ticket__created_at", "source")
    )
    for at, source in rows:
        week = (timezone.localdate(at, own) - first).days // 7
        if 0 <= week < WEEKS:
            (linked if source == TicketTopic.Source.LINK else other)[week] += 1
    return Stacked(
        key="weeks",
        title=_("Tickets a week"),
        labels=[step_label(week) for week in weeks],
        series=[(_("Linked"), linked), (_("Not linked"), other)],
        unit=_("tickets"),
    )


@require_safe
@agents_only
def bursts(request: AgentRequest) -> HttpResponse:
    """Topics that were suddenly asked far more often than usual."""
    access.require(request.user)
    asked = {"domain": request.GET.get("domain", "")}
    rows = list(queries.bursts(asked)[:100])
    seen = queries.visible_articles([row.topic for row in rows], request.user)
    context = {
        "told": [
            {
                "burst": row,
                "name": queries.named(row.topic, seen),
                "cost": costs.said(row.cost, request.site_settings),
            }
            for row in rows
        ],
        "asked": asked,
        "days": queries.DAYS,
        **_filters(),
    }
    return render(request, "evolve/bursts.html", context)


@require_POST
@agents_only
def see(request: AgentRequest, pk: int) -> HttpResponse:
    """Say that somebody knows of it."""
    actions.see(get_object_or_404(Burst, pk=pk), by=request.user)
    messages.success(request, _("Noted: you know of it."))
    return redirect("insights:bursts")


@require_safe
@agents_only
def misses(request: AgentRequest) -> HttpResponse:
    """Answers that were there and were not found: words to take over."""
    access.require(request.user)
    page = keyset(
        queries.misses(request.user).order_by(),
        ("-found_at", "-pk"),
        cursor=request.GET.get("cursor", ""),
        size=SIZE,
    )
    context = {"rows": page.rows, **page.addresses(reverse("insights:misses"))}
    return render(request, "evolve/misses.html", context)


@require_POST
@agents_only
def settle(request: AgentRequest, pk: int) -> HttpResponse:
    """Take the words over, or drop them."""
    access.require(request.user)
    rows = Miss.objects.filter(pk__in=queries.misses(request.user).values("pk"))
    found = get_object_or_404(rows.select_related("ticket", "article"), pk=pk)
    try:
        if request.POST.get("act") == "take":
            actions.take(found, by=request.user, words=request.POST.get("words"))
            messages.success(request, _("The words stand in the article's issue now."))
        elif request.POST.get("act") == "drop":
            actions.drop(found, by=request.user)
            messages.success(request, _("Dropped."))
        else:
            raise BadValue(_("There is no such act."), field="act")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("insights:misses")


__all__ = [
    "bursts", "decide", "gap", "gaps", "misses", "see", "settle", "topic", "topics", "write",
]  # fmt: skip
