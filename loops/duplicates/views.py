"""Pages of duplicates: the pairs, two articles side by side, what was merged."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from articles import actions as article_actions
from articles.models import Article
from articles.search import SHOWN
from articles.search import query as engine
from kcs.errors import NotAllowed, Refused, Stale
from kcs.pages import keyset
from loops.duplicates import actions, queries
from loops.duplicates.forms import NEWER, OLDER, Sides
from loops.models import Link, Pair
from people.doors import AgentRequest, agents_only
from tickets.models import Ticket

PAIRS = 20
STATES = {
    "open": Pair.State.OPEN,
    "dismissed": Pair.State.DISMISSED,
    "merged": Pair.State.MERGED,
}
RELATED = ("template", "owner", "created_by", "changed_by", "domain")


def _may_merge(request: AgentRequest) -> None:
    if ("change", "merge") not in request.user.rights:
        raise NotAllowed(_("You may not merge articles. Flag the duplicate instead."))


def _find(request: AgentRequest, number: str) -> Article:
    visible = Article.objects.visible_to(request.user).select_related(*RELATED)
    return get_object_or_404(visible, number=number)


# Pairs ----------------------------------------------------------------------------------------


@require_safe
@agents_only
def pairs(request: AgentRequest) -> HttpResponse:
    """Articles that may be one, with the evidence; and those that were decided about."""
    _may_merge(request)
    which = request.GET.get("state", "open")
    which = which if which in STATES else "open"
    rows = queries.pairs_for(request.user).filter(state=STATES[which])
    page = keyset(rows, queries.ORDER, cursor=request.GET.get("cursor", ""), size=PAIRS)
    path = reverse("duplicates:pairs")
    context = {
        "which": which,
        "told": queries.shown(page.rows, request.user),
        "newer_url": f"{path}?state={which}&cursor={page.newer}" if page.newer else "",
        "older_url": f"{path}?state={which}&cursor={page.older}" if page.older else "",
    }
    return render(request, "duplicates/pairs.html", context)


@require_POST
@agents_only
def dismiss(request: AgentRequest, pk: int) -> HttpResponse:
    """Say how the two differ; they are not proposed again."""
    _may_merge(request)
    pair = get_object_or_404(queries.pairs_for(request.user), pk=pk)
    actions.dismiss(pair, by=request.user, reason=request.POST.get("reason", ""))
    messages.success(
        request,
        _("%(older)s and %(newer)s stay two articles.")
        % {"older": pair.older.number, "newer": pair.newer.number},
    )
    return redirect("duplicates:pairs")


@require_safe
@agents_only
def choose(request: AgentRequest, number: str) -> HttpResponse:
    """What an article could be merged with: those that are most like it, or any by its number."""
    _may_merge(request)
    article = _find(request, number)
    asked = request.GET.get("with", "").strip().upper()
    other = None
    if asked:
        other = Article.objects.visible_to(request.user).filter(number=asked).first()
        if other is not None and other.pk != article.pk:
            return _to_page(article, other)
    alike = engine.duplicates(
        article.words(), user=request.user, language=article.language, exclude=article.pk
    )
    context = {
        "article": article,
        "asked": asked,
        "unknown": bool(asked),
        "alike": [hit for hit in alike if hit.likeness >= SHOWN],
    }
    return render(request, "duplicates/choose.html", context, status=404 if asked else 200)


# Side by side ---------------------------------------------------------------------------------


def _to_page(one: Article, other: Article) -> HttpResponseRedirect:
    older, newer = actions.by_age(one, other)
    return redirect("duplicates:merge", number=older.number, other=newer.number)


@require_http_methods(["GET", "HEAD", "POST"])
@agents_only
def merge(request: AgentRequest, number: str, other: str) -> HttpResponse:
    """Two articles side by side, both open for writing: save both, or make them one."""
    _may_merge(request)
    one, two = _find(request, number), _find(request, other)
    if one.pk == two.pk:
        raise Http404
    older, newer = actions.by_age(one, two)
    if request.method != "POST":
        if older.pk != one.pk:
            return _to_page(one, two)
        return _page(request, Sides(older, newer))
    sides = Sides(older, newer, request.POST)
    try:
        if request.POST.get("do") == "save":
            return _saved(request, sides)
        return _merged(request, sides)
    except Stale as error:
        older, newer = _find(request, older.number), _find(request, newer.number)
        sides = Sides(older, newer, request.POST)
        sides.catch_up()
        return _page(request, sides, error=str(error), stale=True, status=error.status)
    except Refused as error:
        older, newer = _find(request, older.number), _find(request, newer.number)
        sides = Sides(older, newer, request.POST)
        return _page(request, sides, error=str(error), status=error.status)


def _page(
    request: AgentRequest, sides: Sides, *, status: int = 200, **more: Any
) -> HttpResponse:
    older, newer = sides.older, sides.newer
    for article in (older, newer):
        article_actions.seal(article)
    visible = Ticket.objects.visible_to(request.user)
    links = Link.objects.filter(article__in=[older, newer], ticket__in=visible)
    tickets = list(links.values_list("article", "ticket"))
    context = {
        "sides": sides,
        "older": older,
        "newer": newer,
        "tags": [tag for tag in newer.tags if tag not in older.tags],
        "of_older": sum(article == older.pk for article, _ticket in tickets),
        "of_newer": sum(article == newer.pk for article, _ticket in tickets),
        "of_both": len({ticket for _article, ticket in tickets}),
        "may_change": actions.may_merge(request.user, older, newer),
        **more,
    }
    return render(request, "duplicates/merge.html", context, status=status)


@transaction.atomic
def _saved(request: AgentRequest, sides: Sides) -> HttpResponse:
    """Both texts, each as a version of its own article: what a merge by hand begins with."""
    saved = []
    for name, article in ((OLDER, sides.older), (NEWER, sides.newer)):
        typed = sides.typed(name)
        if typed:
            article_actions.improve(
                article, by=request.user, changes=typed, base=sides.bases[article.number]
            )
            saved.append(article.number)
    if saved:
        messages.success(request, _("Saved: %(list)s") % {"list": ", ".join(saved)})
    else:
        messages.info(request, _("Nothing was changed."))
    return redirect("duplicates:merge", number=sides.older.number, other=sides.newer.number)


@transaction.atomic
def _merged(request: AgentRequest, sides: Sides) -> HttpResponse:
    bases = dict(sides.bases)
    for name, article in ((OLDER, sides.older), (NEWER, sides.newer)):
        # Typed into the text that is not taken: in the history it is still to be read.
        if unused := sides.unused(name):
            article_actions.improve(
                article, by=request.user, changes=unused, base=bases[article.number]
            )
            bases[article.number] = article.version_number
    made = actions.merge(
        sides.older,
        sides.newer,
        by=request.user,
        words=sides.result(),
        bases=bases,
        note=request.POST.get("note", ""),
    )
    messages.success(
        request,
        _("%(gone)s is part of %(kept)s now.")
        % {"gone": made.gone.number, "kept": made.kept.number},
    )
    return redirect("duplicates:merges", number=made.kept.number)


# What was merged ------------------------------------------------------------------------------


@require_safe
@agents_only
def merges(request: AgentRequest, number: str) -> HttpResponse:
    """The merges of an article, each with its way back."""
    article = _find(request, number)
    context = {
        "article": article,
        "merges": list(queries.merges_of(article, request.user)[:50]),
        "may_undo": ("change", "merge") in request.user.rights,
    }
    return render(request, "duplicates/merges.html", context)


@require_POST
@agents_only
def undo(request: AgentRequest, pk: int) -> HttpResponse:
    """Make two articles of one again."""
    found = get_object_or_404(queries.merges_for(request.user), pk=pk)
    made = actions.undo_merge(found, by=request.user)
    messages.success(
        request,
        _("%(gone)s and %(kept)s are two articles again.")
        % {"gone": made.gone.number, "kept": made.kept.number},
    )
    return redirect("duplicates:merges", number=made.kept.number)
