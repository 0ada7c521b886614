"""The verbs of an article's states on its page: now, at a date, and by the calendar."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from articles import actions
from articles.forms import STATES, CalendarForm, PlanForm, StateForm, first_error
from articles.models import Article
from articles.views.doors import find
from articles.views.reading import answer_part
from kcs.errors import BadValue
from people.doors import AgentRequest, agents_only


def panel(request: AgentRequest, article: Article) -> HttpResponse:
    return answer_part(request, article, "states")


@require_POST
@agents_only
def restate(request: AgentRequest, number: str) -> HttpResponse:
    """Set confidence, audience, governance; what one may not set is refused, not ignored."""
    article = find(request, number)
    form = StateForm(
        request.POST,
        user=request.user,
        article=article,
        template=article.template,
        initial={name: getattr(article, name) for name in STATES},
    )
    if not form.is_valid():
        field, said = first_error(form)
        raise BadValue(said, field=field)
    wanted = {name: value for name, value in form.changed_facts().items() if value}
    actions.restate(article, by=request.user, reason=form.cleaned_data["reason"], **wanted)
    return panel(request, article)


@require_POST
@agents_only
def unarchive(request: AgentRequest, number: str) -> HttpResponse:
    """Take an article out of the archive, with the confidence it had."""
    article = find(request, number)
    actions.unarchive(article, by=request.user)
    return panel(request, article)


@require_POST
@agents_only
def schedule(request: AgentRequest, number: str) -> HttpResponse:
    """Have a state set at a date."""
    article = find(request, number)
    form = PlanForm(request.POST, user=request.user, article=article)
    if not form.is_valid():
        field, said = first_error(form)
        raise BadValue(said, field=field)
    actions.schedule(article, by=request.user, **form.cleaned_data)
    return panel(request, article)


@require_POST
@agents_only
def cancel_schedule(request: AgentRequest, number: str, pk: int) -> HttpResponse:
    """Nothing will happen at that date."""
    article = find(request, number)
    planned = get_object_or_404(article.schedules.select_related("article"), pk=pk)
    actions.cancel_schedule(planned, by=request.user)
    return panel(request, article)


@require_POST
@agents_only
def calendar(request: AgentRequest, number: str) -> HttpResponse:
    """When the named editors look at it, and how often."""
    article = find(request, number)
    form = CalendarForm(request.POST)
    if not form.is_valid():
        field, said = first_error(form)
        raise BadValue(said, field=field)
    every, due_on = (form.cleaned_data[n] for n in ("review_every_days", "review_due_on"))
    actions.set_calendar(article, by=request.user, every=every, due_on=due_on)
    return panel(request, article)


@require_POST
@agents_only
def review(request: AgentRequest, number: str) -> HttpResponse:
    """Say, as a named editor, that the article is right as it stands."""
    article = find(request, number)
    actions.review(article, by=request.user, note=request.POST.get("note", ""))
    return panel(request, article)
