"""What several articles, or the tickets of one, have in common: found every night.

- Same symptom, different causes: the issues of two articles are alike and their causes are not.
  Whoever finds one of them may have found the wrong one.
- Same cause, different symptoms: the other way round. One change may end them all.
- Bound to an environment: of an article's tickets far more name one value of an environment facet
  than other tickets of the same root of the product tree do.

Texts are compared as character 3- to 5-grams, TF-IDF, by their cosine, inside one language: that
works in every language without a model. Articles that are linked to one another by such pairs are
one pattern. A value of the environment is told when chance alone would bring as much in fewer
than one of a hundred nights, all values of all articles together (hypergeometric, Bonferroni).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from articles.models import Article
from loops.models import Pattern

LOCK = 4_926_118
Tick = Callable[[int], None]
Kind = Pattern.Kind

# Articles of one language that are compared with each other, those used last first.
ARTICLES = 6_000
CHARACTERS = 1_500
ROWS = 512
# Issues of one problem in the words of two people; causes that have nothing in common. Measured
# on the demo company: docs/measures.md.
SYMPTOM_ALIKE, CAUSE_APART = 0.35, 0.20
CAUSE_ALIKE, SYMPTOM_APART = 0.45, 0.20
SAYS = 20  # characters: "Not known." is no cause
MOST = 12  # articles of one pattern: what is larger says nothing any more

WINDOW = timedelta(days=365)
TICKETS = 8  # of one article, that name the facet
CHANCE = 0.01
HALF, TWICE = 0.5, 2.0


@dataclass
class Found:
    """A pattern as it is found, before it is kept."""

    kind: str
    key: str
    name: str
    articles: list[int]
    domain: int | None
    strength: float
    evidence: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Text:
    """What is compared of one article."""

    pk: int
    title: str
    symptom: str
    cause: str
    domain: int | None
    used: int


def run(tick: Tick, day: date | None = None) -> int:
    """Find all patterns anew. Twice at once, the second waits and finds the same."""
    found: list[Found] = []
    for texts in by_language():
        found += alike(texts)
        tick(len(texts))
    found += environments()
    tick(1)
    keep(found)
    return len(found)


@transaction.atomic
def keep(found: Iterable[Found]) -> None:
    """What was found stays the same row while it is found; what is not any more goes."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [LOCK])
    now, keys = timezone.now(), []
    for one in found:
        keys.append(one.key)
        pattern, _made = Pattern.objects.update_or_create(
            key=one.key,
            defaults={
                "kind": one.kind,
                "name": one.name[:300],
                "domain_id": one.domain,
                "strength": one.strength,
                "evidence": one.evidence,
                "seen_at": now,
            },
        )
        pattern.articles.set(one.articles)
    Pattern.objects.exclude(key__in=keys).delete()


# Symptoms and causes ---------------------------------------------------------------------------


def by_language() -> Iterator[list[Text]]:
    """The articles with a cause, by language: without one there is nothing to compare."""
    groups: dict[str, list[Text]] = defaultdict(list)
    rows = (
        Article.objects.exclude(confidence=Article.Confidence.ARCHIVED)
        .exclude(cause="")
        .order_by("-last_reused_at", "-pk")
        .values_list("pk", "language", "title", "issue", "cause", "domain", "reuse_count")
    )
    for pk, language, title, issue, cause, domain, used in rows.iterator(2000):
        group = groups[language.partition("-")[0]]
        if len(group) < ARTICLES and len(cause) >= SAYS:
            symptom = f"{title}\n{issue}"[:CHARACTERS]
            group.append(Text(pk, title, symptom, cause[:CHARACTERS], domain, used))
    for language in sorted(groups):
        if len(groups[language]) > 1:
            yield groups[language]


def alike(texts: list[Text]) -> list[Found]:
    """Both kinds of pattern among the articles of one language."""
    symptoms = _vectors([one.symptom for one in texts])
    causes = _vectors([one.cause for one in texts])
    pairs: dict[str, list[tuple[int, int, float, float]]] = {Kind.SYMPTOM: [], Kind.CAUSE: []}
    for begin in range(0, len(texts), ROWS):
        end = min(begin + ROWS, len(texts))
        said = (symptoms[begin:end] @ symptoms.T).toarray()
        caused = (causes[begin:end] @ causes.T).toarray()
        for kind, near, far in (
            (Kind.SYMPTOM, (said, SYMPTOM_ALIKE), (caused, CAUSE_APART)),
            (Kind.CAUSE, (caused, CAUSE_ALIKE), (said, SYMPTOM_APART)),
        ):
            wanted = (near[0] >= near[1]) & (far[0] <= far[1])
            for row, other in zip(*wanted.nonzero(), strict=True):
                if other > row + begin:
                    near_by, far_by = float(near[0][row, other]), float(far[0][row, other])
                    pairs[kind].append((int(row) + begin, int(other), near_by, far_by))
    return [one for kind, edges in pairs.items() for one in _joined(kind, edges, texts)]


def _vectors(texts: list[str]) -> Any:
    from numpy import float32
    from sklearn.feature_extraction.text import TfidfVectorizer

    shape = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, dtype=float32
    )
    return shape.fit_transform(texts)


def _joined(
    kind: str, edges: list[tuple[int, int, float, float]], texts: list[Text]
) -> Iterator[Found]:
    """Pairs that share an article are one pattern, the strongest first, until it is full."""
    home: dict[int, int] = {}
    groups: dict[int, list[tuple[int, int, float, float]]] = {}
    for edge in sorted(edges, key=lambda edge: (-edge[2], edge[0], edge[1])):
        ends = {home[end] for end in edge[:2] if end in home}
        joined = [edge, *(one for end in ends for one in groups[end])]
        if len(_members(joined)) > MOST:
            continue
        first = min(ends, default=edge[0])
        for end in ends - {first}:
            del groups[end]
        groups[first] = joined
        home.update(dict.fromkeys(_members(joined), first))
    for group in groups.values():
        members = sorted((texts[i] for i in _members(group)), key=lambda one: one.pk)
        named = max(members, key=lambda one: (one.used, -one.pk))
        alike_by = sum(edge[2] for edge in group) / len(group)
        apart_by = sum(edge[3] for edge in group) / len(group)
        yield Found(
            kind=kind,
            key=f"{kind}:{members[0].pk}",
            name=named.title,
            articles=[one.pk for one in members],
            domain=_common([one.domain for one in members]),
            strength=round(alike_by - apart_by, 4),
            evidence={"alike": round(alike_by, 3), "apart": round(apart_by, 3)},
        )


def _members(edges: list[tuple[int, int, float, float]]) -> set[int]:
    return {end for edge in edges for end in edge[:2]}


def _common(domains: list[int | None]) -> int | None:
    return domains[0] if len(set(domains)) == 1 else None


# Environments ----------------------------------------------------------------------------------

# Private teams' tickets are nobody else's, not even as a number.
SAID = """
with told as (
  select t.id, e.key as facet, lower(trim(e.value)) as value, trim(e.value) as shown,
         coalesce(split_part(d.path, '/', 1), '') as root
    from tickets_ticket t
    left join people_domain d on d.id = t.domain_id
    left join people_team g on g.id = t.team_id
    cross join lateral jsonb_each_text(t.environment) e
   where t.created_at >= %s and g.private is not true and t.external_system <> 'recall'
     and jsonb_typeof(t.environment) = 'object' and length(e.value) between 1 and 60)
select {who} as article, told.root, told.facet, told.value, count(distinct told.id),
  min(told.shown)
  from told {links}
 group by 1, 2, 3, 4
"""
LINKED = "join loops_link l on l.ticket_id = told.id and l.kind = 'resolution'"


def environments() -> list[Found]:
    from scipy.stats import hypergeom

    since = timezone.now() - WINDOW
    whole: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    written: dict[tuple[str, str], str] = {}
    for _none, root, facet, value, n, shown in _said("null::bigint", "", since):
        whole[root, facet][value] = n
        written[facet, value] = shown
    own: dict[tuple[int, str, str], dict[str, int]] = defaultdict(dict)
    for article, root, facet, value, n, _shown in _said("l.article_id", LINKED, since):
        own[article, root, facet][value] = n
    enough = {key: values for key, values in own.items() if sum(values.values()) >= TICKETS}
    tests = sum(len(values) for values in enough.values())
    found = []
    for (article, root, facet), values in enough.items():
        n = sum(values.values())
        others = sum(whole[root, facet].values()) - n
        for value, k in values.items():
            elsewhere = whole[root, facet][value] - k
            usual = elsewhere / others if others else 0.0
            if others < TICKETS or k < HALF * n or k / n < TWICE * usual:
                continue
            chance = float(hypergeom.sf(k - 1, n + others, k + elsewhere, n)) * tests
            if chance < CHANCE:
                found.append((article, facet, value, k, n, elsewhere, others, usual))
    articles = Article.objects.exclude(confidence="archived").in_bulk({one[0] for one in found})
    return [
        Found(
            kind=Kind.ENVIRONMENT,
            key=f"environment:{article}:{facet}:{value}"[:200],
            name=f"{facet}: {written[facet, value]}",
            articles=[article],
            domain=articles[article].domain_id,
            strength=round(k / n - usual, 4),
            evidence={
                "facet": facet, "value": value, "with": k, "of": n,
                "elsewhere": elsewhere, "elsewhere_of": others,
            },
        )
        for article, facet, value, k, n, elsewhere, others, usual in found
        if article in articles
    ]  # fmt: skip


def _said(who: str, links: str, since: Any) -> list[tuple[Any, str, str, str, int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(SAID.format(who=who, links=links), [since])
        return cursor.fetchall()
