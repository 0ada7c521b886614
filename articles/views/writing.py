"""The editor: write, improve or suggest; preview, duplicates; and two texts where two saved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from articles import actions, diff, parts, rules, text
from articles.forms import (
    FACTS,
    STATES,
    ArticleForm,
    NewArticleForm,
    TextForm,
    join_facets,
    split_facets,
    split_tags,
    text_values,
)
from articles.models import Article, Template
from articles.search import LIKELY, SHOWN
from articles.search import query as engine
from articles.views import hinting
from articles.views.doors import find, visible
from kcs.errors import BadValue, NotAllowed, Refused, Stale
from people.doors import AgentRequest, agents_only
from people.models import Domain, User

EDITOR = "articles/editor.html"
DUPLICATES = "articles/duplicates.html"
# Sent again within this time, the same text of the same person is the same press.
SAME_PRESS = timedelta(minutes=2)

# What may come prefilled by the address, as from a search that found nothing.
PREFILLED = (
    "title", "issue", "environment", "resolution", "cause", "tags", "facets", "language",
    "origin_type", "origin_id", "origin_url",
)  # fmt: skip


# New ----------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@agents_only
def create(request: AgentRequest) -> HttpResponse:
    """Write a new article; work in progress needs nothing but a title."""
    template = _template(request)
    if request.method != "POST":
        form = NewArticleForm(user=request.user, template=template, initial=_prefilled(request))
        if request.htmx and not request.htmx.boosted:
            return _part(request, "parts", {"form": form, "new": True})
        return _editor(request, form)
    form = NewArticleForm(
        request.POST, user=request.user, template=template, initial=_prefilled(request)
    )
    doing = request.POST.get("do", "save")
    if doing == "template":
        typed = _as_typed(form)
        if request.htmx:
            return _part(request, "parts", {"form": typed, "new": True})
        return _editor(request, typed)
    if doing == "hints" or "dismiss" in request.POST:
        return _editor(request, _as_typed(form), **hinting.found(request.POST, template))
    if doing == "duplicates":
        return _editor(request, _as_typed(form), duplicates=_alike(request, form))
    if not form.is_valid():
        return _refused(request, form, status=422)
    likely = [hit for hit in _alike(request, form) if hit.likeness >= LIKELY]
    # After the look for duplicates: the first of two presses is no duplicate of the second.
    if twin := _pressed_before(request, form):
        return _saved(request, twin, _("%(number)s is written.") % {"number": twin.number})
    seen = set(request.POST.get("seen", "").split(","))
    if {hit.number for hit in likely} - seen:
        return _ask_first(request, form, likely)
    try:
        article = _created(request, form)
    except Refused as error:
        return _refused(request, form, error=error)
    return _saved(request, article, _("%(number)s is written.") % {"number": article.number})


def _template(request: AgentRequest) -> Template:
    asked = request.POST.get("template") or request.GET.get("template") or ""
    return Template.objects.chosen(asked)


def _prefilled(request: AgentRequest) -> dict[str, Any]:
    initial: dict[str, Any] = {
        "language": request.user.language or get_language() or "en",
        "owner": request.user.pk,
        "confidence": "wip",
        "audience": "internal",
        "governance": "experience",
        "template": _template(request).pk,
    }
    initial |= {name: request.GET[name] for name in PREFILLED if name in request.GET}
    if path := request.GET.get("domain", "").replace("\x00", ""):
        initial["domain"] = Domain.objects.filter(path=path).first()
    return initial


def _pressed_before(request: AgentRequest, form: NewArticleForm) -> Article | None:
    """The article that the same press of this form made a moment ago: twice sent, once written."""
    words = form.words()
    title = " ".join(words["title"].split())
    same = visible(request).filter(
        created_by=request.user, title=title, created_at__gte=timezone.now() - SAME_PRESS
    )
    return next(
        (
            article
            for article in same.order_by("pk")
            if all(
                _normal(parts.value_of(words, name)) == parts.value_of(article.words(), name)
                for name in _names(article)[1:]
            )
        ),
        None,
    )


@transaction.atomic
def _created(request: AgentRequest, form: NewArticleForm) -> Article:
    # Two presses at the same moment wait for each other here.
    User.objects.select_for_update(no_key=True).get(pk=request.user.pk)
    if twin := _pressed_before(request, form):
        return twin
    told = form.cleaned_data
    article = actions.create(
        by=request.user,
        template=form.article_template,
        **form.words(),
        language=told["language"],
        **{name: told[name] for name in STATES if told.get(name)},
        domain=told["domain"],
        tags=split_tags(told["tags"]),
        owner=told["owner"],
        environment_facets=split_facets(told["facets"]),
        origin=(told["origin_type"].strip(), told["origin_id"].strip()),
        origin_url=told["origin_url"].strip(),
    )
    if told.get("editors"):
        actions.describe(article, by=request.user, editors=told["editors"])
    return article


# Improve or suggest ---------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@agents_only
def edit(request: AgentRequest, number: str) -> HttpResponse:
    """Change an article at once, or, where one may not, suggest the change."""
    article = find(request, number, "changed_by", "domain", "owner")
    may_change = rules.may_change(request.user, article)
    if not may_change and not rules.may_suggest(request.user, article):
        error = _closed(article)
        if request.method == "POST":
            # It was merged, or put under compliance, while somebody was writing: the text stays.
            typed = _suggesting(request, article, request.POST)
            return _refused(request, typed, article=article, error=error)
        raise error
    made = _improving if may_change else _suggesting
    if request.method != "POST":
        actions.seal(article, by=request.user)
        return _editor(request, made(request, article, None), article=article)
    if request.POST.get("choose"):
        form = made(request, article, _chosen_words(request, article))
    else:
        form = made(request, article, request.POST)
    doing = request.POST.get("do", "save")
    if doing == "hints" or "dismiss" in request.POST:
        more = hinting.found(request.POST, article.template, article)
        return _editor(request, _as_typed(form), article=article, **more)
    if doing == "duplicates":
        found = _alike(request, form, exclude=article)
        return _editor(request, _as_typed(form), article=article, duplicates=found)
    if not form.is_valid():
        return _refused(request, form, article=article, status=422)
    if likely := _newly_alike(request, form, article):
        return _ask_first(request, form, likely, article=article)
    try:
        said = (
            _improve(request, article, form)
            if isinstance(form, ArticleForm)
            else _suggest(request, article, form)
        )
    except Stale as error:
        return _both(request, article.number, form, error)
    except Refused as error:
        return _refused(request, form, article=article, error=error)
    return _saved(request, article, said)


def _closed(article: Article) -> Refused:
    """Why nobody writes here, or not this person."""
    try:
        actions.still_itself(article)
    except Refused as merged:
        return merged
    return NotAllowed(
        _("Only its named editors change this article. Flag what is wrong with it.")
    )


def _improving(request: AgentRequest, article: Article, data: QueryDict | None) -> ArticleForm:
    initial = {
        **text_values(article.template, article.words()),
        "base": article.version_number,
        "language": article.language,
        **{name: getattr(article, name) for name in STATES},
        "domain": article.domain_id,
        "tags": ", ".join(article.tags),
        "owner": article.owner_id,
        "facets": join_facets(article.environment_facets),
        "editors": [person.pk for person in article.editors.all()],
    }
    return ArticleForm(
        data, user=request.user, article=article, template=article.template, initial=initial
    )


def _suggesting(request: AgentRequest, article: Article, data: QueryDict | None) -> TextForm:
    initial = text_values(article.template, article.words())
    return TextForm(
        data,
        template=article.template,
        initial={**initial, "base": article.version_number},
    )


@transaction.atomic
def _improve(request: AgentRequest, article: Article, form: ArticleForm) -> str:
    """Text, facts and states in one go: all of it, or nothing and the reason."""
    by, note = request.user, form.cleaned_data["note"]
    facts = form.changed_facts()
    states = {name: facts.pop(name) for name in STATES if name in facts}
    # A validated article keeps a resolution: a step down comes before the text, one up after.
    down = states.get("confidence", "validated") != "validated"
    if down:
        actions.restate(article, by=by, reason=note, **states)
    words = form.words()
    if _was_changed(article, form, words):
        actions.improve(
            article,
            by=by,
            changes=words,
            base=form.cleaned_data["base"],
            note=note,
            significance="minor" if request.POST.get("minor") else "material",
        )
    if facts:
        actions.describe(article, by=by, **_facts(facts))
    if states and not down:
        actions.restate(article, by=by, reason=note, **states)
    return _("Saved. Everybody reads version %(n)s now.") % {"n": article.version_number}


def _was_changed(article: Article, form: TextForm, words: dict[str, Any]) -> bool:
    """Whether this page changed the text: whoever only sets a tag is not asked about it."""
    base = form.cleaned_data["base"]
    if base is None or base == article.version_number:
        return True
    began = article.versions.filter(number=base).first()
    return began is None or any(
        _normal(parts.value_of(began.words(), name)) != _normal(parts.value_of(words, name))
        for name in _names(article)
    )


def _facts(facts: dict[str, Any]) -> dict[str, Any]:
    """What the form read, as the verb takes it."""
    wanted: dict[str, Any] = {}
    clear = [name for name in ("domain", "owner") if name in facts and facts[name] is None]
    for name, value in facts.items():
        if name == "tags":
            wanted["tags"] = split_tags(value)
        elif name == "facets":
            wanted["environment_facets"] = split_facets(value)
        elif value is not None:
            wanted[name] = value
    return {**wanted, "clear": clear}


def _suggest(request: AgentRequest, article: Article, form: TextForm) -> str:
    actions.suggest(
        article,
        by=request.user,
        changes=form.words(),
        base=form.cleaned_data["base"],
        note=form.cleaned_data["note"],
    )
    return _("Sent as a suggestion. You are told when somebody has decided.")


# Two people, one article ----------------------------------------------------------------------


def _names(article: Article) -> list[str]:
    return ["title", *(part.name for part in parts.of_authors(article.template))]


def _normal(value: str) -> str:
    return value.replace("\r\n", "\n").replace("\r", "\n")


def _both(request: AgentRequest, number: str, form: TextForm, error: Stale) -> HttpResponse:
    """Both texts side by side, part by part, with one choice for each. Nothing is lost."""
    article = find(request, number, "changed_by")
    began = article.versions.filter(number=form.cleaned_data.get("base") or 0).first()
    base = began.words() if began else {}
    mine = form.words()
    context = {
        "article": article,
        "reason": str(error),
        "choices": list(_choices(article, base, mine)),
        "same": [
            (name.replace(".", "-"), parts.value_of(mine, name))
            for name in _names(article)
            if _normal(parts.value_of(mine, name)) == parts.value_of(article.words(), name)
        ],
        # What was said beside the text goes along untouched.
        "carried": [
            (name, value)
            for name, values in request.POST.lists()
            for value in values
            if name in (*FACTS, "note") or name.startswith("was-")
        ],
        "suggesting": not isinstance(form, ArticleForm),
    }
    template = "articles/stale.html"
    if request.htmx:
        response = render(request, f"{template}#both", context, status=error.status)
        response["HX-Retarget"], response["HX-Reswap"] = "#editor", "outerHTML show:top"
        patch_vary_headers(response, ["HX-Request"])
        return response
    return render(request, template, context, status=error.status)


def _choices(
    article: Article, base: dict[str, Any], mine: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    labels = {"title": _("Title")}
    labels |= {part.name: part.label for part in parts.of_authors(article.template)}
    for name in _names(article):
        began = parts.value_of(base, name)
        ours = _normal(parts.value_of(mine, name))
        theirs = parts.value_of(article.words(), name)
        if ours == theirs:
            continue
        yield {
            "key": name.replace(".", "-"),
            "label": labels[name],
            "mine": ours,
            "theirs": theirs,
            "mine_lines": list(diff.lines(began, ours)),
            "theirs_lines": list(diff.lines(began, theirs)),
            # Where only one of the two wrote, that one is the likely choice.
            "chosen": "theirs" if ours == began else "mine",
            "conflict": began not in (ours, theirs),
            "is_title": name == "title",
        }


def _chosen_words(request: AgentRequest, article: Article) -> QueryDict:
    """The page of both texts, read back as the ordinary form: one text for each part."""
    data = request.POST.copy()
    now = article.words()
    for name in _names(article):
        key = name.replace(".", "-")
        choice = request.POST.get(f"choose-{key}")
        if choice == "theirs":
            data[key] = parts.value_of(now, name)
        elif choice == "mine":
            data[key] = request.POST.get(f"mine-{key}", "")
    return data


# Answers ------------------------------------------------------------------------------------


def _as_typed(form: Any) -> Any:
    """The same form, as it was typed and without complaints: nothing was saved yet."""
    form._errors = {}
    form.cleaned_data = {}
    return form


def _editor(
    request: AgentRequest,
    form: TextForm,
    *,
    article: Article | None = None,
    duplicates: list[engine.Hit] | None = None,
    asking: list[engine.Hit] | None = None,
    error: str = "",
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = {
        "form": form,
        "article": article,
        "new": article is None,
        "suggesting": not isinstance(form, ArticleForm),
        "duplicates": duplicates,
        "asking": asking,
        "error": error,
        "draft": f"article:{article.number if article else 'new'}",
        "language": form["language"].value() if "language" in form.fields else article.language,  # type: ignore[union-attr]
        **more,
    }
    return render(request, EDITOR, context, status=status)


def _part(request: AgentRequest, part: str, context: dict[str, Any]) -> HttpResponse:
    draft = "article:new"
    language = context["form"]["language"].value()
    response = render(
        request, f"{EDITOR}#{part}", {"draft": draft, "language": language, **context}
    )
    patch_vary_headers(response, ["HX-Request"])
    return response


def _refused(
    request: AgentRequest,
    form: TextForm,
    *,
    article: Article | None = None,
    error: Refused | None = None,
    status: int = 0,
) -> HttpResponse:
    """Say why, beside the text as it was typed. With htmx the text is not even touched."""
    if error is not None:
        form.add_refusal(error.field if isinstance(error, BadValue) else "", str(error))
        status = error.status
    if not request.htmx:
        return _editor(request, form, article=article, status=status)
    context = {"form": form, "new": article is None}
    response = render(request, f"{EDITOR}#complaints", context, status=status)
    response["HX-Retarget"], response["HX-Reswap"] = "#complaints", "outerHTML show:top"
    patch_vary_headers(response, ["HX-Request"])
    return response


def _newly_alike(request: AgentRequest, form: TextForm, article: Article) -> list[engine.Hit]:
    """What this edit makes the article a likely duplicate of, unless it was shown already."""
    likely = [h for h in _alike(request, form, exclude=article) if h.likeness >= LIKELY]
    unseen = {hit.number for hit in likely} - set(request.POST.get("seen", "").split(","))
    if not unseen:
        return []
    before = engine.duplicates(
        article.words(), user=request.user, language=article.language, exclude=article.pk
    )
    # As alike before as now: whoever mends a word is not asked about that.
    known = {hit.number for hit in before if hit.likeness >= LIKELY}
    return likely if unseen - known else []


def _ask_first(
    request: AgentRequest,
    form: TextForm,
    likely: list[engine.Hit],
    *,
    article: Article | None = None,
) -> HttpResponse:
    """The last look for duplicates, with the text as it now is. Saving is one press away."""
    if not request.htmx:
        return _editor(request, _as_typed(form), article=article, asking=likely)
    response = render(request, f"{DUPLICATES}#list", {"asking": likely, "article": article})
    response["HX-Retarget"], response["HX-Reswap"] = "#duplicates", "outerHTML show:center"
    response["X-Kept"] = "1"  # nothing was saved: the drafts stay
    patch_vary_headers(response, ["HX-Request"])
    return response


def _saved(request: AgentRequest, article: Article, said: str) -> HttpResponse:
    messages.success(request, said)
    if not request.htmx:
        return redirect(article)
    response = HttpResponse()
    response["HX-Redirect"] = article.get_absolute_url()
    return response


# While writing --------------------------------------------------------------------------------


@require_POST
@agents_only
def preview(request: AgentRequest) -> HttpResponse:
    """What a part will look like: the same renderer and the same sanitiser as at saving."""
    typed = text.clean(request.POST.get("text", ""))
    return HttpResponse(parts.labelled(text.render(typed)))


def _alike(
    request: AgentRequest, form: TextForm, *, exclude: Article | None = None
) -> list[engine.Hit]:
    """Articles like what stands in the form now, all its parts together."""
    values = {name: str(form.data.get(name.replace(".", "-"), "")) for name in _all(form)}
    hits = engine.duplicates(
        parts.words_from(values),
        user=request.user,
        language=form.data.get("language") or (exclude.language if exclude else None),
        exclude=exclude.pk if exclude else None,
    )
    return [hit for hit in hits if hit.likeness >= SHOWN]


def _all(form: TextForm) -> list[str]:
    return ["title", *(part.name for part in form.template_parts)]


@require_POST
@agents_only
def duplicates(request: AgentRequest) -> HttpResponse:
    """Articles like the text in the form: asked while one types, and by the button."""
    article = None
    if number := request.POST.get("article", ""):
        article = find(request, number)
    template = article.template if article else _template(request)
    found = _alike(request, TextForm(request.POST, template=template), exclude=article)
    context = {"duplicates": found, "article": article}
    if not request.htmx:
        return render(request, DUPLICATES, context)
    response = render(request, f"{DUPLICATES}#list", context)
    patch_vary_headers(response, ["HX-Request"])
    return response
