"""The languages of one article: read, translate, confirm, choose the master."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from articles import actions, parts, rules
from articles.forms import TextForm, languages, text_values
from articles.models import Article, Translation, Version
from articles.templatetags.knowledge import language_named
from articles.views.doors import find
from kcs.errors import BadValue, NotAllowed, Refused, Stale
from people.doors import AgentRequest, agents_only

EDITOR = "articles/translate.html"


def _page(article: Article) -> str:
    return reverse("articles:translations", args=[article.number])


@require_safe
@agents_only
def translations(request: AgentRequest, number: str) -> HttpResponse:
    """Every language of the article: which is the master, which are outdated, what is missing."""
    article = find(request, number, "changed_by")
    made = list(article.translations.select_related("changed_by"))
    spoken = {article.language, *(one.language for one in made)}
    context = {
        "article": article,
        "translations": made,
        "missing": [pair for pair in languages() if pair[0] not in spoken],
        "may_change": rules.may_change(request.user, article),
        "may_suggest": rules.may_suggest(request.user, article),
    }
    return render(request, "articles/translations.html", context)


@require_safe
@agents_only
def begin_translation(request: AgentRequest, number: str) -> HttpResponse:
    """From the list of languages to the page where one writes."""
    article = find(request, number)
    language = actions.checked_language(request.GET.get("language", ""))
    return redirect("articles:translate", number=article.number, language=language)


@require_http_methods(["GET", "HEAD", "POST"])
@agents_only
def translate(request: AgentRequest, number: str, language: str) -> HttpResponse:
    """Write the article in this language beside what the master says; or suggest it."""
    article = find(request, number, "changed_by")
    language = actions.checked_language(language)
    if language == article.language:
        return redirect("articles:edit", number=article.number)
    may_change = rules.may_change(request.user, article)
    if not may_change and not rules.may_suggest(request.user, article):
        raise NotAllowed(
            _("Only its named editors change this article. Flag what is wrong with it.")
        )
    translation = article.text_in(language)
    if request.method != "POST":
        words = translation.words() if translation else {}
        initial = {
            **text_values(article.template, words),
            "base": translation.version_number if translation else None,
        }
        form = TextForm(template=article.template, initial=initial)
        if translation:
            actions.seal(article, by=request.user, language=language)
        return _editor(request, article, form, language, translation)
    form = TextForm(request.POST, template=article.template)
    if not form.is_valid():
        return _editor(request, article, form, language, translation, status=422)
    told = {"note": form.cleaned_data["note"], "base": form.cleaned_data["base"]}
    minor = bool(request.POST.get("minor"))
    try:
        if may_change:
            actions.translate(
                article,
                by=request.user,
                language=language,
                changes=form.words(),
                significance=Version.Significance.MINOR
                if minor
                else Version.Significance.MATERIAL,
                **told,
            )
            messages.success(request, _("Saved. Readers of this language have it now."))
        else:
            actions.suggest(
                article, by=request.user, language=language, changes=form.words(), **told
            )
            messages.success(
                request, _("Sent as a suggestion. You are told when somebody has decided.")
            )
    except Stale as error:
        return _stale(request, article, form, language, error)
    except Refused as error:
        form.add_refusal(error.field if isinstance(error, BadValue) else "", str(error))
        return _editor(request, article, form, language, translation, status=error.status)
    return redirect(f"{article.get_absolute_url()}?language={language}")


def _editor(
    request: AgentRequest,
    article: Article,
    form: TextForm,
    language: str,
    translation: Article | Translation | None,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    said = article.words()
    beside = {part.name: part for part in parts.read(article, inside=True)}
    rows = [
        {**item, "source": beside.get(item["part"].name)}
        for item in form.shown_parts()
        if item["value"] or item["part"].name in beside
    ]
    context = {
        "article": article,
        "form": form,
        "rows": rows,
        "source_title": said["title"],
        "language": language,
        "language_name": language_named(language),
        "translation": translation,
        "may_change": rules.may_change(request.user, article),
        "draft": f"article:{article.number}:{language}",
        **more,
    }
    return render(request, EDITOR, context, status=status)


def _stale(
    request: AgentRequest, article: Article, form: TextForm, language: str, error: Stale
) -> HttpResponse:
    """Somebody saved this language meanwhile: both texts stand there, ours in the fields."""
    fresh = find(request, article.number, "changed_by")
    now = fresh.text_in(language)
    theirs = now.words() if now else {}
    mine = form.words()
    names = ["title", *(part.name for part in form.template_parts)]
    other = [
        {"label": _("Title") if name == "title" else labels[name], "text": said}
        for labels in [{part.name: part.label for part in form.template_parts}]
        for name in names
        if (said := parts.value_of(theirs, name)) != parts.value_of(mine, name)
    ]
    data = request.POST.copy()
    data["base"] = str(error.current["version"])
    form.data = data
    form.add_error(None, str(error))
    return _editor(request, fresh, form, language, now, status=error.status, theirs=other)


def _acted(request: AgentRequest, article: Article, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect(_page(article))


@require_POST
@agents_only
def confirm_translation(request: AgentRequest, number: str, language: str) -> HttpResponse:
    """The master changed, and this translation still says the same."""
    article = find(request, number)
    actions.confirm_translation(article, by=request.user, language=language)
    return _acted(request, article, _("The translation is up to date."))


@require_POST
@agents_only
def make_master(request: AgentRequest, number: str, language: str) -> HttpResponse:
    """Make this language the one that the others follow."""
    article = find(request, number)
    actions.make_master(article, by=request.user, language=language)
    return _acted(request, article, _("The others follow this language now."))


@require_POST
@agents_only
def remove_translation(request: AgentRequest, number: str, language: str) -> HttpResponse:
    """Take the translation away from readers; its versions stay."""
    article = find(request, number)
    if not article.translations.filter(language=language).exists():
        raise Http404
    actions.remove_translation(
        article, by=request.user, language=language, reason=request.POST.get("reason", "")
    )
    return _acted(request, article, _("The translation is removed. Its versions are kept."))
