"""The page of one article, and the verbs that stand on it."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from articles import actions, counters, parts, rules
from articles.forms import FlagForm, RateForm, first_error
from articles.models import (
    TEXT,
    Article,
    Feedback,
    Flag,
    Governance,
    Schedule,
    Suggestion,
    Translation,
)
from articles.views import states
from articles.views.doors import find, merged_into, visible
from articles.views.hooks import on_open
from kcs.errors import BadValue
from kcs.web import answer
from people.doors import AgentRequest, agents_only
from people.models import User

DETAIL = "articles/detail.html"
COMMENTS = 50
# A flag tells the number of its version; the text of that version is not needed for it.
VERSION_TEXT = [
    f"version__{name}"
    for name in ("title", "issue", "environment", "resolution", "cause", "parts")
]
NEIGHBOURS = ("domain", "owner", "owner_team", "created_by", "changed_by")


@require_safe
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """The article: for agents with all that is known of it, for readers outside its text."""
    # Most articles have neither comments nor suggestions; then nobody asks for them.
    article = (
        visible(request)
        .select_related("template", *NEIGHBOURS)
        .annotate(
            has_comments=Exists(Feedback.objects.filter(article=OuterRef("pk"))),
            has_schedules=Exists(
                Schedule.objects.filter(article=OuterRef("pk"), state=Schedule.State.WAITING)
            ),
            has_suggestions=Exists(Suggestion.objects.open().filter(article=OuterRef("pk"))),
            spoken=ArraySubquery(
                Translation.objects.filter(article=OuterRef("pk")).values("language")
            ),
        )
        .filter(number=number)
        .first()
    )
    led_on = article is None or (article.merged_into_id and "stay" not in request.GET)
    if led_on and (there := merged_into(request, number)) is not None:
        # Nothing keeps this answer: a merge may be undone.
        return redirect(there, permanent=True)
    if article is None:
        raise Http404
    if not (request.user.is_authenticated and request.user.is_agent):
        # Readers outside have a page of their own, behind its wall; there the view is counted.
        return redirect("help:numbered", number=number)
    if request.method == "GET":
        _opened(request, article)
    context = page(request.user, article, language=_wanted(request, article))
    response = render(request, DETAIL, context)
    add_never_cache_headers(response)
    return response


def _opened(request: HttpRequest, article: Article) -> None:
    """Count the view; a hit of a recorded search also tells which place of the list it had."""
    actions.view(article, by=request.user)
    search, rank = request.GET.get("search", ""), request.GET.get("rank", "")
    if request.user.is_authenticated and search.isdecimal() and rank.isdecimal():
        for hook in on_open:
            hook(article, by=request.user, search=int(search[:18]), rank=int(rank[:4]))


def _wanted(request: HttpRequest, article: Any) -> str:
    """The language to show it in: the one asked for, else the reader's own, else the master."""
    asked = request.GET.get("language", "")
    if asked == article.language or asked in article.spoken:
        return asked
    own = get_language() or ""
    return own if own in article.spoken else article.language


def page(user: User, article: Article, *, language: str = "") -> dict[str, Any]:
    """What the page of an agent shows."""
    spoken = getattr(article, "spoken", None)
    said = article.text_in(language) if spoken or spoken is None else article
    said = said or article
    if article.governance == Governance.COMPLIANCE:
        prefetch_related_objects([article], "editors")
    may_change = rules.may_change(user, article)
    flags = flags_of(article) if article.open_flags else []
    return {
        "article": article,
        "said": said,
        "languages": [article.language, *(spoken or ())] if spoken else [],
        **_parts(article, inside=True, said=said),
        "may_change": may_change,
        "may_suggest": not may_change and rules.may_suggest(user, article),
        **states.shown(user, article, may_change=may_change),
        "flags": flags,
        "answerable": {flag.pk for flag in flags if rules.may_answer(user, flag)},
        "flag_form": FlagForm(),
        "suggestions": _suggestions(article),
        "comments": _comments(article),
        "rate_form": RateForm(),
        "used_by_url": _beside("solve:used_by", article),
        "evidence_url": _beside("upkeep:evidence", article),
        "origin": _origin(article),
        "is_page": True,
    }


def _parts(
    article: Article, *, inside: bool, said: Article | Translation | None = None
) -> dict[str, Any]:
    text = said or article
    read = parts.read_kept(article.template, text.words(), text.rendered, inside=inside)
    return {"parts": read, "has_environment": any(p.name == "environment" for p in read)}


def flags_of(article: Article) -> list[Flag]:
    """The open flags of one article, oldest first."""
    flags = list(
        article.flags.open()
        .select_related("by", "owner", "version")
        .defer(*VERSION_TEXT)
        .order_by("at", "pk")
    )
    for flag in flags:
        flag.article = article
    return flags


def _suggestions(article: Article) -> list[Suggestion]:
    if not getattr(article, "has_suggestions", True):
        return []
    return list(article.suggestions.open().select_related("by").defer(*TEXT, "parts"))


def _comments(article: Article) -> list[Feedback]:
    if not getattr(article, "has_comments", True):
        return []
    return list(article.feedback.exclude(comment="").select_related("by")[:COMMENTS])


def _beside(view: str, article: Article) -> str:
    """A panel of another app: the page composes it by its address."""
    try:
        return reverse(view, args=[article.number])
    except NoReverseMatch:
        return ""


# Records of our own that articles are made from, and the pages that show them.
OURS = {"ticket": "solve:workspace", "question": "asking:question"}


def _origin(article: Article) -> dict[str, str] | None:
    """Where the article came from, as a link when it has an address."""
    if not (article.origin_id or article.origin_url):
        return None
    url = article.origin_url
    if not url and (view := OURS.get(article.origin_type)):
        try:
            url = reverse(view, args=[article.origin_id])
        except NoReverseMatch:
            url = ""
    return {
        "type": article.origin_type,
        "id": article.origin_id or article.origin_url,
        "url": url,
    }


# The verbs of the page ----------------------------------------------------------------------


def answer_part(request: AgentRequest, article: Article, part: str) -> HttpResponse:
    """The part that changed, of the article as it is now."""
    fresh = find(request, article.number, *NEIGHBOURS)
    context = {**page(request.user, fresh), "changed": True}
    return answer(request, DETAIL, context, part=part, url=fresh.get_absolute_url())


@require_POST
@agents_only
def flag(request: AgentRequest, number: str) -> HttpResponse:
    """Say that something is wrong with the article."""
    article = find(request, number)
    form = FlagForm(request.POST)
    if not form.is_valid():
        field, said = first_error(form)
        raise BadValue(said, field=field)
    actions.flag(article, by=request.user, **form.cleaned_data)
    if not request.htmx:  # type: ignore[attr-defined]
        messages.success(request, _("Flagged. Its owner has been told."))
    return answer_part(request, article, "flags")


@require_POST
def rate(request: HttpRequest, number: str) -> HttpResponse:
    """Say whether the article helped, or leave a comment. Open to every reader of it."""
    article = find(request, number)
    form = RateForm(request.POST)
    if not form.is_valid():
        raise BadValue(first_error(form)[1], field="comment")
    helpful, comment = form.cleaned_data["helpful"], form.cleaned_data["comment"]
    known = request.user if request.user.is_authenticated else None
    helped = request.session.get("helped", [])
    if known is None and helpful and article.pk in helped:
        # A visitor has no account to count by; the session keeps a second press from counting.
        helpful = None
    if helpful is not None or comment.strip():
        actions.rate(article, by=known, helpful=helpful, comment=comment)
    elif article.pk not in helped:
        raise BadValue(_("Say whether it helped, or write a comment."), field="comment")
    if known is None and helpful:
        request.session["helped"] = [*helped, article.pk][-100:]
    if known is None or not known.is_agent:
        messages.success(request, _("Thank you. This goes to the people who look after it."))
        return redirect(article.get_absolute_url())
    return answer_part(cast(AgentRequest, request), article, "comments")


@require_safe
@agents_only
def counted(request: AgentRequest, number: str) -> HttpResponse:
    """Views, “this helped” and links, by inside and outside, role and day."""
    article = find(request, number)
    context = {"article": article, **counters.split(article)}
    template = "articles/counters.html"
    if request.htmx:  # type: ignore[attr-defined]
        template += "#table"
    response = render(request, template, context)
    response["Vary"] = "HX-Request"
    return response
