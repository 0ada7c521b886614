"""Which articles should be read outside, what that would save, and how long it took before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from articles.models import EXTERNAL, Article, Confidence, Feedback
from kcs.pages import Page, keyset
from loops.evolve.publication.leaks import Leak, find_all
from loops.models import Decision, Link, Publication, Upkeep
from loops.statistics.durations import exact
from loops.statistics.rates import Share, counted
from loops.upkeep import lists
from people.models import SiteSettings, User
from tickets.queries import counts

SIZE = 20
WINDOW = timedelta(days=90)
YEAR = 365 / WINDOW.days
# What is known of self-service before anything was published: two of ten get by, as if ten had
# been counted. Twenty real readers weigh more.
PRIOR = Share(2, 10)
ENOUGH = 100_000  # counted no further: the share does not move any more


@dataclass(frozen=True)
class Expected:
    """Tickets that a publication is expected to save in a year, and what that rests on.

    `reuses` are the article's of the last 90 days, `demand` is a year of them; `share` is how
    many of those with the question got by on what is published already. The interval
    multiplies the ends of both, which makes it rather too wide than too narrow.
    """

    reuses: int
    share: Share

    @property
    def demand(self) -> float:
        return self.reuses * YEAR

    @property
    def value(self) -> float:
        return self.demand * (self.share.value or 0)

    @property
    def low(self) -> float:
        return counted(self.reuses)[0] * YEAR * self.share.low

    @property
    def high(self) -> float:
        return counted(self.reuses)[1] * YEAR * self.share.high if self.reuses else 0.0

    def plain(self) -> dict[str, Any]:
        return {
            "demand": round(self.demand, 1),
            "share": round(self.share.value or 0, 4),
            "low": round(self.low, 1),
            "high": round(self.high, 1),
            "n": self.share.n,
        }


@dataclass
class Candidate:
    """One article of the list: why it stands here, what it would save, what speaks against."""

    article: Article
    upkeep: Upkeep
    expected: Expected
    leaks: list[Leak]


def helped(now: datetime | None = None) -> Share:
    """Of those who had a question that a published article answers, how many said that it
    helped, to those who wrote a ticket which it then solved. With the prior, so that the first
    publication is expected to save something, and not everything.

    Readers who found their answer and said nothing are not counted: the share is a lower one.
    """
    since = (now or timezone.now()) - WINDOW
    yes = Feedback.objects.filter(
        helpful=True, at__gte=since, article__audience__in=EXTERNAL, channel="help"
    )
    links = (
        Link.objects.resolutions()
        .filter(at__gte=since, article__audience__in=EXTERNAL)
        .exclude(ticket__team__private=True)
    )
    confirmed, solved = counts([yes, links], cap=ENOUGH)
    return Share(confirmed + PRIOR.hits, confirmed + solved + PRIOR.n)


def candidates(reader: lists.Reader, *, ever: bool = False) -> QuerySet[Upkeep]:
    """The nightly list: articles whose reuse of the last 90 days asks for readers outside.

    `ever` is the initial list, for a base that was filled before there were any figures: all
    resolution links count, whenever they were made.
    """
    today = timezone.localdate(timezone=ZoneInfo(reader.site.time_zone))
    if ever:
        people = (
            Link.objects.resolutions()
            .filter(article=OuterRef("article"))
            .order_by()
            .values("article")
            .annotate(n=Count("by", distinct=True))
            .values("n")
        )
        found = Upkeep.objects.filter(
            article__in=Article.objects.visible_to(reader.user)
            .order_by()
            .filter(
                confidence=Confidence.VALIDATED,
                audience="internal",
                open_flags=0,
                reuse_count__gte=reader.site.publish_after,
            )
        )
        found = found.annotate(people=Coalesce(Subquery(people, IntegerField()), 0)).filter(
            people__gte=lists.PUBLISH_PEOPLE
        )
    else:
        found = lists.wanted_outside(reader)
    decided = Decision.objects.filter(list="publish", article=OuterRef("article"))
    return found.exclude(Exists(decided.filter(Q(until=None) | Q(until__gt=today))))


def page(
    reader: lists.Reader, asked: dict[str, str], *, ever: bool, cursor: str = ""
) -> tuple[Page, list[Candidate]]:
    """One page of the list, the most reused first, each article with the whole check."""
    asked = {name: value.replace("\x00", "") for name, value in asked.items()}
    found = lists.narrow(candidates(reader, ever=ever), "publish", asked, reader.user)
    found = found.select_related("article__domain", "article__owner", "article__template")
    found = found.prefetch_related("article__translations")
    order = ("-links", "pk") if ever else ("-reuses_90", "pk")
    cut = keyset(found, order, cursor=cursor, size=SIZE)
    return cut, told(list(cut.rows), reader.site)


def told(rows: list[Upkeep], site: SiteSettings | None = None) -> list[Candidate]:
    leaks = find_all([row.article for row in rows], site)
    share = helped()
    return [
        Candidate(row.article, row, Expected(row.reuses_90, share), leaks[row.article_id])
        for row in rows
    ]


def reader_for(user: User) -> lists.Reader:
    return lists.Reader(user, SiteSettings.load())


def published(user: User) -> QuerySet[Publication]:
    """What went outside by a decision or a rule, the newest first, as far as this person sees
    the articles."""
    seen = Article.objects.visible_to(user).order_by()
    return (
        Publication.objects.filter(article__in=seen)
        .select_related("article", "rule", "by", "retracted_by")
        .order_by("-at", "-pk")
    )


# The first time that an article went outside, by whatever door (`actions.follow` sees to that),
# and how long it had been validated by then.
LAGS = """
select date_trunc('month', p.at at time zone %(zone)s)::date,
  extract(epoch from p.at - p.validated_at)
from loops_publication p join articles_article a on a.id = p.article_id
where p.at >= %(begins)s and p.at < %(ends)s and p.validated_at <= p.at
  and (%(domains)s::bigint[] is null or a.domain_id = any(%(domains)s::bigint[]))
  and not exists (select from loops_publication e where e.article_id = p.article_id and e.at < p.at)
"""


@dataclass(frozen=True)
class Lag:
    """From first validated to first outside: the month, how many, median and p90 in seconds."""

    month: date
    n: int
    median: float | None
    p90: float | None


def lags(
    begins: datetime, ends: datetime, *, zone: ZoneInfo, domains: list[int] | None = None
) -> tuple[Lag, list[Lag]]:
    """Of the whole period, and of each month in which something was published. Articles that
    wait still are not in it: publishing an old one makes the figure of that month larger."""
    with connection.cursor() as cursor:
        cursor.execute(
            LAGS,
            {
                "begins": begins,
                "ends": ends,
                "zone": str(zone),
                "domains": domains,
            },
        )
        rows = cursor.fetchall()
    months: dict[date, list[float]] = {}
    for month, seconds in rows:
        months.setdefault(month, []).append(float(seconds))

    def lag(month: date, values: list[float]) -> Lag:
        ordered = sorted(values)
        return Lag(month, len(ordered), exact(ordered, 0.5), exact(ordered, 0.9))

    everything = [seconds for values in months.values() for seconds in values]
    return lag(timezone.localdate(begins, zone), everything), [
        lag(month, values) for month, values in sorted(months.items())
    ]
