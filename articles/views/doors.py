"""Who may come in: what every page about articles asks first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from articles.models import Article

if TYPE_CHECKING:
    from articles.queries import ArticleQuerySet


def visible(request: HttpRequest) -> ArticleQuerySet:
    return Article.objects.visible_to(request.user)


def find(request: HttpRequest, number: str, *related: str) -> Article:
    """The article with this number, if this person may know of it."""
    article = (
        visible(request).select_related("template", *related).filter(number=number).first()
    )
    if article is None:
        raise Http404
    return article


def merged_into(request: HttpRequest, number: str) -> Article | None:
    """Where the article of this number went, for whoever may see that one."""
    return visible(request).filter(merged__number=number).only("number").first()


def onward(request: HttpRequest, fallback: str) -> str:
    """Where a form wants to go back to; never to another site."""
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return wanted
    return fallback


def capitals(request: HttpRequest, number: str, rest: str = "") -> HttpResponse:
    """kb-12 is KB-12: one address for one article, whoever typed it."""
    query = request.META.get("QUERY_STRING", "")
    path = reverse("articles:detail", args=[number.upper()]) + rest
    return redirect(f"{path}?{query}" if query else path, permanent=True)
