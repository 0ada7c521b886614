"""The list of knowledge: search with facets, or browse what is recent and what is reused."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any
from urllib.parse import quote

from django.contrib.auth.views import redirect_to_login
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from articles.filters import SORTS as SORTS_BY
from articles.filters import ArticleFilter
from articles.models import Article, Audience, Confidence
from articles.search import query as engine
from articles.templatetags.knowledge import language_named
from articles.views.doors import visible
from articles.views.hooks import on_search
from kcs.addresses import numbered
from kcs.pages import keyset
from people.doors import AgentRequest, agents_only
from people.models import Domain, User

PAGE = 15
# The first hits of a search, more than a screen of them; who needs more asks for more.
HITS = 10
MOST = 100  # hits that one search shows at most
QUERY_LENGTH = 256
TAGS = 12
LISTS = ("confidence", "audience", "governance")  # any of several values
WORDS = ("domain", "tag", "language")  # one value
PAGING = ("after", "show")
SORTS = {
    "relevance": gettext_lazy("Best match"),
    "recent": gettext_lazy("Recently changed"),
    "reused": gettext_lazy("Most reused"),
}


@dataclass
class Row:
    """One line of the list, whether it was searched for or browsed."""

    number: str
    title: str
    language: str
    confidence: str
    audience: str
    reuse_count: int
    url: str
    snippet: str = ""
    why: Sequence[str] = ()
    changed_at: datetime | None = None
    last_reused_at: datetime | None = None
    open_flags: int = 0
    domain: str = ""
    tags: Sequence[str] = field(default_factory=list)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Articles that answer `q`, or all of them by date or reuse, narrowed by facets."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    q = " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:QUERY_LENGTH]
    # Here the words are for the search, and the order is the page's own.
    told = request.GET.copy()
    for name in ("q", "sort"):
        told.pop(name, None)
    narrowing = ArticleFilter(told, queryset=visible(request), request=request)
    chosen = _chosen(request, narrowing)
    sort = request.GET.get("sort", "")
    if sort not in SORTS or (sort == "relevance" and not q):
        sort = "relevance" if q else "recent"
    context: dict[str, Any] = {
        "q": q,
        "q_quoted": quote(q),
        "sort": sort,
        "sorts": [
            {"key": key, "label": label, "query": _with(request, sort=key)}
            for key, label in SORTS.items()
            if q or key != "relevance"
        ],
        "frame": "app.html" if request.user.is_agent else "articles/outside_frame.html",
        # Only lists are narrowed by what is due: the search engine does not know dates.
        "misread": sorted({*narrowing.form.errors, *({"due"} & {*request.GET} if q else ())}),
    }
    found = _searched(request, q, chosen, sort) if q else _browsed(request, narrowing, sort)
    context |= found | _facets(request, q, chosen, found.get("counted"))
    template = "articles/search.html"
    if request.htmx and not request.htmx.boosted:  # type: ignore[attr-defined]
        template += "#found"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    add_never_cache_headers(response)
    return response


def _chosen(request: HttpRequest, narrowing: ArticleFilter) -> dict[str, Any]:
    """The valid choices of the filter set as the search engine takes them."""
    # Asking for the errors reads the form; what is not valid is left out, and the page says so.
    narrowing.form.errors  # noqa: B018
    told = narrowing.form.cleaned_data
    chosen: dict[str, Any] = {n: told[n] for n in LISTS if told.get(n)}
    chosen |= {n: [told[n].strip("/").lower()] for n in WORDS if told.get(n)}
    if told.get("owner") == "me":
        chosen["owner"] = [request.user.pk]
    elif told.get("owner"):
        person = User.objects.filter(email__iexact=told["owner"]).first()
        chosen["owner"] = [person.pk if person else 0]
    if told.get("flagged") is not None:
        chosen["flagged"] = [told["flagged"]]
    return chosen


def _with(request: HttpRequest, **changes: str) -> str:
    return urlencode({**_without_paging(request.GET), **changes}, doseq=True)


def _without_paging(query: QueryDict) -> dict[str, Any]:
    return {name: values for name, values in query.lists() if name not in PAGING}


def toggled(query: QueryDict, name: str, value: str, *, alone: bool = False) -> str:
    """The address's query with this choice added, or taken out when it was there.

    `alone`: one value at most. Paging starts anew.
    """
    values = query.getlist(name)
    if value in values:
        values = [] if alone else [v for v in values if v != value]
    else:
        values = [value] if alone else [*values, value]
    return urlencode({**_without_paging(query), name: values}, doseq=True)


# Searched -----------------------------------------------------------------------------------


def _searched(
    request: HttpRequest, q: str, chosen: Mapping[str, Any], sort: str
) -> dict[str, Any]:
    asked = request.GET.get("show", "")
    shown = min(MOST, max(HITS, int(asked))) if asked.isdecimal() and len(asked) < 6 else HITS
    limit = shown if sort == "relevance" else MOST
    results = engine.search(q, user=request.user, filters=chosen, limit=limit, count=True)
    record = None
    for hook in on_search:
        record = hook(results, by=request.user, query=q, filters=dict(chosen)) or record
    rows = [_hit_row(hit, record) for hit in results.hits]
    if sort == "recent":
        rows.sort(key=attrgetter("changed_at"), reverse=True)
    elif sort == "reused":
        rows.sort(key=lambda row: -row.reuse_count)
    if (named := _named(request, q)) and all(row.number != named.number for row in rows):
        rows.insert(0, _article_row(named))
    more = results.more and shown < MOST
    return {
        "rows": rows[:shown],
        "corrected": results.corrected,
        "counted": results.counted,
        "more_query": _with(request) + f"&show={min(MOST, shown + HITS)}" if more else "",
        "older_url": "",
        "newer_url": "",
    }


def _named(request: HttpRequest, q: str) -> Article | None:
    """The article whose number was typed: numbers are no words of the index."""
    if not re.fullmatch(r"kb-?[0-9]{1,17}", q, re.IGNORECASE):
        return None
    number = f"KB-{q[2:].lstrip('-')}"
    # What was merged away is found where it went.
    named = visible(request).filter(
        Q(number=number, merged_into=None) | Q(merged__number=number)
    )
    return named.annotate(domain_name=F("domain__name")).only(*COLUMNS).first()


def _hit_row(hit: engine.Hit, record: Any) -> Row:
    url = numbered("articles:detail", hit.number)
    if record is not None:
        url += "?" + urlencode({"search": record.pk, "rank": hit.rank})
    return Row(
        number=hit.number,
        title=hit.title,
        language=hit.language,
        confidence=hit.confidence,
        audience=hit.audience,
        reuse_count=hit.reuse_count,
        url=url,
        snippet=hit.snippet,
        why=hit.why,
        changed_at=hit.changed_at,
        last_reused_at=hit.last_reused_at,
        open_flags=hit.open_flags,
        tags=hit.tags,
    )


# Browsed ------------------------------------------------------------------------------------

COLUMNS = (
    "number", "title", "language", "confidence", "audience", "reuse_count", "changed_at",
    "last_reused_at", "open_flags", "tags",
)  # fmt: skip


def _browsed(request: HttpRequest, narrowing: ArticleFilter, sort: str) -> dict[str, Any]:
    found = narrowing.qs
    if not narrowing.form.cleaned_data.get("confidence"):
        found = found.exclude(confidence=Confidence.ARCHIVED)
    order = SORTS_BY["reused" if sort == "reused" else "changed"][0]
    page = keyset(
        found.order_by().annotate(domain_name=F("domain__name")).only(*COLUMNS),
        order,
        cursor=request.GET.get("after", ""),
        size=PAGE,
    )
    return {
        "rows": [_article_row(article) for article in page.rows],
        "older_url": "?" + _with(request, after=page.older) if page.older else "",
        "newer_url": "?" + _with(request, after=page.newer) if page.newer else "",
        "more_query": "",
    }


def _article_row(article: Article) -> Row:
    return Row(
        number=article.number,
        title=article.title,
        language=article.language,
        confidence=article.confidence,
        audience=article.audience,
        reuse_count=article.reuse_count,
        url=article.get_absolute_url(),
        changed_at=article.changed_at,
        last_reused_at=article.last_reused_at,
        open_flags=article.open_flags,
        domain=article.domain_name or "",  # type: ignore[attr-defined]
        tags=article.tags,
    )


# Facets -------------------------------------------------------------------------------------


def _facets(
    request: HttpRequest,
    q: str,
    chosen: Mapping[str, Any],
    counted: Mapping[str, Mapping[str, int]] | None,
) -> dict[str, Any]:
    """What the list can be narrowed by, each with how many it would leave.

    Counted among what this person may see, so a count tells nothing that the list would not;
    by the search itself, where it could.
    """
    if counted is None:
        counted = engine.facets(q, user=request.user, filters=chosen)
    agent = request.user.is_authenticated and request.user.is_agent

    def choices(
        name: str, named: Sequence[tuple[str, Any]], *, keep: bool = False
    ) -> list[dict[str, Any]]:
        on = {str(value) for value in chosen.get(name, ())}
        return [
            {
                "value": value,
                "label": label,
                "count": counted[name].get(value, 0),
                "on": value in on,
                "query": toggled(request.GET, name, value, alone=name in WORDS),
            }
            for value, label in named
            if keep or value in on or counted[name].get(value)
        ]

    tags = sorted(counted["tag"], key=lambda tag: (-counted["tag"][tag], tag))[:TAGS]
    tags += [tag for tag in chosen.get("tag", ()) if tag not in tags]
    facets = [
        {"name": "domain", "label": _("Domain"), "choices": _domains(request, chosen, counted)},
        {
            "name": "language",
            "label": _("Language"),
            "choices": choices(
                "language",
                [(code, language_named(code)) for code in sorted(counted["language"])],
            ),
        },
        {"name": "tag", "label": _("Tags"), "choices": choices("tag", [(t, t) for t in tags])},
    ]
    if agent:
        facets[1:1] = [
            {
                "name": "confidence",
                "label": _("Confidence"),
                "choices": choices("confidence", Confidence.choices, keep=True),
            },
            {
                "name": "audience",
                "label": _("Audience"),
                "choices": choices("audience", Audience.choices),
            },
        ]
    return {
        "facets": [facet for facet in facets if facet["choices"]],
        "chosen": chosen,
        "mine": {
            "on": request.GET.get("owner") == "me",
            "query": toggled(request.GET, "owner", "me", alone=True),
        }
        if agent
        else None,
        "flagged": {
            "on": chosen.get("flagged") == [True],
            "query": toggled(request.GET, "flagged", "true", alone=True),
        }
        if agent
        else None,
        "due": {
            "on": request.GET.get("due") == "true",
            "query": toggled(request.GET, "due", "true", alone=True),
        }
        if agent and not q
        else None,
        "hidden": [
            (name, value)
            for name, values in request.GET.lists()
            if name not in ("q", *PAGING)
            for value in values
        ],
    }


def _domains(
    request: HttpRequest, chosen: Mapping[str, Any], counted: Mapping[str, Mapping[str, int]]
) -> list[dict[str, Any]]:
    """The roots, and below whatever is chosen its next branches: one walks down the tree."""
    picked = list(chosen.get("domain", ()))
    shown = []
    for domain in Domain.objects.only("path", "name"):
        depth = domain.path.count("/")
        parent = domain.path.rpartition("/")[0]
        is_on = domain.path in picked
        on_the_way = any(
            path == parent or path.startswith(f"{domain.path}/") or _siblings(path, domain.path)
            for path in picked
        )
        if not (is_on or (counted["domain"].get(domain.path) and (depth == 0 or on_the_way))):
            continue
        shown.append(
            {
                "value": domain.path,
                "label": domain.name,
                "count": counted["domain"].get(domain.path, 0),
                "on": is_on,
                "depth": depth,
                "query": toggled(request.GET, "domain", domain.path, alone=True),
            }
        )
    return shown


def _siblings(one: str, other: str) -> bool:
    return "/" in one and one.rpartition("/")[0] == other.rpartition("/")[0]


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """/articles/ is the list of knowledge, which stands under /search/."""
    query = request.META.get("QUERY_STRING", "")
    path = reverse("articles:search")
    return redirect(f"{path}?{query}" if query else path, permanent=True)


@require_safe
@agents_only
def pick(request: AgentRequest) -> HttpResponse:
    """A few articles to link to, for the editor: by words, or by a number."""
    q = " ".join(request.GET.get("pick", "").replace("\x00", " ").split())[:QUERY_LENGTH]
    found: list[Any] = []
    if q:
        found = list(
            visible(request).filter(number=q.upper()).only("number", "title", "language")
        )
        found = found or engine.search(q, user=request.user, limit=6).hits
    return render(request, "articles/pick.html", {"found": found, "q": q})
