"""The pages of questions: whom to ask, what was asked, one question."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from articles.models import Article
from kcs.errors import BadValue, NotAllowed, Refused
from kcs.pages import keyset
from loops.asking import actions, proposing, queries
from loops.asking.forms import AnswerForm, AskForm, PassForm
from loops.models import Question
from loops.solve.desk import find_ticket
from people.doors import AgentRequest, agents_only
from tickets.models import Ticket

ROWS = 20
MINE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@agents_only
def ask(request: AgentRequest) -> HttpResponse:
    """Without a ticket: from the page of search."""
    return _asking(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@agents_only
def ask_on_ticket(request: AgentRequest, number: str) -> HttpResponse:
    return _asking(request, find_ticket(request, number))


def _asking(request: AgentRequest, ticket: Ticket | None) -> HttpResponse:
    user = request.user
    people = proposing.askable(by=user, ticket=ticket)
    words = " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:256]
    about = ticket.subject if ticket is not None else words
    form = AskForm(people, initial={"title": about, "query": words})
    if request.method == "POST" and request.POST.get("again"):
        # Enter in a field, or the button beside it: other words, perhaps other people.
        title = " ".join(request.POST.get("title", "").replace("\x00", " ").split())
        kept = {"title": title, "query": title[:256], "text": request.POST.get("text", "")}
        form = AskForm(people, initial=kept)
    elif request.method == "POST":
        form = AskForm(people, _with_person(request.POST))
        if form.is_valid():
            try:
                made = actions.ask(by=user, ticket=ticket, **form.cleaned_data)
            except NotAllowed:
                raise
            except Refused as refusal:
                explain(form, refusal)
            else:
                messages.success(
                    request, _("Asked. %(person)s is told.") % {"person": made.asked}
                )
                return redirect(actions.address(made))
    context = {
        "ticket": ticket,
        "form": form,
        "proposed": proposing.propose(
            by=user, ticket=ticket, words=str(form["query"].value() or "")
        ),
        "nav": "queue" if ticket is not None else "questions",
    }
    return render(request, "asking/ask.html", context, status=422 if form.errors else 200)


def _with_person(sent: Any) -> Any:
    """Each proposed person has a button of their own; anybody else is chosen in the list."""
    data = sent.copy()
    if person := sent.get("person"):
        data["asked"] = person
    return data


def explain(form: Any, refusal: Refused) -> None:
    """Put what the verb said beside the field that it is about, or above the form."""
    field = refusal.field if isinstance(refusal, BadValue) else ""
    form.add_error(field if field in form.fields else None, str(refusal))


@require_safe
@agents_only
def questions(request: AgentRequest) -> HttpResponse:
    """What waits for my answer, what I asked, and what was answered lately, to be searched."""
    user = request.user
    words = request.GET.get("q", "").strip()[:256]
    page = keyset(
        queries.answered(user, words).order_by(), ("-at", "-pk"),
        cursor=request.GET.get("cursor", ""), size=ROWS,
    )  # fmt: skip
    context = {
        "waiting": list(queries.to_answer(user).order_by("at", "pk")[:MINE]),
        "asked": list(queries.asked_by(user).order_by("-at", "-pk")[:ROWS]),
        "page": page,
        "q": words,
        "nav": "questions",
    }
    return render(request, "asking/questions.html", context)


def found(request: AgentRequest, pk: int) -> Question:
    """The question, if this person may see it; hidden and missing are the same."""
    return get_object_or_404(queries.shown(queries.visible_to(request.user)), pk=pk)


@require_safe
@agents_only
def question(request: AgentRequest, pk: int) -> HttpResponse:
    return show(request, found(request, pk))


def show(
    request: AgentRequest, question: Question, *, answer_form: AnswerForm | None = None,
    pass_form: PassForm | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    user = request.user
    is_open = question.state == Question.State.OPEN
    mine = user.pk in (question.by_id, question.asked_id)
    names = proposing.named([question])
    ticket, article = question.ticket, question.article
    if ticket is not None and not Ticket.objects.visible_to(user).filter(pk=ticket.pk).exists():
        ticket = None
    if article is not None:
        article = Article.objects.visible_to(user).filter(pk=article.pk).first()
    others = proposing.askable(by=user, ticket=question.ticket).exclude(
        pk__in=[question.by_id, question.asked_id]
    )
    context = {
        "question": question,
        "ticket": ticket,
        "article": article,
        "may_answer": is_open and user.pk != question.by_id,
        "may_pass": is_open and mine,
        "may_withdraw": is_open and user.pk == question.by_id,
        "may_draft": question.state == "answered" and question.article_id is None,
        "answer_form": answer_form or AnswerForm(),
        "pass_form": pass_form or (PassForm(others) if is_open and mine else None),
        "passed": [{**one, "name": names.get(one["person"], "")} for one in question.passed],
        "nav": "questions",
    }
    return render(request, "asking/question.html", context, status=status)


@require_POST
@agents_only
def answer(request: AgentRequest, pk: int) -> HttpResponse:
    """Answer; with `article`, make it one at once and go on in its editor."""
    asked = found(request, pk)
    form = AnswerForm(request.POST)
    if form.is_valid():
        text = form.cleaned_data["text"]
        try:
            if request.POST.get("article"):
                return edit(actions.answer_and_draft(asked, by=request.user, text=text))
            actions.answer(asked, by=request.user, text=text)
        except NotAllowed:
            raise
        except Refused as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("%(person)s reads it now.") % {"person": asked.by})
            return redirect(actions.address(asked))
    asked.refresh_from_db()
    return show(request, asked, answer_form=form, status=422)


def edit(article: Article) -> HttpResponse:
    return redirect(reverse("articles:edit", args=[article.number]))


@require_POST
@agents_only
def pass_on(request: AgentRequest, pk: int) -> HttpResponse:
    asked = found(request, pk)
    form = PassForm(proposing.askable(by=request.user, ticket=asked.ticket), request.POST)
    if form.is_valid():
        try:
            actions.pass_on(asked, by=request.user, **form.cleaned_data)
        except NotAllowed:
            raise
        except Refused as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("%(person)s is asked now.") % {"person": asked.asked})
            return redirect("asking:questions")
    return show(request, asked, pass_form=form, status=422)


@require_POST
@agents_only
def withdraw(request: AgentRequest, pk: int) -> HttpResponse:
    asked = found(request, pk)
    actions.withdraw(asked, by=request.user)
    messages.success(request, _("Withdrawn."))
    return redirect(actions.address(asked))


@require_POST
@agents_only
def draft(request: AgentRequest, pk: int) -> HttpResponse:
    return edit(actions.draft(found(request, pk), by=request.user))
