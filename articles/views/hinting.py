"""The content standard: its page, and what it says of a text while it is written."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from articles import parts
from articles.forms import split_facets, split_tags
from articles.hints import hints as hints_of
from articles.models import Article, Standard, Template
from articles.search import analyzer
from articles.views.doors import find
from people.doors import AgentRequest, agents_only

PAGE = "articles/hints.html"


@require_safe
@agents_only
def standard(request: AgentRequest) -> HttpResponse:
    """What good articles look like: the checklist in use, with its examples."""
    return render(request, "articles/standard.html", {"standard": Standard.objects.current()})


@require_POST
@agents_only
def hints(request: AgentRequest) -> HttpResponse:
    """What to look at in the text of a form, as it now is. Nothing is saved."""
    article = None
    if number := request.POST.get("article", ""):
        article = find(request, number)
    chosen = request.POST.get("template", "")
    template = article.template if article else Template.objects.chosen(chosen)
    context = {**found(request.POST, template, article), "article": article}
    if not request.htmx:
        return render(request, PAGE, context)
    response = render(request, f"{PAGE}#list", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def found(
    data: QueryDict, template: Template, article: Article | None = None
) -> dict[str, Any]:
    """The hints for what stands in a form, without those that were waved away."""
    told = parts.of_authors(template)
    words: dict[str, Any] = parts.words_from({p.name: data.get(p.key, "") for p in told})
    words["title"] = data.get("title", "")
    everything = " ".join(data.get(p.key, "") for p in told)
    language = data.get("language") or (
        article.language if article else analyzer.detect(f"{words['title']} {everything}")
    )
    waved = [*data.getlist("dismissed"), *data.getlist("dismiss")][-100:]
    labels = {"title": _("Title")} | {part.name: part.label for part in told}
    keys = {part.name: part.key for part in told}
    current = Standard.objects.current()
    asked = {one.key: one for one in current.criteria.all()} if current else {}
    address = reverse("articles:standard")
    return {
        "hints": [
            {
                "key": hint.key,
                "label": labels.get(hint.part, hint.part),
                "field": keys.get(hint.part, hint.part),
                "message": hint.message,
                "passage": hint.passage,
                "url": address + (f"#{hint.criterion}" if hint.criterion in asked else ""),
                "asks": asked[hint.criterion].asks if hint.criterion in asked else "",
            }
            for hint in hints_of(
                words,
                language=language,
                tags=split_tags(data.get("tags", "")),
                facets=split_facets(data.get("facets", "")),
                confidence=data.get("confidence", ""),
            )
            if hint.key not in waved
        ],
        "dismissed": list(dict.fromkeys(waved)),
        "language": language,
    }
