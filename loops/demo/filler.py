"""Load-test data: as many articles and tickets as asked for, by COPY, the same for one seed.

The words are the demo company's, by Zipf's law, with a long tail of made-up ones, so that the
index has common and rare words as a real base has. Every row could have come from the verbs:
outcomes have their evidence, and counters equal their rows.
"""

from __future__ import annotations

import random
import re
import secrets
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from django.db import transaction
from django.utils import timezone

from articles import text
from articles.models import (
    Article,
    ArticleEvent,
    Flag,
    Suggestion,
    Template,
    Version,
    View,
)
from articles.search import index
from loops.demo import generator, people, repeating
from loops.intake import recount
from loops.intake.copying import analyse, copy, identify, numbers
from loops.models import Link, Opening, Outcome, Search
from people.models import Domain, Organisation, Team, User
from tickets.models import Message, Requester, Ticket, TicketEvent

BATCH = 4_000
# From four slices of this many tickets on the year repeats one of them.
SLICE, LEAST_SLICES = 25_000, 4
ARTICLE_BATCH = 1_000
AGENTS = 40
WORD = re.compile(r"[^\W\d_]{3,}")
SHARES = {"en": 0.66, "ru": 0.18, "he": 0.16}
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
# Most of the last days' tickets are still to do, and a few older ones.
UNDONE_FOR, STUCK = 12 * DAY, 0.002
# Of the tickets those solved with an article; of these flagged, and a change proposed.
LINKED, FLAGGED, IMPROVED = 0.65, 0.04, 0.06
# Of the articles those that were written on a ticket, and not before all of them.
WRITTEN = 0.1
# An article that tickets are about: id, version, language, its words, since when.
Topic = tuple[int, int, str, list[str], datetime]


@dataclass
class Unborn:
    """An article that a ticket of later will be the origin of."""

    born: datetime
    number: int
    topic: Topic


@dataclass
class Rows:
    """What is written together, each kind in the order of its moments."""

    tickets: list[Ticket] = field(default_factory=list)
    told: list[tuple[Topic | None, bool]] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    searches: list[Search] = field(default_factory=list)
    opened: list[tuple[Search, int, int, datetime, Ticket | None]] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    suggestions: list[Suggestion] = field(default_factory=list)
    events: list[TicketEvent] = field(default_factory=list)

    def event(
        self, ticket: Ticket, verb: str, at: datetime, *, by: int | None = 0, **detail: Any
    ) -> None:
        who = ticket.assignee_id if by == 0 else by
        self.events.append(
            TicketEvent(ticket_id=ticket.pk, verb=verb, by_id=who, at=at, detail=detail)
        )

    def write(self) -> None:
        """The evidence before the tickets, which the gate looks at one by one."""
        for rows in (self.searches, self.links, self.outcomes, self.messages, self.events):
            rows.sort(key=lambda row: row.at)  # type: ignore[attr-defined]
        copy(self.searches)
        openings, views = [], []
        for search, article, rank, at, ticket in sorted(self.opened, key=lambda row: row[3]):
            by = ticket.assignee_id if ticket else None
            openings.append(
                Opening(ticket_id=ticket.pk if ticket else None, search_id=search.pk, rank=rank,
                        article_id=article, visit=search.visit, by_id=by, at=at)
            )  # fmt: skip
            role = "contributor" if ticket else "visitor"
            views.append(
                View(article_id=article, by_id=by, role=role, inside=ticket is not None, at=at)
            )
        copy(openings)
        copy(views)
        copy(self.links)
        copy(self.outcomes)
        copy(self.flags)
        copy(self.suggestions)
        analyse(Search, Link, Outcome, Flag, Suggestion)
        copy(self.tickets)
        copy(self.messages)
        copy(self.events)


class Vocabulary:
    """The words of one language, the frequent ones first, drawn by Zipf's law."""

    def __init__(self, language: str, texts: list[str], rng: random.Random, size: int) -> None:
        counted = Counter(word.lower() for one in texts for word in WORD.findall(one))
        self.words = [word for word, _times in counted.most_common()]
        heads = [word for word in self.words if len(word) > 4] or self.words
        # Names, models, error codes: words that nobody else uses.
        while len(self.words) < size:
            one, other = rng.choice(heads), rng.choice(heads)
            cut = rng.randint(2, 4)
            self.words.append(one[:cut] + other[-cut:] + rng.choice(("", "", one[-2:])))
        self.weights = list(accumulate(1 / (at + 3) ** 1.05 for at in range(len(self.words))))
        self.rng = rng
        self.language = language

    def draw(self, count: int) -> list[str]:
        total, words, weights = self.weights[-1], self.words, self.weights
        rnd = self.rng.random
        return [words[bisect_left(weights, rnd() * total)] for _ in range(count)]

    def rare(self, count: int) -> list[str]:
        """Words that say what a text is about: from the middle and the tail."""
        begin = min(120, len(self.words) // 4)
        span = len(self.words) - begin
        return [self.words[begin + int(span * self.rng.random() ** 2.2)] for _ in range(count)]


class Filler:
    """What `fill` writes."""

    def __init__(self, *, articles: int, tickets: int, events: int = 0, seed: int = 1) -> None:
        self.wanted = {"articles": articles, "tickets": tickets, "events": events}
        self.rng = random.Random(seed)
        self.now = timezone.now()
        written, _gaps = generator.read()
        self.words = {
            language: Vocabulary(
                language,
                [
                    "\n".join([one["title"], one["issue"], one["resolution"], *one["asks"]])
                    for one in written
                    if one["language"] == language
                ],
                self.rng,
                2_000 + int(12 * articles**0.75),
            )
            for language in SHARES
        }

    def write(self, tick: Callable[[int], Any] = lambda rows: None) -> None:
        with transaction.atomic():
            self._people()
        self.topics: list[Topic] = []
        self.unborn: list[Unborn] = []
        self.visits = 0
        made: list[int] = []
        for count in _parts(self.wanted["articles"], ARTICLE_BATCH):
            with transaction.atomic():
                made += self._articles(count)
            tick(count)
        # The one that is born next stands last.
        self.unborn.sort(key=lambda one: one.born, reverse=True)
        self.places = list(accumulate(1 / (n + 10) ** 0.8 for n in range(len(self.topics))))
        wanted = self.wanted["tickets"]
        slices = max(1, wanted // SLICE)
        if slices < LEAST_SLICES:
            self._slice(wanted, 0, 1, tick)
        else:
            first = repeating.Slice.begin()
            self._slice(wanted // slices, 0, 1 / slices, tick)
            first.end()
            repeating.repeat(first, slices - 2, 365 * DAY / slices, tick)
            rest = wanted - Ticket.objects.filter(pk__gte=first.first[Ticket]).count()
            self._slice(rest, 1 - 1 / slices, 1, tick)
        if not self.wanted["tickets"]:
            known = list(
                Ticket.objects.order_by("-pk").only("created_at", "assignee")[:200_000]
            )
            for count in _parts(self.wanted["events"], 20_000):
                with transaction.atomic():
                    self.rows = Rows()
                    self._trail(known, count)
                    copy(self.rows.events)
        tick(self.wanted["events"])
        recount.counters()
        recount.reindex(made)
        index.refresh_stats()
        analyse(Article, Version, ArticleEvent, Ticket, TicketEvent, Message, Search, Link,
                Outcome, Requester, Opening, View, Flag, Suggestion)  # fmt: skip

    # -- people -----------------------------------------------------------------------------

    def _people(self) -> None:
        self.agents = list(User.objects.agents().exclude(competency="").order_by("pk")[:AGENTS])
        taken = set(User.objects.values_list("email", flat=True))
        fresh = [
            User(
                email=f"agent{n}@fill.test",
                name=f"Agent {n}",
                # Nobody signs in as them.
                password="!",
                competency=("candidate", "contributor", "publisher")[n % 3],
                joined_at=self.now - 800 * DAY,
            )
            for n in range(1, AGENTS + 1)
            if f"agent{n}@fill.test" not in taken
        ][: AGENTS - len(self.agents)]
        copy(fresh)
        self.agents += fresh
        self.teams = list(Team.objects.filter(private=False).order_by("pk"))
        if not self.teams:
            self.teams = [Team(name=f"Team {letter}") for letter in "ABC"]
            copy(self.teams)
        self.domains = list(Domain.objects.exclude(parent=None).order_by("pk"))
        if not self.domains:
            self._branches()
        # A base may be filled twice with one seed; names and addresses are there only once.
        run = self.run = secrets.token_hex(4)
        self.companies = [
            Organisation(name=f"Company {n} ({run})")
            for n in range(1, 2 + self.wanted["tickets"] // 60)
        ]
        copy(self.companies)
        self.askers = [
            Requester(
                name=f"{self.rng.choice(people.FIRST[language])} "
                f"{self.rng.choice(people.LAST[language])}",
                email=f"person{n}.{run}@fill.test",
                organisation=self.rng.choice(self.companies),
                language=language,
                made_at=self.now - 400 * DAY,
            )
            for n in range(1, 2 + self.wanted["tickets"] // 8)
            for language in [self._language()]
        ]
        copy(self.askers)

    def _branches(self) -> None:
        for slug, (name, branches) in people.DOMAINS.items():
            root = Domain.objects.create(name=name, slug=slug, path=slug)
            self.domains += [
                Domain.objects.create(
                    name=label, slug=branch, path=f"{slug}/{branch}", parent=root
                )
                for branch, label in branches.items()
            ]

    def _language(self) -> str:
        return self.rng.choices(list(SHARES), list(SHARES.values()))[0]

    # -- articles ---------------------------------------------------------------------------

    def _sentences(self, vocabulary: Vocabulary, about: list[str], count: int) -> str:
        rng = self.rng
        said = []
        for _ in range(count):
            words = vocabulary.draw(rng.randint(5, 11))
            words[rng.randrange(len(words))] = rng.choice(about)
            said.append(" ".join(words).capitalize() + ".")
        return " ".join(said)

    def _articles(self, count: int) -> list[int]:
        rng = self.rng
        template = Template.objects.usual()
        articles = []
        # Of the tickets that are still to come one in fifty at most is an article's origin.
        share = count / max(1, self.wanted["articles"])
        reserved = numbers(
            "tickets_number",
            int(min(count * 2 * WRITTEN, self.wanted["tickets"] * share / 50)),
        )
        for number in numbers("articles_number", count):
            language = self._language()
            vocabulary = self.words[language]
            about = vocabulary.rare(7)
            steps = rng.randint(2, 6)
            words = {
                "title": " ".join([*about[:3], *vocabulary.draw(3)]).capitalize(),
                "issue": self._sentences(vocabulary, about, rng.randint(1, 3)),
                "environment": " ".join(vocabulary.rare(3)),
                "resolution": "\n".join(
                    f"{at}. {self._sentences(vocabulary, about, 1)}"
                    for at in range(1, steps + 1)
                ),
                "cause": self._sentences(vocabulary, about, 1) if rng.random() < 0.6 else "",
            }
            born = self.now - timedelta(days=370 + rng.random() * 300)
            origin = 0
            if reserved and rng.random() < WRITTEN:
                born, origin = (
                    self.now - timedelta(days=20 + rng.random() * 330),
                    reserved.pop(),
                )
            author = rng.choice(self.agents)
            confidence = rng.choices(
                ("validated", "not_validated", "wip", "archived"), (58, 28, 8, 6)
            )[0]
            audience = "internal"
            if confidence == "validated":
                audience = rng.choices(
                    ("internal", "partner", "customer", "public"), (45, 5, 15, 35)
                )[0]
            articles.append(
                Article(
                    number=f"KB-{number}",
                    template=template,
                    language=language,
                    rendered=text.render_all(words),
                    outside=text.outside_all(words, ()),
                    confidence=confidence,
                    audience=audience,
                    domain_id=rng.choice(self.domains).pk,
                    tags=about[:2],
                    owner_id=author.pk,
                    created_by_id=author.pk,
                    created_at=born,
                    changed_by_id=author.pk,
                    changed_at=born,
                    validated_at=born if confidence == "validated" else None,
                    origin_type="ticket" if origin else "",
                    origin_id=f"KT-{origin}" if origin else "",
                    **words,
                )
            )
        copy(articles)
        versions = [
            Version(
                article_id=a.pk,
                number=1,
                language=a.language,
                by_id=a.created_by_id,
                at=a.created_at,
                origin_type=a.origin_type,
                origin_id=a.origin_id,
                **a.words(),
            )
            for a in articles
        ]
        copy(versions)
        copy(
            [
                ArticleEvent(
                    article_id=a.pk,
                    verb="created",
                    by_id=a.owner_id,
                    at=a.created_at,
                    version=1,
                    origin_type=a.origin_type,
                    origin_id=a.origin_id,
                    detail={"confidence": a.confidence, "audience": a.audience},
                )
                for a in articles
            ]
        )
        for article, version in zip(articles, versions, strict=True):
            about = WORD.findall(f"{article.title} {article.issue}".lower())
            topic = (article.pk, version.pk, article.language, about, article.created_at)
            if article.confidence != "archived":
                self.topics.append(topic)
            if article.origin_id:
                number = int(article.origin_id.removeprefix("KT-"))
                self.unborn.append(Unborn(article.created_at, number, topic))
        return [article.pk for article in articles]

    # -- tickets ----------------------------------------------------------------------------

    def _slice(
        self, count: int, begins: float, ends: float, tick: Callable[[int], Any]
    ) -> None:
        """So many tickets between these parts of the year, from 0 to 1."""
        self.window, self.planned, self.done = (begins, ends), count, 0
        since = self.now - 365 * DAY * (1 - begins)
        self.unborn = [one for one in self.unborn if one.born >= since]
        share = self.wanted["events"] / max(1, self.wanted["tickets"])
        for part in _parts(count, BATCH):
            with transaction.atomic():
                self._tickets(part, round(part * share))
            tick(part)

    def _moments(self, count: int) -> list[datetime]:
        """When the next tickets came, in order: they lie in their table as they arrived."""
        begins, ends = self.window
        step, rng = (ends - begins) / max(1, self.planned), self.rng
        passed = sorted(
            begins + (self.done + rng.random() * count) * step for _ in range(count)
        )
        self.done += count
        return [self.now - 365 * DAY * (1 - share) for share in passed]

    def _tickets(self, count: int, events: int) -> None:
        fresh = iter(numbers("tickets_number", count))
        self.rows = Rows()
        for at in self._moments(count):
            topic: Topic | None
            born = self.unborn[-1] if self.unborn and self.unborn[-1].born <= at else None
            if born is not None:
                # This is the ticket that the article was written on.
                self.unborn.pop()
                topic, number, at = born.topic, born.number, born.born - 40 * MINUTE
                next(fresh)
            else:
                topic, number = self._topic(), next(fresh)
            language = topic[2] if topic else self._language()
            vocabulary = self.words[language]
            about = topic[3] if topic else vocabulary.rare(6)
            ticket = self._ticket(number, at, language, vocabulary, about, new=born is not None)
            self.rows.tickets.append(ticket)
            self.rows.told.append((topic, born is not None))
        identify(self.rows.tickets)
        for ticket, (about_it, written) in zip(self.rows.tickets, self.rows.told, strict=True):
            self._work(ticket, about_it, written=written)
        self._trail(self.rows.tickets, events)
        self._help(count)
        self.rows.write()

    def _topic(self) -> Topic | None:
        if not self.topics:
            return None
        place = bisect_left(self.places, self.rng.random() * self.places[-1])
        return self.topics[min(place, len(self.topics) - 1)]

    def _work(self, ticket: Ticket, topic: Topic | None, *, written: bool) -> None:
        """What an agent did on it: search, open, link, answer, solve with what the rows prove."""
        rng, rows = self.rng, self.rows
        rows.event(ticket, "received", ticket.created_at, by=None, channel=ticket.channel)
        if ticket.assignee_id is None:
            return
        first = ticket.first_response_at
        assert first is not None
        known = topic is not None and (written or topic[4] < ticket.created_at)
        linked = known and ticket.is_done and (written or rng.random() < LINKED)
        self._search(ticket, topic[0] if linked and topic and not written else None, first)
        outcome = "no_knowledge"
        if linked and topic:
            rows.links.append(
                Link(ticket_id=ticket.pk, article_id=topic[0], version_id=topic[1],
                     delivered_id=topic[1], by_id=ticket.assignee_id,
                     at=ticket.created_at + 40 * MINUTE if written else first)
            )  # fmt: skip
            rows.event(ticket, "linked", first, article=f"KB-{topic[0]}", kind="resolution")
            outcome = "created" if written else self._beside(ticket, topic, first)
        for n in range(ticket.reply_count):
            said = min(first + n * 90 * MINUTE, ticket.solved_at or self.now)
            rows.messages.append(
                Message(ticket_id=ticket.pk, by_id=ticket.assignee_id, at=said,
                        body=self._sentences(self.words[ticket.language], [ticket.subject], 3))
            )  # fmt: skip
            rows.event(ticket, "replied", said)
        if ticket.solved_at is None:
            return
        silent = outcome == "no_knowledge"
        reason = rng.choice(("no_reply", "account_action", "duplicate_ticket", "other"))
        rows.outcomes.append(
            Outcome(
                ticket_id=ticket.pk, outcome=outcome, reason=reason if silent else "",
                note="By hand" if silent and reason == "other" else "",
                by_id=ticket.assignee_id, at=ticket.solved_at,
            )
        )  # fmt: skip
        rows.event(ticket, "solved", ticket.solved_at, outcome=outcome)

    def _search(self, ticket: Ticket, answer: int | None, at: datetime) -> None:
        """The suggestions, and sometimes words typed; what is linked stands among the hits."""
        rng = self.rng
        found = [rng.choice(self.topics)[0] for _ in range(6)] if self.topics else []
        rank = min(5, int(rng.expovariate(0.8)))
        if answer and found:
            found[rank] = answer
        asked = rng.random() < 0.3
        search = Search(
            ticket_id=ticket.pk, by_id=ticket.assignee_id, at=at - 2 * MINUTE,
            kind="asked" if asked else "suggested",
            query=ticket.subject[:40] if asked else "",
            results=[{"article": pk, "number": f"KB-{pk}", "score": 5.0} for pk in found],
            count=len(found),
        )  # fmt: skip
        self.rows.searches.append(search)
        if found and (answer or rng.random() < 0.2):
            self.rows.opened.append((search, found[rank], rank + 1, at - MINUTE, ticket))

    def _beside(self, ticket: Ticket, topic: Topic, at: datetime) -> str:
        """What else came of a link: mostly nothing, now and then a flag or a change proposed."""
        assert ticket.assignee_id is not None
        chance = self.rng.random()
        origin = {"origin_type": "ticket", "origin_id": ticket.number}
        if chance < FLAGGED:
            self.rows.flags.append(
                Flag(
                    article_id=topic[0], version_id=topic[1], kind="outdated", by_id=ticket.assignee_id,
                    at=at, state="resolved", answer="Done", answered_by_id=ticket.assignee_id,
                    answered_at=at + DAY, **origin,
                )
            )  # fmt: skip
            return "flagged"
        if chance < FLAGGED + IMPROVED:
            self.rows.suggestions.append(
                Suggestion(
                    article_id=topic[0], base=1, by_id=ticket.assignee_id, at=at, state="declined",
                    decided_by_id=ticket.assignee_id, decided_at=at + DAY, reason="Said already",
                    title=ticket.subject, issue=ticket.subject, **origin,
                )
            )  # fmt: skip
            return "improved"
        return "reused"

    def _ticket(
        self, number: int, at: datetime, language: str, vocabulary: Vocabulary,
        about: list[str], *, new: bool,
    ) -> Ticket:  # fmt: skip
        rng = self.rng
        asker = rng.choice(self.askers)
        age = self.now - at
        undone = not new and rng.random() < (0.8 if age < UNDONE_FOR else STUCK)
        state = rng.choice(("new", "open", "open", "pending")) if undone else "closed"
        agent = None if state == "new" else rng.choice(self.agents)
        answered = at + MINUTE * min(2_000, 5 + rng.lognormvariate(3.2, 1.0))
        solved = None
        if not undone:
            solved = answered + MINUTE * (45 + min(11_000, rng.lognormvariate(5.6, 1.3)))
            solved = min(solved, max(self.now, answered + MINUTE))
            if solved > self.now - 4 * DAY:
                state = "solved"
        said = rng.sample(about, min(len(about), rng.randint(3, 5)))
        return Ticket(
            number=f"KT-{number}",
            subject=" ".join([*said, *vocabulary.draw(3)]).capitalize()[:200],
            description=self._sentences(vocabulary, about, rng.randint(1, 4)),
            requester_id=asker.pk,
            organisation_id=asker.organisation_id,
            channel=rng.choice(("web", "mail", "mail", "phone", "chat")),
            domain_id=rng.choice(self.domains).pk,
            environment={"version": f"6.{rng.randint(0, 4)}"},
            language=language,
            is_defect=rng.random() < 0.03,
            priority=rng.choices((1, 2, 3, 4), (10, 70, 15, 5))[0],
            state=state,
            assignee_id=agent.pk if agent else None,
            team_id=rng.choice(self.teams).pk,
            created_at=at,
            changed_at=solved or at,
            first_response_at=answered if agent else None,
            solved_at=solved,
            solved_by_id=agent.pk if agent and solved else None,
            closed_at=solved + 4 * DAY if solved and state == "closed" else None,
            reply_count=rng.choices((1, 2, 3), (60, 28, 12))[0] if agent else 0,
            reopened_count=1 if solved and rng.random() < 0.05 else 0,
            csat=rng.choices((1, 2, 3, 4, 5), (5, 7, 13, 35, 40))[0]
            if solved and rng.random() < 0.25
            else None,
            seconds_worked=int(30 + rng.lognormvariate(6.2, 0.9)) if agent else 0,
        )

    def _trail(self, tickets: list[Ticket], count: int) -> None:
        """Further events on these tickets: what a year leaves behind."""
        for ticket in self.rng.choices(tickets, k=count) if tickets else ():
            at = min(ticket.created_at + MINUTE * self.rng.randint(1, 3_000), self.now)
            moved = {"from": 2, "to": self.rng.choice((1, 3))}
            by = self.rng.choice(self.agents).pk
            self.rows.event(ticket, "changed", at, by=by, priority=moved)

    def _help(self, tickets: int) -> None:
        """Visits to the help centre meanwhile: three for each ten tickets."""
        rng = self.rng
        if not self.topics:
            return
        since, until = self.rows.tickets[0].created_at, self.rows.tickets[-1].created_at
        for _n in range(round(tickets * 0.3)):
            at = since + (until - since) * rng.random()
            self.visits += 1
            visit = f"fill-{self.run}-{self.visits}"
            empty = rng.random() < 0.1
            found = [] if empty else [rng.choice(self.topics)[0] for _ in range(6)]
            search = Search(
                kind="asked", channel="help", visit=visit, at=at, by_id=None,
                query=" ".join(self.words[self._language()].draw(3)), count=len(found),
                results=[{"article": pk, "number": f"KB-{pk}", "score": 5.0} for pk in found],
            )  # fmt: skip
            self.rows.searches.append(search)
            if found and rng.random() < 0.55:
                rank = min(5, int(rng.expovariate(0.8)))
                self.rows.opened.append((search, found[rank], rank + 1, at + MINUTE, None))


def _parts(total: int, size: int) -> list[int]:
    """A total in pieces of at most this size."""
    return [min(size, total - done) for done in range(0, total, size)]
