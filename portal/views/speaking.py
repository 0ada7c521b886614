"""Saying something: that it helped, that it did not, what is wrong; and asking for help."""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST

from articles import actions as article_actions
from articles.models import Article
from kcs.errors import BadValue
from portal import actions, queries, wall
from portal.addresses import address
from portal.forms import AskForm, FeedbackForm
from portal.queries import Reading
from portal.views.doors import missing, page, person, too_many, visit_of, visiting
from portal.views.finding import spoken
from portal.views.reading import shown

# An office of many readers stands behind one address; a program sends more than an office.
HELPFUL = "60/h/ip"
FEEDBACK = "20/h/ip"
ASK = "20/h/ip"


def _reading(request: HttpRequest, number: str) -> Reading | None:
    """The article, if this reader may know of it: asked behind the wall, before anything else."""
    reader = wall.reader_of(request)
    with wall.outside(reader):
        return queries.read(reader, number, request.POST.get("language") or spoken())


def _thanks(request: HttpRequest, reading: Reading, said: str) -> HttpResponse:
    """Back to the article, where the thanks stand in the place of the question."""
    path = address(reading.article.number, reading.title)
    return visiting(redirect(f"{path}?said={said}#helpful"), visit_of(request))


@require_POST
def helpful(request: HttpRequest, number: str) -> HttpResponse:
    """Yes or no. A visit's second yes counts no more than its first."""
    reading = _reading(request, number)
    if reading is None:
        return missing(request)
    said = request.POST.get("helpful", "")
    if said not in ("true", "false"):
        return redirect("help:numbered", number=number)
    if refused := too_many(request, "helpful", HELPFUL):
        return refused
    if not request.POST.get("website"):
        _rate(request, reading, helpful=said == "true")
    return _thanks(request, reading, "helped" if said == "true" else "not_helped")


@require_POST
def feedback(request: HttpRequest, number: str) -> HttpResponse:
    """A comment; with an address for whoever wants to read the answer."""
    reading = _reading(request, number)
    if reading is None:
        return missing(request)
    form = FeedbackForm(request.POST)
    if form.is_trapped:
        return _thanks(request, reading, "comment")
    if form.is_valid():
        if refused := too_many(request, "feedback", FEEDBACK):
            return refused
        try:
            _rate(request, reading, **{n: form.cleaned_data[n] for n in ("comment", "email")})
        except BadValue as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            return _thanks(request, reading, "comment")
    return page(request, "article", shown(request, reading, form=form), status=422)


def _rate(request: HttpRequest, reading: Reading, **said: object) -> None:
    """The verb's own row: the one behind the wall can not be written to."""
    article = Article.objects.visible_to(request.user).filter(pk=reading.article.pk).first()
    if article is None:  # it was taken back this moment
        return
    article_actions.rate(
        article,
        by=person(request),
        channel=actions.CHANNEL,
        language=get_language() or "",
        visit=visit_of(request),
        **said,  # type: ignore[arg-type]
    )


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask the people behind the help centre, as somebody whom they can answer."""
    user = person(request)
    if user is None:
        return redirect_to_login(request.get_full_path())
    first = {"subject": request.GET.get("q", "").replace("\x00", "")[:300]}
    form = AskForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        if refused := too_many(request, "ask", ASK):
            return refused
        try:
            ticket = actions.ask(
                by=user, language=spoken(), visit=visit_of(request), **form.cleaned_data
            )
        except BadValue as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            return redirect("mine:ticket", number=ticket.number)
    return page(request, "ask", {"form": form}, status=422 if form.is_bound else 200)
