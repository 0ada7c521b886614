"""Writing from outside, where the organisation lets customers: drafts, edits, what became of
them. Whoever may not is refused before anything is looked up."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from articles import actions as article_actions
from articles.models import Article
from articles.parts import of_authors, value_of
from kcs.errors import BadValue, Refused
from people.models import User
from portal import queries, wall
from portal.addresses import address
from portal.forms import DraftForm, EditForm
from portal.views.doors import missing, page, person, too_many
from portal.views.finding import spoken

SUBMIT = "20/h/ip"
View = Callable[..., HttpResponse]


class AuthorRequest(HttpRequest):
    """A request behind `authors_only`: a customer who may write."""

    user: User


def authors_only(view: View) -> View:
    """Visitors sign in; agents write inside; customers write where they are let."""

    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = person(request)
        if user is None:
            return redirect_to_login(request.get_full_path())
        article_actions.require_author(user)
        return view(request, *args, **kwargs)

    return door


@require_http_methods(["GET", "POST"])
@authors_only
def write(request: AuthorRequest) -> HttpResponse:
    """Submit a draft. Nobody reads it before somebody inside has reviewed it."""
    first = {"title": request.GET.get("q", "").replace("\x00", "")[:300]}
    form = DraftForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        if refused := too_many(request, "submit", SUBMIT):
            return refused
        try:
            article_actions.submit_draft(
                by=request.user, language=spoken(), **form.cleaned_data
            )
        except BadValue as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("Thank you. Somebody will read it and decide."))
            return redirect("help:mine")
    return page(request, "write", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@authors_only
def suggest(request: AuthorRequest, number: str) -> HttpResponse:
    """Rewrite what one reads; the text comes from behind the wall, so nothing else is in it."""
    reader = wall.reader_of(request)
    with wall.outside(reader):
        reading = queries.read(reader, number, "")
    if reading is None:
        return missing(request)
    outside, template = reading.article.words(), reading.article.template
    words = [
        (part.name, part.label, value_of(outside, part.name)) for part in of_authors(template)
    ]
    first = {"title": reading.title, "base": reading.article.version_number}
    form = EditForm(request.POST or None, initial=first, words=words)
    if request.method == "POST" and form.is_valid():
        if refused := too_many(request, "submit", SUBMIT):
            return refused
        article = Article.objects.visible_to(request.user).filter(number=number).first()
        if article is None:  # it was taken back this moment
            return missing(request)
        said = form.cleaned_data
        try:
            article_actions.submit_edit(
                article,
                by=request.user,
                changes=form.changes(),
                base=said["base"],
                note=said["note"],
            )
        except BadValue as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Thank you. Somebody will read it and decide."))
            return redirect("help:mine")
    context = {"form": form, "reading": reading, "url": address(number, reading.title)}
    return page(request, "suggest", context, status=422 if form.is_bound else 200)


@require_safe
@authors_only
def mine(request: AuthorRequest) -> HttpResponse:
    """What one wrote, and what became of it."""
    return page(request, "mine", {"rows": article_actions.submissions(request.user)})
