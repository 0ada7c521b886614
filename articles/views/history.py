"""What happened to an article, what it said before, and how to have that back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from articles import actions, diff, notices, parts, rules
from articles.models import Article, Version
from articles.views.doors import find
from kcs.errors import BadValue
from people.doors import AgentRequest, agents_only

PAGE = 50


def whole(value: str | None) -> int | None:
    """A number from an address, or nothing; never one that the database can not hold."""
    return int(value) if value and value.isdecimal() and len(value) < 10 else None


@require_safe
@agents_only
def history(request: AgentRequest, number: str) -> HttpResponse:
    """Every event, newest first: who, when, what."""
    article = find(request, number)
    events = article.events.select_related("by").order_by("-pk")
    before = whole(request.GET.get("before"))
    if before is not None:
        events = events.filter(pk__lt=before)
    rows = list(events[: PAGE + 1])
    told = [
        {"event": e, "icon": notices.icon(e), "says": notices.says(e), "more": notices.more(e)}
        for e in rows[:PAGE]
    ]
    path = reverse("articles:history", args=[article.number])
    context = {
        "article": article,
        "told": told,
        "newer_url": path if before is not None else "",
        "older_url": f"{path}?before={rows[PAGE - 1].pk}" if len(rows) > PAGE else "",
    }
    return render(request, "articles/history.html", context)


@require_safe
@agents_only
def versions(request: AgentRequest, number: str) -> HttpResponse:
    """All versions, newest first; any two can be compared."""
    article = find(request, number)
    listed = article.versions.select_related("by").defer(
        "issue", "environment", "resolution", "cause", "parts"
    )
    before = whole(request.GET.get("before"))
    if before is not None:
        listed = listed.filter(number__lt=before)
    rows = list(listed[: PAGE + 1])
    path = reverse("articles:versions", args=[article.number])
    context = {
        "article": article,
        "versions": rows[:PAGE],
        "may_recall": ("change", "recall") in request.user.rights,
        "newer_url": path if before is not None else "",
        "older_url": f"{path}?before={rows[PAGE - 1].number}" if len(rows) > PAGE else "",
    }
    return render(request, "articles/versions.html", context)


@require_safe
@agents_only
def version(request: AgentRequest, number: str, version: int) -> HttpResponse:
    """What the article said in one version, whole."""
    article = find(request, number)
    shown = _version(article, version)
    context = {
        "article": article,
        "version": shown,
        "parts": parts.read_words(article.template, shown.words()),
        "is_current": shown.number == article.version_number,
        "may_restore": rules.may_change(request.user, article)
        and shown.words() != article.words(),
    }
    return render(request, "articles/version.html", context)


@require_safe
@agents_only
def compare(request: AgentRequest, number: str) -> HttpResponse:
    """Two versions against each other; unless said otherwise the last one and its forerunner."""
    article = find(request, number)
    to = whole(request.GET.get("to")) or article.version_number
    newer = _version(article, to)
    older = _version(article, whole(request.GET.get("from")) or max(1, to - 1))
    if older.number > newer.number:
        older, newer = newer, older
    listed = article.versions.values_list("number", flat=True)[:200]
    context: dict[str, Any] = {
        "article": article,
        "older": older,
        "newer": newer,
        "numbers": list(listed),
        "changes": diff.compare(article.template, older.words(), newer.words()),
        "may_restore": rules.may_change(request.user, article)
        and older.words() != article.words(),
    }
    return render(request, "articles/compare.html", context)


@require_POST
@agents_only
def restore(request: AgentRequest, number: str) -> HttpResponse:
    """Make an earlier version's text the newest one."""
    article = find(request, number)
    wanted = whole(request.POST.get("version"))
    if wanted is None:
        raise BadValue(_("Say which version to restore."), field="version")
    made = actions.restore(article, by=request.user, version=wanted)
    messages.success(
        request,
        _("Version %(old)s is restored, as version %(n)s.") % {"old": wanted, "n": made.number},
    )
    return redirect(article)


def _version(article: Article, number: int) -> Version:
    found = article.versions.select_related("by").filter(number=number).first()
    if found is None:
        raise Http404
    return found
