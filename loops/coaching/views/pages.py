"""What coaches, coachees and managers look at."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from articles import parts
from kcs.errors import NotAllowed
from loops.coaching import access, charts, goals, packets, queries, reviewing, stopping
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
from loops.models import Goal, Sample
from loops.queries import people_read_by
from people.doors import AgentRequest, agents_only
from people.models import User

WAITING = 30


@require_safe
@agents_only
def home(request: AgentRequest) -> HttpResponse:
    """The people one coaches or manages. Whoever has none is shown their own results."""
    user = request.user
    expert = bool(user.expert_domains)
    if not expert and not user.is_coach and not people_read_by(user).exists():
        return redirect("coaching:me")
    return show_home(request)


def show_home(
    request: AgentRequest, *, expert_form: Any = None, goal_form: Any = None, status: int = 200,
    goal_team: int = 0,
) -> HttpResponse:  # fmt: skip
    user = request.user
    told = queries.home(user, request.site_settings)
    waiting = (
        Sample.objects.to_review_by(user)
        .select_related("person", "ticket", "article", "version")
        .defer("ticket__description", "article__rendered", "article__outside")
        .order_by("person__name", "drawn_at", "pk")[:WAITING]
    )
    teams = list(user.manages.all())
    expert = bool(user.expert_domains)
    if expert and expert_form is None:
        expert_form = ExpertDrawForm(queries.colleagues_in(user))
    context = {
        "home": told,
        "waiting": list(waiting),
        "states": stopping,
        "teams": teams,
        "team_goals": Goal.objects.readable_by(user)
        .running()
        .filter(team__isnull=False)
        .select_related("team", "by"),
        "goal_form": goal_form or GoalForm(),
        "goal_team": goal_team,
        "expert_form": expert_form,
        "minimum": request.site_settings.figures_minimum,
    }
    return render(request, "coaching/home.html", context, status=status)


@require_safe
@agents_only
def mine(request: AgentRequest) -> HttpResponse:
    """One's own finished reviews, the shared notes, the goals."""
    return show_person(request, request.user)


def found(pk: int) -> User:
    return get_object_or_404(User.objects.agents().select_related("team", "coach"), pk=pk)


@require_safe
@agents_only
def person(request: AgentRequest, pk: int) -> HttpResponse:
    if pk == request.user.pk:
        return redirect("coaching:me")
    return show_person(request, found(pk))


def show_person(
    request: AgentRequest, person: User, *, status: int = 200, **forms: Any
) -> HttpResponse:
    """One person's results for whoever may read them; an administrator is asked why first."""
    user = request.user
    role = access.role(user, person)
    if not role:
        if not user.is_superuser:
            access.require_role(user, person)
        context = {"person": person, "form": forms.get("open") or OpenForm()}
        return render(request, "coaching/closed.html", context, status=max(status, 403))
    told = queries.results(user, person, request.site_settings)
    may_coach = role == access.COACH
    open_proposal = next((one for one in told.proposals if one.state == "open"), None)
    context = {
        "told": told,
        "person": person,
        "role": role,
        "may_coach": may_coach,
        "may_set_goal": goals.may_set(user, person=person),
        "may_decide": open_proposal is not None and packets.may_decide(user, person),
        "open_proposal": open_proposal,
        "measures": charts.LABELS,
        "draw_form": forms.get("draw") or DrawForm(),
        "note_form": forms.get("note") or NoteForm(),
        "propose_form": forms.get("propose") or ProposeForm(person),
        "revoke_form": forms.get("revoke") or RevokeForm(person),
        "goal_form": forms.get("goal") or GoalForm(),
        "decide_error": forms.get("decide_error", ""),
        "shown": forms,
        "minimum": request.site_settings.figures_minimum,
    }
    return render(request, "coaching/person.html", context, status=status)


def readable(request: AgentRequest, pk: int) -> Sample:
    """The sample, if this person may know of it; hidden and missing are the same."""
    rows = Sample.objects.readable_by(request.user).select_related(
        "person__team", "person__coach", "coach", "reviewed_by", "standard", "version__by",
        "ticket__domain", "ticket__requester", "article__template", "article__domain",
    )  # fmt: skip
    return get_object_or_404(rows, pk=pk)


def show_sample(
    request: AgentRequest, sample: Sample, *, form: ReviewForm | None = None, error: str = "",
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    """What was drawn, with all that is needed to judge it, and the questions beside it."""
    may_review = access.may_review(request.user, sample)
    form = form or ReviewForm(sample)
    context: dict[str, Any] = {
        "sample": sample,
        "form": form,
        "may_review": may_review,
        "error": error,
        "answers": answered(sample, form),
        "events": list(sample.events.select_related("by")),
        "back": access.role(request.user, sample.person),
    }
    if sample.ticket is not None:
        context |= {
            "trail": queries.trail_of(sample.ticket),
            "outcome": queries.outcome_of(sample.ticket),
            "links": reviewing.links_of(sample),
            "said": list(sample.ticket.messages.select_related("by").order_by("at", "pk")),
        }
    elif sample.version is not None and sample.article is not None:
        words = sample.version.words()
        context["parts"] = parts.read_words(sample.article.template, words)
    return render(request, "coaching/sample.html", context, status=status)


def answered(sample: Sample, form: ReviewForm) -> list[tuple[Any, str]]:
    """The questions with what was answered, to be read."""
    if sample.state != Sample.State.DONE:
        return []
    told = [
        (name if label is None else label, sample.answers[name])
        for name, label in _labels(sample, form)
        if isinstance(sample.answers.get(name), str)
    ]
    return told


def _labels(sample: Sample, form: ReviewForm) -> list[tuple[str, Any]]:
    if sample.kind == Sample.Kind.PROCESS:
        return [(name, label) for name, (label, _good) in reviewing.ASKS.items()]
    return [(name, field.label) for name, field in form.asked.items()]


COLUMNS = (
    "person", "kind", "of", "version", "drawn", "reviewed", "by", "score", "passed", "answers",
    "note",
)  # fmt: skip


def quoted(value: Any) -> str:
    """A cell that a spreadsheet takes for text, whatever it begins with."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else text


def flat(answers: dict[str, Any]) -> str:
    told = [f"{key}={said}" for key, said in answers.items() if isinstance(said, str)]
    for link in answers.get("links", []):
        said = ",".join(f"{ask}={link.get(ask, '')}" for ask in reviewing.LINK_ASKS)
        told.append(f"{link.get('article')}({said})")
    return "; ".join(told)


class Echo:
    def write(self, value: str) -> str:
        return value


@require_safe
@agents_only
def export(request: AgentRequest) -> HttpResponse:
    """The finished reviews that this person may read, as CSV; of one person on demand."""
    rows = Sample.objects.readable_by(request.user).filter(state="done")
    if asked := request.GET.get("person", ""):
        whose = found(int(asked)) if asked.isdecimal() and len(asked) < 10 else None
        if whose is None or not access.role(request.user, whose):
            raise NotAllowed(access.closed())
        rows = rows.filter(person=whose)
    rows = rows.select_related("person", "ticket", "article", "version", "reviewed_by")
    writer = csv.writer(Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff" + writer.writerow(COLUMNS)
        for one in rows.order_by("person__name", "reviewed_at", "pk").iterator(500):
            of = one.ticket.number if one.ticket else one.article.number if one.article else ""
            yield writer.writerow(
                quoted(cell)
                for cell in (
                    one.person, one.kind, of, one.version.number if one.version else "",
                    one.drawn_at.date(), one.reviewed_at and one.reviewed_at.date(),
                    one.reviewed_by, f"{one.score:.4f}", one.passed, flat(one.answers), one.note,
                )
            )  # fmt: skip

    response = HttpResponse("".join(lines()), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="reviews.csv"'
    return response
