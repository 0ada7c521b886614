"""What stands behind an improvement: the tickets of its topic, what they cost, who asked, in
their words, and what they have in common.

Tickets of private teams are left out of all of it, so that everybody may read it. Nobody is
named: see `quote`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from articles.models import Article
from loops.evolve.jobs import Tick, silent
from loops.models import Improvement, Link, TicketTopic, Topic
from loops.statistics.rates import wilson
from people.models import User
from tickets.models import Ticket

WINDOW = timedelta(days=Topic.WINDOW)
NUMBERS = 200  # tickets that the evidence names
READ = 60  # of them so many, the newest, are read for words
WORDS, SHORTEST, LONGEST = 5, 25, 220
# What to write is said in the requesters' words; what to merge or to archive is not.
IN_THEIR_WORDS = (Improvement.Kind.PRODUCT, Improvement.Kind.WRITE, Improvement.Kind.FIX)
FACETS, FEWEST_WITH_FACET = 4, 4


@dataclass(frozen=True)
class Subject:
    """What an improvement is about: known topics are articles, unknown ones clusters."""

    articles: frozenset[int] = field(default_factory=frozenset)
    topics: frozenset[int] = field(default_factory=frozenset)
    tickets: frozenset[int] = field(default_factory=frozenset)

    def __bool__(self) -> bool:
        return bool(self.articles or self.topics or self.tickets)

    def rows(self) -> QuerySet[Ticket]:
        """Its tickets, but for those of private teams."""
        return open_tickets().filter(self.condition())

    def condition(self) -> Q:
        """A ticket belongs to it by its resolution link, else by what it is like."""
        here = Q(pk__in=self.tickets)
        links = Link.objects.resolutions().filter(ticket=OuterRef("pk"))
        if self.articles:
            here |= Q(Exists(links.filter(article__in=self.articles)))
        known = Q(topic__in=self.topics) | Q(topic__article__in=self.articles)
        if self.topics or self.articles:
            alike = TicketTopic.objects.filter(known, ticket=OuterRef("pk"))
            # Who solved it with another article said what it was about.
            elsewhere = links.exclude(article__in=self.articles)
            here |= Q(Exists(alike)) & ~Q(Exists(elsewhere))
        return here


def open_tickets() -> QuerySet[Ticket]:
    """What everybody's figures are made of."""
    return Ticket.objects.exclude(team__private=True).order_by()


def subject_of(improvement: Improvement, ticket: Ticket | None = None) -> Subject:
    articles = {improvement.article_id}
    if improvement.pair is not None:
        articles |= {improvement.pair.older_id, improvement.pair.newer_id}
    topics: set[int] = set()
    for topic in (improvement.topic, improvement.gap.topic if improvement.gap else None):
        if topic is not None:
            topics.add(topic.pk)
            articles.add(topic.article_id)
    if improvement.gap is not None:
        articles.add(improvement.gap.article_id)
    return Subject(
        frozenset(pk for pk in articles if pk),
        frozenset(topics),
        frozenset({ticket.pk} if ticket is not None else ()),
    )


def fill(
    improvement: Improvement,
    *,
    ticket: Ticket | None = None,
    share: float = 1.0,
    cost: float | None = None,
    why: Sequence[Sequence[Any]] = (),
    now: datetime | None = None,
) -> None:
    """Set evidence and cost. `share` is the part of the work that could be saved; `cost` what
    it is, in minutes, where somebody knows better; `why` are reasons in codes and numbers:
    `words.sentence`."""
    subject = subject_of(improvement, ticket)
    found = gather(subject, improvement.kind, now or timezone.now()) if subject else {}
    work = found.pop("work", 0.0)
    improvement.cost = round(work * share if cost is None else cost, 1)
    improvement.evidence = {
        **found,
        "cost": improvement.cost,
        "why": [list(reason) for reason in why],
    }


# Reasons that count tickets: what they counted is no longer all theirs to tell.
COUNTED = ("gap", "defects", "returns")
TOLD = """
select distinct i.id
from loops_improvement i, jsonb_array_elements_text(i.evidence -> 'numbers') as told(number)
join (select t.number from tickets_ticket t join people_team g on g.id = t.team_id
  where g.private) hidden on hidden.number = told.number
where jsonb_typeof(i.evidence -> 'numbers') = 'array'
order by 1
"""


def forget_private(now: datetime, tick: Tick = silent) -> int:
    """Gather the evidence again that tells of tickets which are a private team's by now: of open
    improvements as of today, of others as of the day on which they were settled."""
    with connection.cursor() as cursor:
        cursor.execute(TOLD)
        ids = [pk for (pk,) in cursor.fetchall()]
    for pk in ids:
        _gather_again(pk, now)
        tick(1)
    return len(ids)


@transaction.atomic
def _gather_again(pk: int, now: datetime) -> None:
    rows = Improvement.objects.select_related("topic", "gap__topic", "pair")
    improvement = rows.select_for_update(no_key=True, of=("self",)).get(pk=pk)
    was = improvement.evidence
    subject = subject_of(improvement)
    if not subject:
        there = open_tickets().filter(number__in=was["numbers"])
        subject = Subject(tickets=frozenset(there.values_list("pk", flat=True)))
    at = improvement.shipped_at or improvement.decided_at or now
    found = gather(subject, improvement.kind, at)
    worked = was.get("tickets", 0) * was.get("minutes", 0.0)
    if worked:
        improvement.cost = round(improvement.cost * found["work"] / worked, 1)
    del found["work"]
    improvement.evidence = {
        **was,
        **found,
        "cost": improvement.cost,
        "why": [one for one in was.get("why", []) if one and one[0] not in COUNTED],
    }
    improvement.save(update_fields=["evidence", "cost"])


def gather(subject: Subject, kind: str, now: datetime) -> dict[str, Any]:
    """The evidence as it is kept. Costs are minutes of work: docs/improvements.md."""
    rows = list(
        subject.rows()
        .filter(created_at__gt=now - WINDOW, created_at__lte=now)
        .order_by("-created_at", "-pk")
        .values("pk", "number", "requester", "seconds_worked", "is_defect", "created_at")
    )
    worked = [row["seconds_worked"] / 60 for row in rows if row["seconds_worked"]]
    minutes = median(worked) if worked else 0.0
    tickets = [row["pk"] for row in rows]
    return {
        "tickets": len(rows),
        "minutes": round(minutes, 1),
        "work": len(rows) * minutes,
        "requesters": len({row["requester"] for row in rows}),
        "defects": sum(row["is_defect"] for row in rows),
        "recent": sum(row["created_at"] > now - WINDOW / 2 for row in rows),
        "numbers": [row["number"] for row in rows[:NUMBERS]],
        "words": quotes(tickets[:READ]) if kind in IN_THEIR_WORDS else [],
        "facets": facets(tickets, now) if kind == Improvement.Kind.PRODUCT else [],
        "articles": _articles(tickets, subject),
    }


def _articles(tickets: Sequence[int], subject: Subject) -> list[str]:
    """The articles that these tickets were solved with, and those that it is about."""
    linked = Link.objects.resolutions().filter(ticket__in=tickets).order_by()
    numbers = set(linked.values_list("article__number", flat=True).distinct())
    own = Article.objects.filter(pk__in=subject.articles).order_by()
    numbers |= set(own.values_list("number", flat=True))
    return sorted(numbers, key=lambda number: (len(number), number))[:50]


# In their words ---------------------------------------------------------------------------------

# Addresses, links, telephone and account numbers, machines: nobody's business beyond the desk.
PRIVATE = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|\b(?:https?://|www\.)\S+"
    r"|\+?\d[\d ()/.-]{6,}\d"
    r"|\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b"
    r"|\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,}\b",
    re.IGNORECASE,
)
SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
PART = re.compile(r"[\w’'״׳-]{3,}")
HIDDEN = "…"


def quotes(tickets: Sequence[int]) -> list[dict[str, str]]:
    """Up to five requesters' words, each of another one, the newest first; without names."""
    rows = (
        Ticket.objects.filter(pk__in=tickets)
        .select_related("requester", "organisation")
        .only(
            "number", "description", "subject", "language", "created_at", "requester__name",
            "organisation__name", "requester__email",
        )
        .order_by("-created_at", "-pk")
    )  # fmt: skip
    staff = _staff_names() if tickets else frozenset()
    found: list[dict[str, str]] = []
    seen: set[str] = set()
    askers: set[int] = set()
    for ticket in rows:
        if ticket.requester_id in askers:
            continue
        names = {*_parts(ticket.requester.name), *_parts(str(ticket.organisation or ""))}
        text = quote(ticket.description or ticket.subject, names | staff)
        if not text or text.lower() in seen:
            continue
        seen.add(text.lower())
        askers.add(ticket.requester_id)
        found.append({"text": text, "language": ticket.language, "ticket": ticket.number})
        if len(found) == WORDS:
            break
    return found


def _staff_names() -> frozenset[str]:
    names = User.objects.agents().order_by().values_list("name", flat=True)
    return frozenset(part for name in names for part in _parts(name))


def _parts(name: str) -> list[str]:
    """The words of a name, as they may stand in a text."""
    return [part.lower() for part in PART.findall(name)]


def quote(text: str, names: Iterable[str] = ()) -> str:
    """The sentence that says most, without addresses and numbers. A sentence with a name that
    we know (the requester's, the organisation's, a colleague's) is not taken at all."""
    known = set(names)
    best = ""
    for sentence in SENTENCE.split(text):
        said = " ".join(PRIVATE.sub(HIDDEN, sentence).split())
        if len(said) < SHORTEST and len(text.strip()) >= SHORTEST:
            continue
        # A name begins with a capital, where the script has any: "will" is no Will.
        words = {word.lower() for word in PART.findall(said) if word[:1] != word[:1].lower()
                 or word[:1].lower() == word[:1].upper()}  # fmt: skip
        if words & known:
            continue
        if len(said) > len(best) and len(best) < LONGEST / 2:
            best = said
    if len(best) > LONGEST:
        best = best[:LONGEST].rsplit(" ", 1)[0] + HIDDEN
    return best


# In common --------------------------------------------------------------------------------------

BY_FACET = """
with chosen as (
  select t.id, t.environment, t.id = any(%(here)s) as here
    from tickets_ticket t left join people_team g on g.id = t.team_id
   where g.private is not true and t.created_at > %(since)s and t.created_at <= %(now)s
     and (t.id = any(%(here)s) or t.domain_id = any(%(domains)s))
     and jsonb_typeof(t.environment) = 'object'
)
select facet.key, facet.value, count(*) filter (where here), count(*) filter (where not here),
       (select count(*) from chosen where here and environment <> '{}'),
       (select count(*) from chosen where not here and environment <> '{}')
  from chosen, jsonb_each_text(chosen.environment) as facet
 group by 1, 2 having count(*) filter (where here) >= %(fewest)s
"""


def facets(tickets: Sequence[int], now: datetime) -> list[dict[str, Any]]:
    """The versions and other facets that these tickets have more often than their neighbours of
    the same branches: the Wilson interval of the share stands above the neighbours' share."""
    if len(tickets) < FEWEST_WITH_FACET:
        return []
    domains = Ticket.objects.filter(pk__in=tickets).exclude(domain=None).order_by()
    with connection.cursor() as cursor:
        cursor.execute(
            BY_FACET,
            {
                "here": list(tickets),
                "domains": list(domains.values_list("domain", flat=True).distinct()),
                "since": now - WINDOW,
                "now": now,
                "fewest": FEWEST_WITH_FACET,
            },
        )
        found = []
        for name, value, here, there, of_here, of_there in cursor.fetchall():
            usual = there / of_there if of_there else 0.0
            if value and of_there and wilson(here, of_here)[0] > usual:
                found.append(
                    {"name": name[:80], "value": value[:120], "n": here, "of": of_here,
                     "usual": round(usual, 3)}
                )  # fmt: skip
    found.sort(key=lambda one: (-(one["n"] / one["of"] - one["usual"]), one["name"]))
    return found[:FACETS]
