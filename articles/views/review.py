"""Suggestions: what somebody would change, and the decision about it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from articles import actions, diff, rules
from articles.forms import TextForm, text_values
from articles.models import Article, Suggestion
from articles.views.doors import find
from kcs.errors import BadValue, Stale
from people.doors import AgentRequest, agents_only


def _suggestion(request: AgentRequest, number: str, pk: int) -> tuple[Article, Suggestion]:
    article = find(request, number, "owner")
    found = article.suggestions.select_related("by", "decided_by").filter(pk=pk).first()
    if found is None:
        raise Http404
    found.article = article
    return article, found


def _merged(article: Article, suggestion: Suggestion) -> tuple[dict[str, Any], list[str]]:
    """The article's text with the suggestion in it, and the parts that others changed too."""
    proposed, overlap = actions.proposal(suggestion)
    return {**article.words(), **proposed}, overlap


def _page(
    request: AgentRequest,
    article: Article,
    suggestion: Suggestion,
    *,
    form: TextForm | None = None,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    merged, overlap = _merged(article, suggestion)
    if form is None:
        form = TextForm(
            template=article.template,
            initial={**text_values(article.template, merged), "base": article.version_number},
        )
    context = {
        "article": article,
        "suggestion": suggestion,
        "changes": diff.compare(article.template, article.words(), merged)
        if suggestion.state == Suggestion.State.OPEN
        else diff.compare(
            article.template, _base_words(article, suggestion), suggestion.words()
        ),
        "overlap": overlap,
        "may_decide": suggestion.state == Suggestion.State.OPEN
        and rules.may_decide(request.user, suggestion),
        "form": form,
        "error": error,
        "editing": form.is_bound or bool(overlap),
    }
    return render(request, "articles/suggestion.html", context, status=status)


def _base_words(article: Article, suggestion: Suggestion) -> dict[str, Any]:
    began = article.versions.filter(number=suggestion.base).first()
    return began.words() if began else article.words()


@require_safe
@agents_only
def suggestion(request: AgentRequest, number: str, pk: int) -> HttpResponse:
    """What somebody would change, against what the article says now."""
    return _page(request, *_suggestion(request, number, pk))


@require_POST
@agents_only
def accept(request: AgentRequest, number: str, pk: int) -> HttpResponse:
    """Make it live: as it is, or with the changes that were typed over it."""
    article, found = _suggestion(request, number, pk)
    changes, form = None, None
    if request.POST.get("with_changes"):
        form = TextForm(request.POST, template=article.template)
        if not form.is_valid():
            return _page(request, article, found, form=form, status=422)
        changes = form.words()
    try:
        if (
            changes is not None
            and form
            and form.cleaned_data["base"]
            not in (
                None,
                article.version_number,
            )
        ):
            raise Stale(_("The article changed while you were writing. Compare once more."))
        made = actions.accept(found, by=request.user, changes=changes)
    except (BadValue, Stale) as error:
        article, found = _suggestion(request, number, pk)
        if form is not None:
            # The text stays as typed, on top of what the article says now.
            typed = request.POST.copy()
            typed["base"] = str(article.version_number)
            form.data = typed
        return _page(request, article, found, form=form, error=str(error), status=error.status)
    messages.success(
        request, _("Accepted. The article is at version %(n)s now.") % {"n": made.number}
    )
    return redirect(article)


@require_POST
@agents_only
def decline(request: AgentRequest, number: str, pk: int) -> HttpResponse:
    """Say no, with the reason that its author will read."""
    article, found = _suggestion(request, number, pk)
    try:
        actions.decline(found, by=request.user, reason=request.POST.get("reason", ""))
    except BadValue as error:
        return _page(request, article, found, error=str(error), status=error.status)
    messages.success(request, _("Declined. Its author reads your reason."))
    return redirect(article)
