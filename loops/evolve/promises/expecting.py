"""What publishing N articles or fixing M causes would do to the queue, as far as it is known.

What a week asks of each internal article, and of each topic with tickets marked as a defect, is
counted at night over the same 90 days. How many of those readers would get by themselves is what
the published articles show (`publication.queries.helped`); how much less a fixed cause is asked
about is what shipped improvements show. Where none has shipped there is only an upper limit.

It is an expectation with an interval, from what was, and never a promise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, log, sqrt
from typing import Any

from django.db import connection

from articles.models import Confidence
from loops.evolve.promises import findings
from loops.evolve.publication import queries as publication
from loops.models import Improvement
from loops.statistics.rates import Share, Z, counted

KEY = "expecting"
WINDOW = timedelta(days=90)
WEEKS = WINDOW.days / 7
MOST = 100  # articles, and causes, that can be asked for

ARTICLES = """
select k.article_id, count(*) as n
from loops_link k
  join articles_article a on a.id = k.article_id
  join tickets_ticket t on t.id = k.ticket_id
  left join people_team m on m.id = t.team_id
where k.kind = 'resolution' and k.at >= %s and k.at < %s and m.private is not true
  and a.audience = 'internal' and a.confidence <> %s
group by 1 order by 2 desc, 1 limit %s
"""
CAUSES = """
select tt.topic_id, p.article_id, p.name, p.language, count(*) as n
from tickets_ticket t
  join loops_tickettopic tt on tt.ticket_id = t.id and tt.topic_id is not null
  join loops_topic p on p.id = tt.topic_id
  left join people_team m on m.id = t.team_id
where t.is_defect and t.created_at >= %s and t.created_at < %s and m.private is not true
group by 1, 2, 3, 4 order by 5 desc, 1 limit %s
"""


def compute(now: datetime) -> dict[str, Any]:
    since = now - WINDOW
    with connection.cursor() as cursor:
        cursor.execute(ARTICLES, [since, now, Confidence.ARCHIVED.value, MOST])
        articles = [{"id": pk, "n": n} for pk, n in cursor.fetchall()]
        cursor.execute(CAUSES, [since, now, MOST])
        causes = [
            {"id": pk, "article": article, "name": name, "language": language, "n": n}
            for pk, article, name, language, n in cursor.fetchall()
        ]
    share = publication.helped(now)
    found = {
        "since": since.date().isoformat(),
        "until": now.date().isoformat(),
        "articles": articles,
        "causes": causes,
        "helped": {"hits": share.hits, "n": share.n},
        "fixed": _fixed(),
    }
    findings.keep(KEY, {findings.ALL: found}, now=now)
    return found


def _fixed() -> dict[str, Any]:
    """What the fixes of the product that shipped left over, together: the mean of the logarithms
    of their measured ratios (tickets seen ÷ expected), each as heavy as it is sure."""
    effects = Improvement.objects.filter(
        kind=Improvement.Kind.PRODUCT, state=Improvement.State.SHIPPED
    ).values_list("effect", flat=True)
    rows = []
    for one in effects:
        if not one.get("expected") or one.get("ratio") is None or not one.get("high"):
            continue
        # Half a ticket where none was seen: nothing has no logarithm.
        ratio = max(one["ratio"], 0.5 / one["expected"])
        error = (log(one["high"]) - log(ratio)) / Z
        if error > 0:
            rows.append((log(ratio), 1 / error**2))
    if not rows:
        return {"fixes": 0}
    weight = sum(w for _value, w in rows)
    middle = sum(value * w for value, w in rows) / weight
    reach = Z / sqrt(weight)
    return {
        "fixes": len(rows),
        "left": exp(middle),
        "low": exp(middle - reach),
        "high": exp(middle + reach),
    }


@dataclass(frozen=True)
class Saved:
    """Tickets a week; `value` is nothing where only a limit is known."""

    value: float | None
    low: float
    high: float

    def __add__(self, other: Saved) -> Saved:
        known = None if self.value is None or other.value is None else self.value + other.value
        return Saved(known, self.low + other.low, self.high + other.high)


NOTHING = Saved(0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Asked:
    """What was chosen: how many articles and causes, which, and what each part would save."""

    articles: list[int]
    causes: list[int]
    article_demand: float  # tickets a week
    cause_demand: float
    by_articles: Saved
    by_causes: Saved

    @property
    def saved(self) -> Saved:
        return self.by_articles + self.by_causes


def asked(found: Mapping[str, Any], *, articles: int, causes: int) -> Asked:
    """The most asked ones of each. An article about a cause that is fixed is not counted."""
    fixed = found["causes"][:causes]
    about = {one["article"] for one in fixed if one["article"]}
    published = [one for one in found["articles"] if one["id"] not in about][:articles]
    share = Share(found["helped"]["hits"], found["helped"]["n"])
    links, defects = _sum(published), _sum(fixed)
    return Asked(
        [one["id"] for one in published],
        [one["id"] for one in fixed],
        links / WEEKS,
        defects / WEEKS,
        _published(links, share),
        _fix(defects, found["fixed"]),
    )


def _sum(rows: Iterable[Mapping[str, Any]]) -> int:
    return sum(row["n"] for row in rows)


def _range(count: int) -> tuple[float, float]:
    """The 95 % interval of a count, a week."""
    low, high = counted(count)
    return low / WEEKS, high / WEEKS


def _published(links: int, share: Share) -> Saved:
    """Demand times the share that gets by; both ends multiplied, so rather too wide."""
    if not links:
        return NOTHING
    low, high = _range(links)
    return Saved(links / WEEKS * (share.value or 0), low * share.low, high * share.high)


def _fix(defects: int, known: Mapping[str, Any]) -> Saved:
    """Demand times what fixes took away so far; between nothing and all where none did."""
    if not defects:
        return NOTHING
    low, high = _range(defects)
    if not known["fixes"]:
        return Saved(None, 0.0, high)
    value, least, most = (max(0.0, 1 - known[name]) for name in ("left", "high", "low"))
    return Saved(defects / WEEKS * value, low * least, high * most)
