"""Finding: the first page, search, and the branches of the product tree."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from articles.search import query as engine
from articles.templatetags.knowledge import language_named
from portal import actions, queries, wall
from portal.addresses import address
from portal.views.doors import missing, page, person, shared, visit_of, visiting

HITS = 10
MOST = 5  # pages of one search
QUERY_LENGTH = 256
NUMBER = re.compile(r"kb-?[0-9]{1,17}", re.IGNORECASE)
DOMAIN = re.compile(r"[\w/-]{1,250}", re.ASCII)
LANGUAGE = re.compile(r"[a-z-]{2,12}")


def spoken() -> str:
    return get_language() or "en"


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The search box, the branches, and what helped most."""
    reader = wall.reader_of(request)
    with wall.outside(reader):
        branches = queries.branches(reader)
        best = queries.best(reader, spoken())
    roots = [branch for path, branch in branches.items() if "/" not in path]
    return shared(request, page(request, "home", {"roots": roots, "best": best}))


@require_safe
def browse(request: HttpRequest, path: str) -> HttpResponse:
    """One branch: the branches below it, and its articles."""
    reader = wall.reader_of(request)
    with wall.outside(reader):
        branches = queries.branches(reader)
        branch = branches.get(path)
        found = (
            queries.listed(reader, path, spoken(), request.GET.get("after", ""))
            if branch
            else None
        )
    if branch is None or found is None:
        return missing(request)
    steps = path.split("/")
    context = {
        "branch": branch,
        "trail": [
            branches["/".join(steps[:depth])]
            for depth in range(1, len(steps))
            if "/".join(steps[:depth]) in branches
        ],
        "rows": found.rows,
        "newer_url": f"?{urlencode({'after': found.newer})}" if found.newer else "",
        "older_url": f"?{urlencode({'after': found.older})}" if found.older else "",
    }
    return shared(request, page(request, "browse", context))


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """What answers these words: the issue, and where it happens, in one line."""
    q = " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:QUERY_LENGTH]
    if not q:
        return redirect("help:home")
    reader: Any = wall.reader_of(request)  # the engine asks it what it asks of people
    chosen = _chosen(request)
    asked = request.GET.get("page", "")
    at = min(MOST, int(asked)) if asked.isdecimal() and 0 < len(asked) < 4 else 1
    at = max(1, at)
    with wall.outside(reader):
        if NUMBER.fullmatch(q):
            named = queries.readable(reader).filter(number=f"KB-{q[2:].lstrip('-')}")
            if named.exists():
                return redirect("help:numbered", number=f"KB-{q[2:].lstrip('-')}")
        results = engine.search(q, user=reader, filters=chosen, limit=at * HITS, count=True)
        counted = results.counted or engine.facets(q, user=reader, filters=chosen)
        branches = queries.names()
    visit = visit_of(request)
    record = None
    if request.method == "GET":
        record = actions.remember(
            results, by=person(request), visit=visit, query=q, filters=chosen
        )
    hits = results.hits[(at - 1) * HITS :]
    context = {
        "q": q,
        "hits": [
            {"hit": hit, "url": _address(hit, record.pk if record else None)} for hit in hits
        ],
        "facets": _facets(request, chosen, counted, branches),
        "narrowed": bool(chosen),
        "anew": f"?{urlencode({'q': q})}",
        "newer_url": _turned(request, at - 1) if at > 1 else "",
        "older_url": _turned(request, at + 1) if results.more and at < MOST else "",
    }
    response = page(request, "search", context)
    return visiting(response, visit) if request.method == "GET" else response


def _chosen(request: HttpRequest) -> dict[str, Any]:
    domain = request.GET.get("domain", "").strip("/")
    language = request.GET.get("language", "")
    chosen: dict[str, Any] = {}
    if DOMAIN.fullmatch(domain):
        chosen["domain"] = [domain]
    if LANGUAGE.fullmatch(language):
        chosen["language"] = [language]
    return chosen


def _address(hit: engine.Hit, search: int | None) -> str:
    """The hit's page; it tells which place in which search it had."""
    path = address(hit.number, hit.title)
    said = {"search": search, "rank": hit.rank} if search else {}
    return f"{path}?{urlencode(said)}" if said else path


def _turned(request: HttpRequest, at: int) -> str:
    told: dict[str, Any] = {
        n: v for n, v in request.GET.items() if n in ("q", "domain", "language")
    }
    return f"?{urlencode({**told, 'page': at})}"


def _facets(
    request: HttpRequest,
    chosen: dict[str, Any],
    counted: dict[str, dict[str, int]],
    names: dict[str, str],
) -> list[dict[str, Any]]:
    """Narrowing by branch and by language, each with how much it would leave."""
    told = {n: v for n, v in request.GET.items() if n in ("q", "domain", "language")}

    def choice(name: str, value: str, label: object) -> dict[str, Any]:
        on = chosen.get(name) == [value]
        query: dict[str, Any] = {n: v for n, v in told.items() if n != name}
        if not on:
            query[name] = value
        return {
            "label": label,
            "on": on,
            "count": counted[name].get(value, 0),
            "url": f"?{urlencode(query)}",
        }

    picked = (chosen.get("domain") or [""])[0]
    domains = [
        choice("domain", path, name)
        for path, name in names.items()
        if path == picked
        or (counted["domain"].get(path) and path.rpartition("/")[0] in ("", picked))
    ]
    languages = [
        choice("language", code, language_named(code))
        for code in sorted({*counted["language"], *chosen.get("language", ())})
    ]
    return [
        *([{"name": "domain", "choices": domains}] if domains else []),
        *([{"name": "language", "choices": languages}] if len(languages) > 1 else []),
    ]
