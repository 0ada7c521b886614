"""What is done on the pages of coaching: each calls one verb, and what it refuses stands beside
what was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from kcs.errors import BadValue, NotAllowed, Refused
from loops.coaching import access, goals, packets, queries, reviewing, sampling
from loops.coaching.forms import (
    DrawForm,
    ExpertDrawForm,
    GoalForm,
    NoteForm,
    OpenForm,
    ProposeForm,
    ReviewForm,
    RevokeForm,
)
from loops.coaching.views import pages
from loops.models import Goal, Proposal
from people import actions as people_actions
from people.doors import AgentRequest, agents_only
from people.models import Team, User


def explain(form: forms.BaseForm, refusal: Refused, **renamed: str) -> int:
    """Put what the verb said beside the field that it is about; which status it has."""
    field = refusal.field if isinstance(refusal, BadValue) else ""
    field = renamed.get(field, field)
    form.add_error(field if field in form.fields else None, str(refusal))
    return refusal.status


def attempt(
    request: AgentRequest, form: Any, verb: Callable[[dict[str, Any]], Any],
    again: Callable[[int], HttpResponse], to: Callable[[], HttpResponse], **renamed: str,
) -> HttpResponse:  # fmt: skip
    """Call the verb with what the form says. A missing right is a page of its own; everything
    else stands in the form."""
    if not form.is_valid():
        return again(422)
    try:
        verb(form.cleaned_data)
    except NotAllowed:
        raise
    except Refused as refusal:
        return again(explain(form, refusal, **renamed))
    return to()


def back(person: User) -> HttpResponse:
    return redirect("coaching:person", person.pk)


def allowed(request: AgentRequest, pk: int) -> User:
    """The person, for somebody who may read their results; the rest are told no before."""
    person = pages.found(pk)
    access.require_role(request.user, person)
    return person


@require_POST
@agents_only
def draw(request: AgentRequest, pk: int) -> HttpResponse:
    person = allowed(request, pk)
    form = DrawForm(request.POST)

    def verb(asked: dict[str, Any]) -> None:
        made = sampling.draw(person, by=request.user, **asked)
        said = ngettext("%(n)s sample drawn.", "%(n)s samples drawn.", len(made))
        messages.success(request, said % {"n": len(made)})

    return attempt(
        request, form, verb,
        lambda status: pages.show_person(request, person, status=status, draw=form),
        lambda: back(person),
    )  # fmt: skip


@require_POST
@agents_only
def draw_as_expert(request: AgentRequest) -> HttpResponse:
    """A domain expert draws from a colleague's work in the expert's own branches."""
    form = ExpertDrawForm(queries.colleagues_in(request.user), request.POST)

    def verb(asked: dict[str, Any]) -> None:
        made = sampling.draw(by=request.user, **asked)
        said = ngettext("%(n)s sample drawn.", "%(n)s samples drawn.", len(made))
        messages.success(request, said % {"n": len(made)})

    if not request.user.expert_domains:
        raise NotAllowed(_("This is for domain experts."))
    return attempt(
        request, form, verb,
        lambda status: pages.show_home(request, expert_form=form, status=status),
        lambda: redirect("coaching:home"),
    )  # fmt: skip


@require_POST
@agents_only
def note(request: AgentRequest, pk: int) -> HttpResponse:
    person = allowed(request, pk)
    form = NoteForm(request.POST)
    return attempt(
        request, form,
        lambda asked: packets.write_note(person, by=request.user, **asked),
        lambda status: pages.show_person(request, person, status=status, note=form),
        lambda: back(person),
    )  # fmt: skip


@require_POST
@agents_only
def propose(request: AgentRequest, pk: int) -> HttpResponse:
    person = allowed(request, pk)
    form = ProposeForm(person, request.POST)
    return attempt(
        request, form,
        lambda asked: packets.propose(person, by=request.user, **asked),
        lambda status: pages.show_person(request, person, status=status, propose=form),
        lambda: back(person),
    )  # fmt: skip


@require_POST
@agents_only
def decide(request: AgentRequest, pk: int) -> HttpResponse:
    rows = Proposal.objects.readable_by(request.user).select_related("person__team", "by")
    proposal = get_object_or_404(rows, pk=pk)
    person = proposal.person
    granted, answer = request.POST.get("granted") == "yes", request.POST.get("answer", "")
    try:
        packets.decide(proposal, by=request.user, granted=granted, answer=answer)
    except NotAllowed:
        raise
    except Refused as refusal:
        return pages.show_person(
            request, person, status=refusal.status, decide_error=str(refusal)
        )
    messages.success(request, _("Granted.") if granted else _("Declined, with your answer."))
    return back(person)


@require_POST
@agents_only
def revoke(request: AgentRequest, pk: int) -> HttpResponse:
    person = allowed(request, pk)
    form = RevokeForm(person, request.POST)
    return attempt(
        request, form,
        lambda asked: people_actions.revoke_competency(person, by=request.user, **asked),
        lambda status: pages.show_person(request, person, status=status, revoke=form),
        lambda: back(person),
    )  # fmt: skip


@require_POST
@agents_only
def goal(request: AgentRequest, pk: int) -> HttpResponse:
    person = allowed(request, pk)
    form = GoalForm(request.POST)
    return attempt(
        request, form,
        lambda _asked: goals.set_goal(by=request.user, person=person, **form.asked()),
        lambda status: pages.show_person(request, person, status=status, goal=form),
        lambda: back(person), target="percent",
    )  # fmt: skip


@require_POST
@agents_only
def team_goal(request: AgentRequest, pk: int) -> HttpResponse:
    team = get_object_or_404(Team.objects.filter(manager=request.user), pk=pk)
    form = GoalForm(request.POST)
    return attempt(
        request, form,
        lambda _asked: goals.set_goal(by=request.user, team=team, **form.asked()),
        lambda status: pages.show_home(
            request, goal_form=form, goal_team=team.pk, status=status
        ),
        lambda: redirect("coaching:home"), target="percent",
    )  # fmt: skip


@require_POST
@agents_only
def end_goal(request: AgentRequest, pk: int) -> HttpResponse:
    goal = get_object_or_404(
        Goal.objects.readable_by(request.user).select_related("person", "team"), pk=pk
    )
    goals.end_goal(goal, by=request.user)
    return back(goal.person) if goal.person is not None else redirect("coaching:home")


@require_POST
@agents_only
def open_results(request: AgentRequest, pk: int) -> HttpResponse:
    """An administrator says why, and reads one person's results for half an hour."""
    person = pages.found(pk)
    form = OpenForm(request.POST)
    if not request.user.is_superuser:
        access.require_role(request.user, person)
    return attempt(
        request, form,
        lambda asked: access.open_results(person, by=request.user, **asked),
        lambda status: pages.show_person(request, person, status=status, open=form),
        lambda: back(person),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@agents_only
def sample(request: AgentRequest, pk: int) -> HttpResponse:
    """One review: to read, and for its reviewer to give and to correct."""
    found = pages.readable(request, pk)
    if request.method != "POST":
        return pages.show_sample(request, found)
    form = ReviewForm(found, request.POST)

    def verb(asked: dict[str, Any]) -> None:
        reviewing.review(found, by=request.user, answers=form.answers(), note=asked["note"])
        messages.success(request, _("Reviewed. The person reads it now."))

    return attempt(
        request, form, verb,
        lambda status: pages.show_sample(request, found, form=form, status=status),
        lambda: redirect("coaching:sample", found.pk),
    )  # fmt: skip


@require_POST
@agents_only
def skip(request: AgentRequest, pk: int) -> HttpResponse:
    found = pages.readable(request, pk)
    try:
        reviewing.skip(found, by=request.user, reason=request.POST.get("reason", ""))
    except NotAllowed:
        raise
    except Refused as refusal:
        return pages.show_sample(request, found, error=str(refusal), status=refusal.status)
    messages.success(request, _("Left out. It is not drawn again."))
    return redirect("coaching:home")
