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
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from django.db import transaction
from django.utils import timezone

from articles import text
from articles.models import Article, ArticleEvent, Template, Version
from articles.search import index
from loops.demo import generator, people
from loops.intake import recount
from loops.intake.copying import analyse, copy, identify, numbers
from loops.models import Link, Outcome, Search
from people.models import Domain, Organisation, Team, User
from tickets.models import Message, Requester, Ticket, TicketEvent

BATCH = 4_000
ARTICLE_BATCH = 1_000
AGENTS = 40
WORD = re.compile(r"[^\W\d_]{3,}")
SHARES = {"en": 0.66, "ru": 0.18, "he": 0.16}
# Of the tickets: still to do, and of the others those solved with an article.
UNDONE, LINKED = 0.03, 0.6
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


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
        self.topics: list[tuple[int, int, str, list[str], datetime]] = []
        made: list[int] = []
        for count in _parts(self.wanted["articles"], ARTICLE_BATCH):
            with transaction.atomic():
                made += self._articles(count)
            tick(count)
        self.places = list(accumulate(1 / (n + 10) ** 0.8 for n in range(len(self.topics))))
        for count in _parts(self.wanted["tickets"], BATCH):
            with transaction.atomic():
                self._tickets(count)
            tick(count)
        self._events(self.wanted["events"], tick)
        recount.counters()
        recount.reindex(made)
        index.refresh_stats()
        analyse(Article, Version, ArticleEvent, Ticket, TicketEvent, Message, Search, Link,
                Outcome, Requester)  # fmt: skip

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
        run = secrets.token_hex(4)
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
                    detail={"confidence": a.confidence, "audience": a.audience},
                )
                for a in articles
            ]
        )
        for article, version in zip(articles, versions, strict=True):
            if article.confidence != "archived":
                about = WORD.findall(f"{article.title} {article.issue}".lower())
                self.topics.append(
                    (article.pk, version.pk, article.language, about, article.created_at)
                )
        return [article.pk for article in articles]

    # -- tickets ----------------------------------------------------------------------------

    def _tickets(self, count: int) -> None:
        rng = self.rng
        tickets, topics = [], []
        moments = sorted(self.now - 365 * DAY * rng.random() ** 1.1 for _ in range(count))
        for number, at in zip(numbers("tickets_number", count), moments, strict=True):
            topic = None
            if self.topics:
                place = bisect_left(self.places, rng.random() * self.places[-1])
                topic = self.topics[min(place, len(self.topics) - 1)]
            language = topic[2] if topic else self._language()
            vocabulary = self.words[language]
            about = topic[3] if topic else vocabulary.rare(6)
            tickets.append(self._ticket(number, at, language, vocabulary, about))
            topics.append(topic)
        identify(tickets)
        links: list[Link] = []
        outcomes: list[Outcome] = []
        searches: list[Search] = []
        messages: list[Message] = []
        events: list[TicketEvent] = []
        for ticket, topic in zip(tickets, topics, strict=True):
            events.append(
                TicketEvent(ticket_id=ticket.pk, verb="received", by_id=None,
                            at=ticket.created_at, detail={"channel": ticket.channel})
            )  # fmt: skip
            if ticket.assignee_id is None:
                continue
            at = ticket.created_at + MINUTE * rng.randint(5, 90)
            found = [rng.choice(self.topics)[0] for _ in range(6)] if self.topics else []
            linked = topic is not None and ticket.is_done and rng.random() < LINKED
            if linked and topic:
                found[0] = topic[0]
                links.append(
                    Link(ticket_id=ticket.pk, article_id=topic[0], version_id=topic[1],
                         delivered_id=topic[1], by_id=ticket.assignee_id, at=at)
                )  # fmt: skip
            searches.append(
                Search(
                    ticket_id=ticket.pk, by_id=ticket.assignee_id, kind="suggested", at=at,
                    results=[{"article": pk, "number": f"KB-{pk}", "score": 5.0} for pk in found],
                    count=len(found),
                )
            )  # fmt: skip
            messages.append(
                Message(ticket_id=ticket.pk, by_id=ticket.assignee_id, at=at,
                        body=self._sentences(self.words[ticket.language], [ticket.subject], 3))
            )  # fmt: skip
            if ticket.solved_at is None:
                continue
            outcomes.append(
                Outcome(
                    ticket_id=ticket.pk, outcome="reused" if linked else "no_knowledge",
                    reason="" if linked else "other", note="" if linked else "By hand",
                    by_id=ticket.assignee_id, at=ticket.solved_at,
                )
            )  # fmt: skip
            events.append(
                TicketEvent(
                    ticket_id=ticket.pk, verb="solved", by_id=ticket.assignee_id,
                    at=ticket.solved_at,
                    detail={"outcome": "reused" if linked else "no_knowledge"},
                )
            )  # fmt: skip
        copy(searches)
        copy(links)
        copy(outcomes)
        analyse(Search, Link, Outcome)
        copy(tickets)
        copy(messages)
        copy(events)
        self.last = (tickets[0].pk, tickets[-1].pk) if tickets else (0, 0)

    def _ticket(
        self, number: int, at: datetime, language: str, vocabulary: Vocabulary, about: list[str]
    ) -> Ticket:
        rng = self.rng
        asker = rng.choice(self.askers)
        undone = rng.random() < UNDONE or at > self.now - DAY
        state = "closed"
        if undone:
            state = rng.choice(("new", "open", "open", "pending"))
            at = self.now - timedelta(minutes=rng.randint(10, 14_000))
        agent = None if state == "new" else rng.choice(self.agents)
        solved = None
        if not undone:
            solved = at + MINUTE * rng.randint(95, 4_000)
            solved = min(solved, self.now)
        elif agent is not None:
            solved = None
        recent = solved is not None and solved > self.now - 4 * DAY
        if recent:
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
            priority=rng.choices((1, 2, 3, 4), (10, 70, 15, 5))[0],
            state=state,
            assignee_id=agent.pk if agent else None,
            team_id=rng.choice(self.teams).pk,
            created_at=at,
            changed_at=solved or at,
            first_response_at=at + 5 * MINUTE if agent else None,
            solved_at=solved,
            solved_by_id=agent.pk if agent and solved else None,
            closed_at=solved + 4 * DAY if solved and not recent else None,
            reply_count=1 if agent else 0,
            seconds_worked=rng.randint(60, 3_000) if agent else 0,
        )

    def _events(self, count: int, tick: Callable[[int], Any]) -> None:
        """Further events on tickets that are there: what a year leaves behind."""
        if not count:
            return
        keys = list(Ticket.objects.order_by("-pk").values_list("pk", "created_at")[:200_000])
        if not keys:
            return
        for part in _parts(count, 20_000):
            with transaction.atomic():
                copy(
                    [
                        TicketEvent(
                            ticket_id=pk,
                            verb="changed",
                            by_id=self.rng.choice(self.agents).pk,
                            at=min(at + MINUTE * self.rng.randint(1, 3_000), self.now),
                            detail={"priority": {"from": 2, "to": self.rng.choice((1, 3))}},
                        )
                        for pk, at in self.rng.choices(keys, k=part)
                    ]
                )
            tick(part)


def _parts(total: int, size: int) -> list[int]:
    """A total in pieces of at most this size."""
    return [min(size, total - done) for done in range(0, total, size)]
