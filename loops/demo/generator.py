"""A year of support at Tilia, as a story: the same seed and day tell the same.

Nothing here touches the database. `tell` returns plain objects that know each other; load.py
gives them keys and writes them. Truths that later reports must find are planted on purpose and
named in truths.py.
"""

from __future__ import annotations

import json
import math
import random
import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from loops.demo import people, tickets, truths
from loops.demo.people import Agent, Asker

SEED = 20
FOLDER = Path(__file__).parent / "articles"
DAYS = 365
SOLVED = 1_560  # tickets of ordinary topics; the planted ones come on top
OPEN = 132
# Link rate wanted at the beginning and at the end of the year.
LINKED_FROM, LINKED_TO = 0.63, 0.87
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
ROOTS = {"till": "Till desk", "pay": "Payments desk", "office": "Office desk"}
# Monday to Sunday: restaurants call when the weekend comes and after it.
WEEK = (1.25, 1.0, 0.95, 1.0, 1.3, 1.05, 0.45)
HOURS = (1, 1, 0, 0, 0, 1, 3, 8, 14, 18, 18, 15, 11, 9, 10, 12, 14, 16, 14, 10, 7, 5, 3, 2)


@dataclass(eq=False)
class Version:
    number: int
    words: dict[str, str]
    by: Agent
    at: datetime
    note: str = ""
    ticket: Ticket | None = None


@dataclass(eq=False)
class Flag:
    kind: str
    note: str
    by: Agent
    at: datetime
    version: Version
    ticket: Ticket | None = None
    state: str = "open"
    owner: Agent | None = None
    answer: str = ""
    answered_by: Agent | None = None
    answered_at: datetime | None = None
    taken_at: datetime | None = None


@dataclass(eq=False)
class Suggestion:
    words: dict[str, str]
    base: int
    by: Agent
    at: datetime
    note: str
    ticket: Ticket | None = None
    state: str = "open"
    decided_by: Agent | None = None
    decided_at: datetime | None = None
    reason: str = ""
    version: Version | None = None


@dataclass(eq=False)
class Rating:
    at: datetime
    helpful: bool | None
    comment: str
    by: Agent | Asker | None


@dataclass(eq=False)
class Event:
    verb: str
    at: datetime
    by: Agent | None
    detail: dict[str, Any] = field(default_factory=dict)
    ticket: Ticket | None = None
    version: int | None = None


@dataclass(eq=False)
class Article:
    data: dict[str, Any]
    author: Agent
    owner: Agent
    born: datetime
    ticket: Ticket | None = None
    versions: list[Version] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    suggestions: list[Suggestion] = field(default_factory=list)
    ratings: list[Rating] = field(default_factory=list)
    views: list[tuple[datetime, Agent | Asker | None]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    validated_at: datetime | None = None
    archived_at: datetime | None = None
    editors: list[Agent] = field(default_factory=list)

    @property
    def slug(self) -> str:
        return str(self.data["external_id"])

    def version_at(self, at: datetime) -> Version:
        return [v for v in self.versions if v.at <= at][-1]


@dataclass(eq=False)
class Search:
    at: datetime
    by: Agent
    query: str
    found: list[Article]
    opened: list[tuple[Article, int, datetime]] = field(default_factory=list)


@dataclass(eq=False)
class Said:
    at: datetime
    body: str
    by: Agent | None
    internal: bool = False
    carried: Article | None = None


@dataclass(eq=False)
class Ended:
    """A declared outcome; `until` when the ticket was opened again."""

    outcome: str
    at: datetime
    by: Agent
    reason: str = ""
    note: str = ""
    until: datetime | None = None


@dataclass(eq=False)
class Ticket:
    topic: Topic
    created: datetime
    asker: Asker
    subject: str
    text: str
    language: str
    channel: str
    domain: str
    environment: dict[str, str]
    truth: str = ""
    priority: int = 2
    team: str = ""
    state: str = "new"
    assignee: Agent | None = None
    is_defect: bool = False
    said: list[Said] = field(default_factory=list)
    searches: list[Search] = field(default_factory=list)
    links: list[tuple[Article, str, datetime, Agent]] = field(default_factory=list)
    outcomes: list[Ended] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    first_response: datetime | None = None
    solved: datetime | None = None
    solver: Agent | None = None
    closed: datetime | None = None
    pending_until: datetime | None = None
    changed: datetime = LONG_AGO
    reopened: int = 0
    csat: int | None = None
    seconds: int = 0
    index: int = 0


@dataclass(eq=False)
class Topic:
    """What people ask about: an article's subject, or a gap's."""

    name: str
    domain: str
    language: str
    asks: list[str]
    weight: float = 1.0
    article: Article | None = None
    others: list[Article] = field(default_factory=list)
    answer: str = ""
    gap: bool = False
    tickets: list[Ticket] = field(default_factory=list)
    turn: int = 0


@dataclass
class Story:
    now: datetime
    agents: list[Agent]
    askers: list[Asker]
    articles: list[Article]
    topics: list[Topic]
    tickets: list[Ticket]
    searches: list[Search]
    notices: list[tuple[Agent, str, Agent | None, str, str, Any, datetime, bool]]


def read() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The written articles and the written gaps."""
    articles: list[dict[str, Any]] = []
    gaps: list[dict[str, Any]] = []
    for path in sorted(FOLDER.glob("*.jsonl")):
        into = gaps if path.stem == "gaps" else articles
        into.extend(
            json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line
        )
    return articles, gaps


def tell(now: datetime, seed: int = SEED) -> Story:
    """The whole story up to `now`."""
    return _Teller(now.replace(second=0, microsecond=0), seed).tell()


class _Teller:
    def __init__(self, now: datetime, seed: int) -> None:
        self.now = now
        self.rng = random.Random(seed)
        self.today = now.replace(hour=0, minute=0)
        self.agents = {agent.email: agent for agent in people.AGENTS}
        self.askers = people.askers(self.rng)
        self.by_address = {asker.email: asker for asker in self.askers}
        self.notices: list[Any] = []
        self.seen: set[str] = set()
        self.days = self._calendar()

    def tell(self) -> Story:
        self._topics()
        self._requests()
        self._births()
        for ticket in self.done:
            self._solve(ticket)
        self._histories()
        self._waiting()
        searches = self._searches()
        for article in self.articles:
            self._readers(article)
        every = sorted([*self.done, *self.open], key=lambda t: t.created)
        for at, ticket in enumerate(every):
            ticket.index = at
            self._chronicle(ticket)
        for article in self.articles:
            self._annals(article)
        return Story(
            self.now, list(self.agents.values()), self.askers, self.articles, self.topics,
            every, searches, self.notices,
        )  # fmt: skip

    # -- time -------------------------------------------------------------------------------

    def _calendar(self) -> list[float]:
        """Cumulated weight of each day, oldest first: the company grows, weeks breathe."""
        total, sums = 0.0, []
        for ago in range(DAYS, 0, -1):
            day = self.today - ago * DAY
            growth = 0.75 + 0.5 * (DAYS - ago) / DAYS
            total += growth * WEEK[day.weekday()]
            sums.append(total)
        return sums

    def _moment(self, newest: int = 1, oldest: int = DAYS) -> datetime:
        """A moment between so many days ago, as customers choose them."""
        low = self.days[DAYS - oldest - 1] if oldest < DAYS else 0.0
        high = self.days[DAYS - newest]
        at = bisect_left(self.days, self.rng.uniform(low, high))
        ago = DAYS - min(at, DAYS - 1)
        hour = self.rng.choices(range(24), HOURS)[0]
        moment = (
            self.today
            - ago * DAY
            + timedelta(
                hours=hour, minutes=self.rng.randrange(60), seconds=self.rng.randrange(60)
            )
        )
        return min(moment, self.now - 3 * DAY)

    def _ago(self, days: float) -> datetime:
        return self.now - timedelta(days=days)

    def _worked(self, start: datetime, minutes: float) -> datetime:
        """That much later, but nobody works at night."""
        moment = start + timedelta(minutes=minutes)
        if moment.hour < 6:
            moment = moment.replace(hour=6) + timedelta(minutes=self.rng.randrange(150))
        return max(moment, start + MINUTE)

    def _log(self, median: float, spread: float) -> float:
        return self.rng.lognormvariate(math.log(median), spread)

    def _progress(self, at: datetime) -> float:
        """0 a year ago, 1 today."""
        return min(1.0, max(0.0, 1 - (self.now - at) / timedelta(days=DAYS)))

    # -- what people ask --------------------------------------------------------------------

    def _topics(self) -> None:
        written, gaps = read()
        self.articles: list[Article] = []
        self.topics: list[Topic] = []
        named: dict[str, Topic] = {}
        publishers = [a for a in self.agents.values() if a.competency == "publisher"]
        for data in written:
            author = self._writer(data)
            article = Article(data, author, author, self._ago(self.rng.uniform(372, 425)))
            if data["governance"] == "compliance":
                article.editors = [
                    self.agents["publisher@demo.test"],
                    self.agents["coach@demo.test"],
                ]
                article.owner = article.author = self.rng.choice(publishers)
            self.articles.append(article)
            topic = Topic(
                data["external_id"],
                data["domain"],
                data["language"],
                list(data["asks"]),
                article=article,
            )
            named[topic.name] = topic
            self.topics.append(topic)
        places = list(range(len(self.topics)))
        self.rng.shuffle(places)
        for place, topic in zip(places, self.topics, strict=True):
            assert topic.article is not None
            data = topic.article.data
            weight = 1 / (place + 4) ** 0.62
            weight *= {"good": 1.3, "rambling": 1.0, "thin": 0.55, "outdated": 0.7}[
                data["quality"]
            ]
            weight *= {"validated": 1.25, "not_validated": 0.9, "wip": 0.5, "archived": 0.3}[
                data["confidence"]
            ]
            weight *= {"till": 1.25, "pay": 1.1, "office": 0.85}[topic.domain.split("/")[0]]
            topic.weight = weight
        for topic in list(self.topics):
            assert topic.article is not None
            note = topic.article.data.get("note") or {}
            twin = note.get("duplicate_of") or note.get("contradicts")
            # Two articles on one topic: whoever looks finds the one or the other.
            if twin and topic.name in named and twin in named:
                main = named[twin]
                main.asks += [ask for ask in topic.asks if ask not in main.asks]
                main.others.append(topic.article)
                main.weight += topic.weight + (0.12 if "contradicts" in note else 0.05)
                del named[topic.name]
                self.topics.remove(topic)
        for number, gap in enumerate(gaps):
            if gap.get("article"):
                topic = named[gap["article"]]
                topic.asks = [*gap["asks"], *topic.asks]
                topic.weight = 0.0
            else:
                self.topics.append(
                    Topic(f"gap-{number}", gap["domain"], gap["language"], list(gap["asks"]),
                          weight=0.0, answer=gap["answer"], gap=True)
                )  # fmt: skip
        ted = named[truths.TED_TOPIC]
        ted.asks += tickets.TED_ASKS
        ted.weight = 0.0
        self.named = {topic.name: topic for topic in self.topics}
        for topic in self.topics:
            self.rng.shuffle(topic.asks)

    def _writer(self, data: dict[str, Any]) -> Agent:
        root = data["domain"].split("/")[0]
        fitting = [
            agent
            for agent in self.agents.values()
            if data["language"] in agent.speaks.split()
            and agent.joined > 420
            and agent.competency != "candidate"
            and agent.email != people.TED
            and (agent.team == ROOTS[root] or self.rng.random() < 0.25)
        ] or [a for a in self.agents.values() if data["language"] in a.speaks.split()
              and a.joined > 280]  # fmt: skip
        return self.rng.choice(fitting)

    # -- requests ---------------------------------------------------------------------------

    def _requests(self) -> None:
        """Every solved ticket's request: the ordinary ones by weight, the planted ones by plan."""
        rng = self.rng
        self.done: list[Ticket] = []
        total = sum(topic.weight for topic in self.topics)
        for topic in self.topics:
            if not topic.weight:
                continue
            count = SOLVED * topic.weight / total
            assert topic.article is not None
            oldest, newest = DAYS, 3
            if topic.article.data["confidence"] == "archived":
                newest = 190
            for _ in range(max(2, round(rng.uniform(0.85, 1.15) * count))):
                self._ask(topic, self._moment(newest, oldest))
        for topic in self.topics:
            if topic.gap:
                for _ in range(rng.randint(13, 21)):
                    self._ask(topic, self._moment(3, 240), truth="gap")
        ted = self.named[truths.TED_TOPIC]
        for _ in range(42):
            self._ask(ted, self._moment(5), truth="ted")
        defect = self.named[truths.DEFECT_TOPIC]
        for _ in range(34):
            self._ask(defect, self._moment(4, 245), truth="defect")
        burst = self.named[truths.BURST_TOPIC]
        day = self.today - truths.BURST_DAYS_AGO * DAY
        for later, count in ((0, 34), (1, 11), (2, 4), (4, 2), (9, 1)):
            for _ in range(count):
                minutes = rng.triangular(6.5 * 60, 20 * 60, 9 * 60)
                self._ask(burst, day + later * DAY + timedelta(minutes=minutes), truth="burst")
        for language, count in (("en", 96), ("ru", 22), ("he", 20)):
            for _ in range(count):
                self._without(language, self._moment(3))
        self.done.sort(key=lambda ticket: ticket.created)

    def _asker(self, language: str, at: datetime) -> Asker:
        fitting = self._speaking(language)
        # Some call every week and most once a year.
        return fitting[int(len(fitting) * self.rng.random() ** 1.7)]

    def _speaking(self, language: str) -> list[Asker]:
        return [asker for asker in self.askers if asker.language == language]

    def _ask(self, topic: Topic, at: datetime, *, truth: str = "", keep: bool = True) -> Ticket:
        """A request about a topic, in words that nobody used before."""
        asker = self._asker(topic.language, at)
        for _ in range(40):
            ask = topic.asks[topic.turn % len(topic.asks)]
            topic.turn += 1
            subject, text = self._words(ask, topic, asker, at)
            if text not in self.seen:
                break
        self.seen.add(text)
        made = Ticket(
            topic, at, asker, subject, text, topic.language,
            self.rng.choices(("web", "mail", "phone", "chat", "api"), (38, 34, 14, 12, 2))[0],
            topic.domain, self._environment(topic, at), truth,
        )  # fmt: skip
        made.team = ROOTS[topic.domain.split("/")[0]]
        if topic.domain == "pay/limits" and self.rng.random() < 0.3:
            made.team = "Trust & disputes"
        made.priority = self.rng.choices((1, 2, 3, 4), (12, 66, 18, 4))[0]
        if truth == "burst":
            made.priority = self.rng.choice((3, 3, 4))
            made.environment["version"] = "6.4.1"
        if truth == "defect" and self.rng.random() < 0.8:
            made.is_defect = True
        # A tenth has no product set, or only the product and not the branch.
        if not truth and self.rng.random() < 0.1:
            made.domain = self.rng.choice(("", made.domain.split("/")[0]))
        if keep:
            self.done.append(made)
            topic.tickets.append(made)
        return made

    def _without(self, language: str, at: datetime) -> Ticket:
        """A request that carries no knowledge: spam, a contract, a ticket sent twice."""
        asker = self._asker(language, at)
        for _ in range(40):
            subject, text, reason = self.rng.choice(tickets.WITHOUT[language])
            subject = self._fill(subject, language, asker, at)
            text = self._fill(text, language, asker, at)
            if text not in self.seen:
                break
        self.seen.add(text)
        topic = Topic(reason, "", language, [])
        made = Ticket(topic, at, asker, subject, text, language,
                      self.rng.choice(("mail", "web", "mail", "phone")), "", {})  # fmt: skip
        made.team = (
            "Trust & disputes"
            if reason == "confidential"
            else self.rng.choice(tuple(ROOTS.values()))
        )
        made.priority = 1
        self.done.append(made)
        return made

    def _words(self, ask: str, topic: Topic, asker: Asker, at: datetime) -> tuple[str, str]:
        rng, language = self.rng, topic.language
        details = tickets.DETAILS[language]
        pool = [*details["any"], *details[topic.domain.split("/")[0]] * 2]
        chosen = rng.sample(pool, rng.choices((0, 1, 2, 3), (14, 40, 34, 12))[0])
        if at > self._ago(2) and not chosen:
            chosen = [rng.choice(pool)]
        if chosen and ask[-1] not in ".!?":
            ask += "."
        body = " ".join([ask, *chosen])
        text = "\n".join(
            part
            for part in (rng.choice(tickets.GREETINGS[language]), body,
                         rng.choice(tickets.ENDINGS[language]))
            if part
        )  # fmt: skip
        return self._subject(ask, language, asker), self._fill(text, language, asker, at)

    def _subject(self, ask: str, language: str, asker: Asker) -> str:
        """What somebody writes above it: the first words, more or less of them."""
        short = ask.split(". ")[0].split("? ")[0].rstrip(".")
        if ask.startswith(short + "?"):
            short += "?"
        clauses = re.split(r"[,:;–] | - ", short)
        if len(clauses) > 1 and len(clauses[0]) > 17 and self.rng.random() < 0.4:
            short = clauses[0]
        if len(short) > 84:
            words = short.split()
            while len(" ".join(words)) > 62 or words[-1].lower() in tickets.WEAK:
                words.pop()
            short = " ".join(words).rstrip(",;:–- ")
        roll = self.rng.random()
        if roll < 0.07 and asker.company:
            short = f"{asker.company.name.split(' (')[0]}: {short}"
        elif roll < 0.1 and not short.isupper():
            short = self.rng.choice(tickets.URGENT[language]) + short
        return short[:1].upper() + short[1:] if self.rng.random() < 0.9 else short

    def _fill(self, text: str, language: str, asker: Asker, at: datetime) -> str:
        rng = self.rng
        if "{" not in text:
            return text
        place = asker.company.name.split(" (")[0] if asker.company else asker.name
        return text.format(
            when=rng.choice(tickets.WHEN[language]),
            nth=rng.choice(tickets.NTH[language]),
            n=rng.randint(2, 9),
            weekday=rng.choice(tickets.WEEKDAYS[language]),
            hour=f"{rng.randint(7, 22)}:{rng.choice(('00', '30'))}",
            version=self._software(at),
            receipt=rng.randint(1200, 98000),
            amount=f"{rng.randint(3, 240)}.{rng.choice(('00', '50', '80', '90', '20'))}",
            four=rng.randint(1000, 9999),
            place=place,
            first=asker.name.split(" ")[0],
            name=asker.name,
            handle=rng.choice(
                [
                    agent.handle
                    for agent in self.agents.values()
                    if agent.share and agent.joined > 365 and agent.email != people.LEAVER
                ]
            ),
        )

    def _software(self, at: datetime) -> str:
        days = (self.now - at) / DAY
        out = [version for version, ago in tickets.VERSIONS if ago >= days]
        return self.rng.choice(out[-2:]) if out else tickets.VERSIONS[0][0]

    def _environment(self, topic: Topic, at: datetime) -> dict[str, str]:
        root = topic.domain.split("/")[0]
        facets = {
            "product": {"till": "Tilia Till", "pay": "Tilia Pay"}.get(root, "Tilia Office")
        }
        known = topic.article.data["environment_facets"] if topic.article else {}
        if self.rng.random() < 0.75:
            facets["version"] = self._software(at)
        if self.rng.random() < 0.7:
            facets["device"] = known.get("device") or self.rng.choice(tickets.DEVICES[root])
        if known.get("error") and self.rng.random() < 0.5:
            facets["error"] = known["error"]
        return facets

    # -- knowledge is born ------------------------------------------------------------------

    def _births(self) -> None:
        """When each article appeared: most before this year, the others out of a ticket."""
        rng = self.rng
        twins = {slug for slug in truths.DUPLICATES if slug not in self.named}
        contradicting = {*truths.CONTRADICTIONS, *truths.CONTRADICTIONS.values()}
        for article in self.articles:
            data = article.data
            topic = self.named.get(article.slug) or next(
                topic for topic in self.topics if article in topic.others
            )
            younger = (
                article.slug in twins
                or article.slug == truths.BURST_TOPIC
                or (data["confidence"] in ("wip", "not_validated") and rng.random() < 0.75)
                or (data["confidence"] == "validated" and rng.random() < 0.22)
            )
            if data["governance"] == "compliance" or data["quality"] == "outdated":
                younger = False
            if article.slug == truths.TED_TOPIC or article.slug in contradicting:
                younger = False
            if not younger:
                continue
            usable = [t for t in topic.tickets if t.links == [] and not t.topic.gap]
            # Work in progress is young; the second of two twins came when one was there long.
            share = (
                (0.55, 0.9)
                if data["confidence"] == "wip" or article.slug in twins
                else (0.02, 0.5)
            )
            if article.slug == truths.BURST_TOPIC:
                chosen = usable[4]
            elif len(usable) < 4:
                continue
            else:
                chosen = usable[int(len(usable) * rng.uniform(*share))]
            if any(other.ticket is chosen for other in self.articles):
                continue
            article.ticket = chosen
            # Until its ticket is worked on, nobody can find it.
            article.born = self.now

    def _agent(self, ticket: Ticket, *, at: datetime) -> Agent:
        """Who takes it: of the team, speaking the language, and there on that day."""
        pool: list[Agent] = []
        odds: list[float] = []
        for agent in self.agents.values():
            if not agent.share or at < self._ago(agent.joined):
                continue
            if agent.email == people.LEAVER and at > self._ago(people.LEFT_DAYS_AGO):
                continue
            speaks = agent.speaks.split()
            if ticket.language not in speaks:
                continue
            weight = agent.share * (1.0 if speaks[0] == ticket.language else 0.25)
            weight *= 1.0 if agent.team == ticket.team else 0.12
            pool.append(agent)
            odds.append(weight)
        if not pool:
            return self.agents["coach@demo.test"]
        return self.rng.choices(pool, odds)[0]

    # -- work -------------------------------------------------------------------------------

    def _solve(self, ticket: Ticket) -> None:
        """What the agent did, from the first look to the declared outcome."""
        rng = self.rng
        agent = self._agent(ticket, at=ticket.created)
        if ticket.truth == "ted" and rng.random() < 0.8:
            agent = self.agents[people.TED]
        born = next((a for a in self.articles if a.ticket is ticket), None)
        if born is not None and agent.email == people.TED:
            agent = self.agents["greta.holm@demo.test"]
        ticket.assignee = ticket.solver = agent
        wait = self._log({1: 150, 2: 75, 3: 32, 4: 12}[ticket.priority], 0.9)
        first = self._worked(ticket.created, min(wait, 2600))
        ticket.first_response = first
        article = self._found(ticket, agent, first, born)
        minutes = self._log(16 if article else 34, 0.75) * agent.pace
        if ticket.truth == "ted" and agent.email == people.TED:
            minutes = self._log(6, 0.5)
        ticket.seconds = int(min(minutes, 240) * 60)
        rounds = rng.choices((0, 1, 2), (58, 30, 12) if article else (40, 38, 22))[0]
        last = self._worked(first, self._log(25 if rounds == 0 else 420 * rounds, 0.9))
        last = min(last, self.now - timedelta(hours=2))
        last = max(last, first + 3 * MINUTE)
        ticket.solved = last
        self._looked(ticket, agent, first, article, born)
        self._talk(ticket, agent, first, last, rounds, article)
        self._outcome(ticket, agent, last, article, born)
        if rng.random() < 0.045 and last < self._ago(6) and not born:
            self._reopened(ticket, agent)
        if ticket.solved < self._ago(4):
            waited = 4 * DAY + timedelta(minutes=rng.randrange(60))
            ticket.closed = min(ticket.solved + waited, self.now)
            ticket.state = "closed"
        else:
            ticket.state = "solved"
        if rng.random() < 0.34 and ticket.outcomes[-1].reason not in ("spam", "no_reply"):
            good = 0.62 + (0.12 if article else 0) - 0.2 * bool(ticket.reopened)
            good -= 0.08 * (ticket.solved - ticket.created > 2 * DAY)
            ticket.csat = (
                5 if rng.random() < good else rng.choices((1, 2, 3, 4), (6, 8, 20, 66))[0]
            )

    def _found(
        self, ticket: Ticket, agent: Agent, at: datetime, born: Article | None
    ) -> Article | None:
        """The article that answers this ticket, if the agent finds and uses it."""
        rng, topic = self.rng, ticket.topic
        if born is not None:
            born.born = at + timedelta(minutes=2)
            born.author = agent
            born.owner = agent
            return born
        candidates = [a for a in (topic.article, *topic.others) if a is not None]
        candidates = [
            a
            for a in candidates
            if a.born < at and (a.ticket is None or a.ticket.solved)
            and not (a.data["confidence"] == "archived" and at > self._ago(195))
        ]  # fmt: skip
        if not candidates or (ticket.truth == "ted" and agent.email == people.TED):
            return None
        wanted = LINKED_FROM + (LINKED_TO - LINKED_FROM) * self._progress(at)
        wanted += agent.leaning
        quality = candidates[0].data["quality"]
        wanted -= {"good": 0.0, "rambling": 0.06, "thin": 0.15, "outdated": 0.1}[quality]
        if ticket.truth in ("burst", "defect"):
            wanted += 0.1
        if rng.random() >= wanted:
            return None
        # The older twin is found more often.
        return rng.choices(candidates, [1.0, *[0.75] * (len(candidates) - 1)])[0]

    def _looked(
        self, ticket: Ticket, agent: Agent, first: datetime, article: Article | None,
        born: Article | None,
    ) -> None:  # fmt: skip
        """The searches on the ticket: the suggestions, and words typed when they were not it."""
        rng = self.rng
        start = max(ticket.created + MINUTE / 2, first - timedelta(minutes=rng.uniform(2, 14)))
        used = None if born is article else article
        at_rank = rng.choices((1, 2, 3, 5, 9, 0), (60, 15, 8, 6, 3, 8))[0] if used else 0
        shown = Search(start, agent, "", self._hits(ticket, used, at_rank, start))
        ticket.searches.append(shown)
        last = shown
        if (used is not None and at_rank == 0) or (used is None and rng.random() < 0.55):
            asked = start + timedelta(seconds=rng.randint(20, 160))
            rank = rng.choices((1, 2, 3), (70, 20, 10))[0] if used else 0
            found = self._hits(ticket, used, rank, asked)
            if used is None and ticket.topic.gap and rng.random() < 0.4:
                found = []
            last = Search(asked, agent, self._query(ticket), found)
            ticket.searches.append(last)
        when = last.at + timedelta(seconds=rng.randint(8, 70))
        if used is not None and used in last.found:
            last.opened.append((used, last.found.index(used) + 1, when))
        elif last.found and rng.random() < 0.4:
            last.opened.append((last.found[0], 1, when))

    def _hits(
        self, ticket: Ticket, used: Article | None, rank: int, at: datetime
    ) -> list[Article]:
        """A list as search would have given it: neighbours, with the used one at its rank."""
        root = ticket.topic.domain.split("/")[0]
        near = [
            a
            for a in self.articles
            if a.born < at and a is not used and a.data["domain"].startswith(root or "")
            and a.data["language"] == ticket.language and a.data["confidence"] != "archived"
        ]  # fmt: skip
        near.sort(key=lambda a: a.data["domain"] != ticket.topic.domain)
        head = near[:7]
        self.rng.shuffle(head)
        found = head[: self.rng.randint(3, 7)]
        if used is not None and rank:
            found.insert(min(rank - 1, len(found)), used)
        return found

    def _query(self, ticket: Ticket) -> str:
        words = [w.strip(".,?!:;()\"'") for w in ticket.subject.split()]
        long = [w for w in words if len(w) > 3 or w[:2] in ("T-", "P-", "O-")]
        self.rng.shuffle(long)
        return " ".join(long[: self.rng.randint(2, 4)]).lower() or ticket.subject.lower()

    def _talk(
        self, ticket: Ticket, agent: Agent, first: datetime, last: datetime, rounds: int,
        article: Article | None,
    ) -> None:  # fmt: skip
        rng, language = self.rng, ticket.language
        reason = ticket.topic.name if not ticket.topic.domain else ""
        if reason == "spam":
            ticket.first_response = None
            return
        steps = self._steps(ticket, article)
        if rounds == 0 or reason:
            body = self._reply(ticket, agent, steps)
            if ticket.channel == "phone" and rng.random() < 0.5:
                ticket.said.append(Said(first, rng.choice(tickets.REASON_NOTES[language]), agent,
                                        internal=True))  # fmt: skip
                first = first + MINUTE
                ticket.first_response = first
            carried = self._carried(ticket, article, first)
            ticket.said.append(Said(first, body, agent, carried=carried))
            if rng.random() < 0.3 and last - first > 4 * MINUTE:
                ticket.said.append(Said(first + (last - first) * 0.8, self._line(
                    ticket, tickets.THANKS), None))  # fmt: skip
            return
        span = last - first
        turns = 2 * rounds
        asked = self._greet(ticket) + "\n\n" + self._line(ticket, tickets.ASK_BACK)
        ticket.said.append(Said(first, asked, agent))
        ticket.said.append(
            Said(first + span / (turns + 1), self._line(ticket, tickets.ANSWER_BACK), None)
        )
        if rng.random() < 0.35:
            ticket.said.append(
                Said(first + span * 1.3 / (turns + 1), self._line(ticket, tickets.NOTES), agent,
                     internal=True)
            )  # fmt: skip
        answer = first + span * 2 / (turns + 1)
        ticket.said.append(
            Said(answer, self._reply(ticket, agent, steps), agent,
                 carried=self._carried(ticket, article, answer))
        )  # fmt: skip
        if rounds == 2:
            ticket.said.append(
                Said(first + span * 3 / (turns + 1), self._line(ticket, tickets.STILL), None)
            )
            ticket.said.append(
                Said(first + span * 4 / (turns + 1), self._reply(ticket, agent, steps[-1:]),
                     agent)
            )  # fmt: skip
        ticket.said.append(Said(last - MINUTE, self._line(ticket, tickets.THANKS), None))

    def _carried(self, ticket: Ticket, article: Article | None, at: datetime) -> Article | None:
        """The article goes along when the requester may read it, and mostly then."""
        if article is None or article.data["confidence"] != "validated":
            return None
        data = article.data
        if data["audience"] == "internal" or self._published(article) > at:
            return None
        partner = bool(ticket.asker.company and ticket.asker.company.partner)
        allowed = ("public", "customer", "partner") if partner else ("public", "customer")
        return article if data["audience"] in allowed and self.rng.random() < 0.6 else None

    def _line(self, ticket: Ticket, pool: Mapping[str, Sequence[str]]) -> str:
        return self._fill(
            self.rng.choice(pool[ticket.language]),
            ticket.language,
            ticket.asker,
            ticket.created,
        )

    def _greet(self, ticket: Ticket) -> str:
        return tickets.HELLO[ticket.language].format(first=ticket.asker.name.split(" ")[0])

    def _steps(self, ticket: Ticket, article: Article | None) -> list[str]:
        """What the agent tells: the article's first steps, or the answer to a gap."""
        source = ticket.topic.answer
        known = article or ticket.topic.article
        if known is not None:
            lines = [l for l in known.data["resolution"].splitlines() if l.strip()]  # noqa: E741
            lines = [line for line in lines if not line.startswith((":::", "|", "#", "!"))]
            return [line.replace("**", "").replace("*", "") for line in lines[:4]]
        return [source] if source else []

    def _reply(self, ticket: Ticket, agent: Agent, steps: list[str]) -> str:
        rng, language = self.rng, ticket.language
        sign = tickets_name(agent, language)
        if not steps:
            asked = ticket.topic.name == "no_reply"
            middle = self._line(ticket, tickets.ASK_BACK if asked else tickets.CLOSE)
            return f"{self._greet(ticket)}\n\n{middle}\n\n{sign}"
        kept = steps if rng.random() < 0.7 else steps[:2]
        return "\n\n".join(
            (self._greet(ticket), rng.choice(tickets.LEAD[language]), "\n".join(kept),
             rng.choice(tickets.CLOSE[language]), sign)
        )  # fmt: skip

    def _outcome(
        self, ticket: Ticket, agent: Agent, at: datetime, article: Article | None,
        born: Article | None,
    ) -> None:  # fmt: skip
        if born is not None and article is born:
            linked = at - MINUTE
            born.born = max(ticket.searches[-1].at + MINUTE, at - timedelta(minutes=9))
            ticket.links.append((born, "resolution", max(linked, born.born), agent))
            ticket.outcomes.append(Ended("created", at, agent))
            return
        if article is not None:
            linked = ticket.searches[-1].at + timedelta(minutes=1.5)
            ticket.links.append((article, "resolution", linked, agent))
            if self.rng.random() < 0.06:
                extra = [a for a in ticket.searches[-1].found if a is not article]
                if extra:
                    ticket.links.append((extra[0], "reference", linked + MINUTE, agent))
            ticket.outcomes.append(Ended("reused", at, agent))
            return
        reason, note = ticket.topic.name, ""
        if ticket.topic.domain:
            roll = self.rng.random()
            if roll < 0.1:
                reason = "no_reply"
            elif roll < 0.2 and ticket.topic.domain in tickets.CONTRACTUAL and not ticket.truth:
                reason = "account_action"
            else:
                pool = tickets.REASON_NOTES[ticket.language]
                reason, note = "other", self.rng.choice(pool)
            if agent.email == people.TED and reason == "other":
                note = self.rng.choice(tickets.TED_NOTES)
        ticket.outcomes.append(Ended("no_knowledge", at, agent, reason, note))

    def _reopened(self, ticket: Ticket, agent: Agent) -> None:
        """The requester came back; the same or another outcome was declared later."""
        old = ticket.outcomes[-1]
        back = old.at + timedelta(hours=self.rng.uniform(3, 60))
        again = self._worked(back, self._log(90, 0.8))
        if old.outcome != "reused" and old.outcome != "no_knowledge":
            return
        old.until = back
        ticket.reopened = 1
        ticket.said.append(Said(back, self._line(ticket, tickets.STILL), None))
        steps = self._steps(ticket, ticket.links[0][0] if ticket.links else None)
        ticket.said.append(Said(again - MINUTE, self._reply(ticket, agent, steps[-2:]), agent))
        ticket.outcomes.append(Ended(old.outcome, again, agent, old.reason, old.note))
        ticket.solved = again
        ticket.seconds += self.rng.randint(200, 1500)

    # -- histories of articles --------------------------------------------------------------

    def _stages(self, data: dict[str, Any]) -> list[dict[str, str]]:
        """The texts an article went through, ending with the one it has."""
        final = {name: data[name] for name in
                 ("title", "issue", "environment", "resolution", "cause")}  # fmt: skip
        lines = final["resolution"].splitlines()
        stages = [final]
        steps = [i for i, line in enumerate(lines) if line[:1].isdigit()]
        if final["cause"] and final["resolution"]:
            stages.insert(0, {**final, "cause": ""})
        if len(steps) >= 3:
            stages.insert(0, {**stages[0], "resolution": "\n".join(lines[: steps[-1]]).strip()})
        if len(steps) >= 5:
            stages.insert(0, {**stages[0], "resolution": "\n".join(lines[: steps[-3]]).strip()})
        if "," in final["environment"]:
            short = final["environment"].split(",")[0]
            stages.insert(0, {**stages[0], "environment": short})
        unique = [stages[0]]
        for stage in stages[1:]:
            if stage != unique[-1]:
                unique.append(stage)
        return unique

    def _may_change(self, agent: Agent, article: Article) -> bool:
        if article.data["governance"] == "compliance":
            return agent in article.editors
        return agent.competency != "candidate" or agent is article.author

    def _histories(self) -> None:
        """Versions, flags and suggestions, most of them raised by work on tickets."""
        rng = self.rng
        used: dict[int, list[Ticket]] = {}
        for ticket in self.done:
            for article, kind, _at, _by in ticket.links:
                if kind == "resolution" and ticket.outcomes[-1].outcome == "reused":
                    used.setdefault(id(article), []).append(ticket)
        for article in self.articles:
            mine = [t for t in used.get(id(article), []) if not t.reopened]
            stages = self._stages(article.data)
            wanted = min(len(stages), rng.choices((1, 2, 3, 4, 5), (22, 30, 26, 15, 7))[0])
            if article.ticket is not None and wanted == 1 and len(stages) > 1:
                wanted = 2
            stages = stages[-wanted:]
            article.versions.append(
                Version(1, stages[0], article.author, article.born, ticket=article.ticket)
            )
            free = [t for t in mine if t.solved and t.solved > article.born + DAY]
            rng.shuffle(free)
            moments: list[tuple[datetime, Ticket | None]] = []
            for _ in stages[1:]:
                if free and rng.random() < 0.8:
                    ticket = free.pop()
                    moments.append((ticket.links[0][2] + 2 * MINUTE, ticket))
                else:
                    span = self._ago(4) - article.born
                    moments.append((article.born + span * rng.uniform(0.05, 0.95), None))
            moments.sort(key=lambda pair: pair[0])
            for words, (at, cause) in zip(stages[1:], moments, strict=True):
                self._improve(article, words, at, cause)
            self._raise_flags(article, free)
            self._propose(article, free)

    def _improve(
        self, article: Article, words: dict[str, str], at: datetime, ticket: Ticket | None
    ) -> None:
        language = article.data["language"]
        note = self.rng.choice(tickets.VERSION_NOTES[language])
        number = article.versions[-1].number + 1
        at = max(at, article.versions[-1].at + timedelta(minutes=11))
        if ticket is None:
            able = [a for a in self.agents.values() if self._may_change(a, article)
                    and language in a.speaks.split() and self._ago(a.joined) < at
                    and a.email != people.TED]  # fmt: skip
            by = self.rng.choice(able or [article.author])
            article.versions.append(Version(number, words, by, at, note))
            return
        assert ticket.solver is not None
        by = ticket.solver
        at = min(at, ticket.outcomes[-1].at - MINUTE / 2)
        at = max(at, article.versions[-1].at + MINUTE)
        made = Version(number, words, by, at, note, ticket)
        if not self._may_change(by, article):
            judge = self._judge(article, at)
            if judge is None:
                made.ticket = None
                made.by = article.author
                article.versions.append(made)
                return
            decided = at + timedelta(hours=self.rng.uniform(1, 40))
            following = Suggestion(words, number - 1, by, at, note, ticket, "accepted", judge,
                                   decided, version=made)  # fmt: skip
            made.at = decided
            article.suggestions.append(following)
        article.versions.append(made)
        ticket.outcomes[-1].outcome = "improved"

    def _judge(self, article: Article, at: datetime) -> Agent | None:
        able = [
            a
            for a in self.agents.values()
            if a.competency == "publisher" and self._may_change(a, article)
            and article.data["language"] in a.speaks.split()
        ]  # fmt: skip
        return self.rng.choice(able) if able else None

    def _raise_flags(self, article: Article, free: list[Ticket]) -> None:
        rng, language = self.rng, article.data["language"]
        note = article.data.get("note") or {}
        troubled = article.data["quality"] in ("outdated", "rambling", "thin") or bool(note)
        wanted = rng.choices((0, 1, 2), (45, 40, 15) if troubled else (68, 27, 5))[0]
        if article.data["confidence"] == "archived":
            wanted = min(wanted, 1)
        for _ in range(wanted):
            if not free:
                return
            ticket = free.pop()
            if article.data["quality"] == "outdated":
                kind = "outdated"
            elif "duplicate_of" in note:
                kind = "duplicate"
            elif "contradicts" in note:
                kind = "incorrect"
            else:
                kind = rng.choice([k for k in tickets.FLAG_NOTES[language] if k != "duplicate"])
            assert ticket.solver is not None
            at = max(ticket.links[0][2] + MINUTE, article.born + MINUTE)
            flag = Flag(kind, rng.choice(tickets.FLAG_NOTES[language][kind]), ticket.solver, at,
                        article.version_at(at), ticket, owner=article.owner)  # fmt: skip
            ticket.outcomes[-1].outcome = "flagged"
            self._answer_flag(article, flag)
            article.flags.append(flag)

    def _answer_flag(self, article: Article, flag: Flag) -> None:
        rng = self.rng
        age = (self.now - flag.at) / DAY
        if (age < 32 and rng.random() < 0.8) or rng.random() < 0.06:
            if rng.random() < 0.35:
                flag.state, flag.taken_at = (
                    "taken",
                    flag.at + timedelta(hours=rng.uniform(1, 30)),
                )
                flag.taken_at = min(flag.taken_at, self.now - 5 * MINUTE)
            return
        flag.state = "resolved" if rng.random() < 0.85 else "rejected"
        flag.answer = rng.choice(tickets.FLAG_ANSWERS[flag.state])
        flag.answered_by = flag.owner or article.author
        flag.answered_at = min(
            flag.at + timedelta(days=self._log(2.2, 0.9)), self.now - timedelta(minutes=40)
        )

    def _propose(self, article: Article, free: list[Ticket]) -> None:
        """Suggestions of Candidates that were declined, or that still wait."""
        rng = self.rng
        if article.data["governance"] == "compliance" or not free or rng.random() > 0.7:
            return
        young = [t for t in free if t.solver and t.solver.competency == "candidate"
                 and not self._may_change(t.solver, article)]  # fmt: skip
        if not young:
            return
        ticket = young[0]
        assert ticket.solver is not None
        at = ticket.links[0][2] + 3 * MINUTE
        at = max(at, article.born + 2 * MINUTE)
        words = dict(article.version_at(at).words)
        words["issue"] = f"{words['issue']}\n\n“{ticket.subject}”"
        made = Suggestion(words, article.version_at(at).number, ticket.solver, at,
                          rng.choice(tickets.VERSION_NOTES[article.data["language"]]),
                          ticket)  # fmt: skip
        ticket.outcomes[-1].outcome = "improved"
        judge = self._judge(article, at)
        if at < self._ago(32) and judge is not None:
            made.state, made.decided_by = "declined", judge
            made.decided_at = at + timedelta(hours=rng.uniform(2, 70))
            made.reason = (
                "The title says this already."
                if rng.random() < 0.5
                else (
                    "One customer's words are enough here, thank you for reading it so closely."
                )
            )
        article.suggestions.append(made)

    # -- the queue of today -----------------------------------------------------------------

    def _waiting(self) -> None:
        """What is still to do: new ones nobody took, open ones, pending ones with their dates."""
        rng = self.rng
        self.open: list[Ticket] = []
        for example in tickets.EXAMPLES:
            self.open.append(self._example(example))
        good = [t for t in self.topics if not t.gap and t.article is not None
                and t.article.data["confidence"] in ("validated", "not_validated")
                and t.article.data["quality"] in ("good", "rambling", "outdated")
                and t.name not in (truths.TED_TOPIC, truths.BURST_TOPIC)]  # fmt: skip
        gaps = [t for t in self.topics if t.gap]
        for at in range(OPEN - len(self.open)):
            kind = ("new", "open", "pending", "new", "open")[at % 5]
            hours = {"new": self._log(7, 1.0), "open": self._log(26, 0.9),
                     "pending": self._log(75, 0.7)}[kind]  # fmt: skip
            moment = self.now - timedelta(minutes=max(6, min(hours * 60, 20 * 24 * 60)))
            topic = (
                rng.choice(gaps)
                if at % 11 == 7
                else rng.choices(good, [t.weight + 0.05 for t in good])[0]
            )
            ticket = self._ask(topic, moment, truth="gap" if topic.gap else "", keep=False)
            self._begin(ticket, kind)
            self.open.append(ticket)

    def _begin(self, ticket: Ticket, kind: str) -> None:
        rng = self.rng
        ticket.state = kind
        age = self.now - ticket.created
        if kind == "new":
            if rng.random() < 0.12:
                ticket.team = ""
            return
        agent = self._agent(ticket, at=self.now)
        ticket.assignee = agent
        first = ticket.created + min(age * 0.3, timedelta(minutes=self._log(50, 0.8)))
        if kind == "open" and rng.random() < 0.4:
            return
        ticket.first_response = first
        ticket.searches.append(Search(first - MINUTE / 2, agent, "", self._hits(
            ticket, ticket.topic.article, rng.choice((1, 1, 2)), first)))  # fmt: skip
        body = f"{self._greet(ticket)}\n\n{self._line(ticket, tickets.ASK_BACK)}"
        ticket.said.append(Said(first, body, agent))
        ticket.seconds = rng.randint(90, 900)
        if kind == "open":
            ticket.said.append(
                Said(first + (self.now - first) * 0.6, self._line(ticket, tickets.ANSWER_BACK),
                     None)
            )  # fmt: skip
            if rng.random() < 0.25:
                ticket.said.append(
                    Said(first + (self.now - first) * 0.8, self._line(ticket, tickets.NOTES),
                         agent, internal=True)
                )  # fmt: skip
        elif rng.random() < 0.45:
            ticket.pending_until = self.today + timedelta(
                days=rng.randint(1, 9), hours=rng.choice((7, 8, 9))
            )

    def _example(self, data: dict[str, Any]) -> Ticket:
        topic = (
            self.named[data["article"]]
            if data["article"] in self.named
            else next(
                (t for t in self.topics if t.name == f"gap-{data.get('gap')}"),
                Topic(data.get("reason", ""), "", data["language"], []),
            )
        )
        asker = self.by_address.get(data.get("asker", "")) or self._asker(
            data["language"], self.now
        )
        made = Ticket(
            topic, self.now - timedelta(minutes=data["minutes"]), asker, data["subject"],
            data["text"], data["language"], data["channel"], topic.domain,
            dict(data["environment"]), f"example:{data['truth']}", data["priority"],
        )  # fmt: skip
        made.team = ROOTS.get(topic.domain.split("/")[0], "")
        return made

    # -- readers and searchers --------------------------------------------------------------

    def _searches(self) -> list[Search]:
        """Searches outside tickets, some of them in vain."""
        rng, made = self.rng, []
        agents = [a for a in self.agents.values() if a.share]
        for _ in range(340):
            ticket = rng.choice(self.done)
            at = max(self._moment(3), self._ago(360))
            able = [a for a in agents if self._ago(a.joined) < at
                    and ticket.language in a.speaks.split()]  # fmt: skip
            if not able or not ticket.topic.domain:
                continue
            by = rng.choice(able)
            topic = ticket.topic
            known = topic.article if topic.article and topic.article.born < at else None
            found = self._hits(
                ticket, known, rng.choices((1, 2, 4, 0), (60, 20, 10, 10))[0], at
            )
            if topic.gap:
                found = found[:2] if rng.random() < 0.5 else []
            search = Search(at, by, self._query(ticket), found)
            if known in found and known is not None and rng.random() < 0.8:
                search.opened.append(
                    (known, found.index(known) + 1, at + timedelta(seconds=25))
                )
            made.append(search)
        return made

    def _readers(self, article: Article) -> None:
        """Who looked at an article, and what they said of it."""
        rng, data = self.rng, article.data
        links = sum(1 for t in self.done for a, _k, _at, _b in t.links if a is article)
        span = self.now - article.born
        external = data["audience"] != "internal" and data["confidence"] == "validated"
        agents = [a for a in self.agents.values() if data["language"] in a.speaks.split()]
        outside: list[Asker | None] = [
            a for a in self.askers if a.account and a.language == data["language"]
            and (data["audience"] != "partner" or (a.company and a.company.partner))
        ]  # fmt: skip
        if data["audience"] == "public":
            outside += [None] * 12
        for _ in range(rng.randint(2, 9) + links):
            at = article.born + span * rng.random()
            able = [a for a in agents if self._ago(a.joined) < at] or [article.author]
            article.views.append((at, rng.choice(able)))
        if external and outside:
            shown = self._published(article)
            for _ in range(int(self._log(14, 0.7)) + 2 * links):
                at = shown + (self.now - shown) * rng.random()
                article.views.append((at, rng.choice(outside)))
            for _ in range(rng.randint(0, 2 + links // 4)):
                who = rng.choice(outside)
                helped = rng.random() < (0.86 if data["quality"] == "good" else 0.5)
                pool = tickets.COMMENTS[data["language"]]
                words = rng.choice(pool) if rng.random() < 0.35 else ""
                known = [r for r in article.ratings if r.by is who and r.by is not None]
                if not known:
                    at = shown + (self.now - shown) * rng.random()
                    article.ratings.append(Rating(at, helped, words, who))

    def _published(self, article: Article) -> datetime:
        validated = self._validated(article)
        return validated + (self.now - validated) * 0.12

    def _validated(self, article: Article) -> datetime:
        """When it was validated; the first time this is asked decides it."""
        if article.validated_at is None:
            lag = min((self.now - article.born) * 0.3, timedelta(days=self._log(9, 0.8)))
            article.validated_at = article.born + max(lag, 20 * MINUTE)
        return article.validated_at

    # -- events -----------------------------------------------------------------------------

    def _chronicle(self, ticket: Ticket) -> None:
        """The ticket's events, in order, as the verbs would have written them."""
        add = ticket.events
        add.append(Event("received", ticket.created, None, {
            "channel": ticket.channel, **truths.mark(ticket)}))  # fmt: skip
        agent = ticket.assignee
        if agent is not None:
            start = ticket.searches[0].at if ticket.searches else ticket.created + 4 * MINUTE
            start = max(ticket.created + MINUTE / 6, start - 20 * MINUTE / 60)
            add.append(Event("assigned", start, agent,
                             {"from": "", "to": agent.email, "team": ticket.team}))  # fmt: skip
        for said in ticket.said:
            verb = "heard" if said.by is None else "noted" if said.internal else "replied"
            add.append(Event(verb, said.at, said.by, {"said": said}))
            if said.carried is not None:
                add.append(Event("delivered", said.at, said.by,
                                 {"article": said.carried, "said": said}))  # fmt: skip
        for article, kind, at, by in ticket.links:
            add.append(Event("linked", at, by, {"article": article, "kind": kind}))
        for ended in ticket.outcomes:
            add.append(Event("solved", ended.at, ended.by,
                             {"outcome": ended.outcome, "reason": ended.reason}))  # fmt: skip
            if ended.until is not None:
                add.append(Event("reopened", ended.until, None, {"reason": ""}))
        if ticket.closed is not None:
            add.append(Event("closed", ticket.closed, None))
        if ticket.state == "pending":
            last = max(said.at for said in ticket.said) + MINUTE
            until = ticket.pending_until
            add.append(
                Event("pended", last, agent, {"until": until.isoformat() if until else ""})
            )
        add.sort(key=lambda event: event.at)
        ticket.changed = max(e.at for e in add if e.verb != "closed")

    def _annals(self, article: Article) -> None:
        """The article's events, and those that its history leaves on tickets."""
        data, add = article.data, article.events
        first = article.versions[0]
        began = "wip" if data["confidence"] == "wip" or article.ticket else "not_validated"
        add.append(Event("created", article.born, article.author, {
            "confidence": began, "audience": "internal", "governance": data["governance"]},
            article.ticket, 1))  # fmt: skip
        if article.ticket is not None:
            article.ticket.events.append(
                Event("created", article.born, article.author, {"article": article})
            )
        judge = self._judge(article, article.born) or article.author
        confidence = data["confidence"]
        if confidence != began:
            at = (
                self._validated(article)
                if confidence != "not_validated"
                else (article.born + timedelta(hours=30))
            )
            at = min(at, self.now - MINUTE)
            to = "validated" if confidence == "archived" else confidence
            add.append(Event("confidence", at, judge, {"from": began, "to": to, "reason": ""},
                             version=article.version_at(at).number))  # fmt: skip
        if confidence == "validated" and confidence == began:
            article.validated_at = article.born
        if data["audience"] != "internal":
            add.append(Event("audience", self._published(article), judge, {
                "from": "internal", "to": data["audience"], "reason": ""}))  # fmt: skip
        if confidence == "archived":
            article.archived_at = self._ago(self.rng.uniform(150, 185))
            add.append(Event("confidence", article.archived_at, judge, {
                "from": "validated", "to": "archived", "reason": "Replaced in version 6"}))  # fmt: skip
        accepted = {id(s.version): s for s in article.suggestions if s.version is not None}
        for version in article.versions:
            if version is first:
                continue
            suggestion = accepted.get(id(version))
            if suggestion is not None:
                add.append(Event("accepted", version.at, suggestion.decided_by,
                                 {"suggestion": suggestion, "author": version.by},
                                 version.ticket, version.number))  # fmt: skip
                continue
            add.append(Event("improved", version.at, version.by,
                             {"fields": self._changed(article, version), "note": version.note},
                             version.ticket, version.number))  # fmt: skip
            if version.ticket is not None:
                version.ticket.events.append(
                    Event("improved", version.at, version.by, {"article": article})
                )
        for made in article.suggestions:
            add.append(Event("suggested", made.at, made.by,
                             {"suggestion": made, "note": made.note}, made.ticket,
                             made.base))  # fmt: skip
            if made.ticket is not None:
                made.ticket.events.append(
                    Event("suggested", made.at, made.by, {"article": article})
                )
            if made.state == "declined":
                assert made.decided_at is not None
                add.append(Event("declined", made.decided_at, made.decided_by,
                                 {"suggestion": made, "reason": made.reason}))  # fmt: skip
            self._tell(article.owner, "suggestion_made", made.by, article, made.note, made.at)
        for flag in article.flags:
            add.append(Event("flagged", flag.at, flag.by,
                             {"flag": flag, "kind": flag.kind, "note": flag.note}, flag.ticket,
                             flag.version.number))  # fmt: skip
            if flag.ticket is not None:
                flag.ticket.events.append(
                    Event("flagged", flag.at, flag.by, {"article": article, "kind": flag.kind})
                )
            self._tell(flag.owner, "flag_raised", flag.by, article, flag.note, flag.at)
            if flag.taken_at is not None:
                add.append(Event("flag_taken", flag.taken_at, flag.owner, {"flag": flag}))
            if flag.answered_at is not None:
                add.append(Event(f"flag_{flag.state}", flag.answered_at, flag.answered_by,
                                 {"flag": flag, "answer": flag.answer}))  # fmt: skip
                self._tell(flag.by, "flag_answered", flag.answered_by, article, flag.answer,
                           flag.answered_at)  # fmt: skip
        for rating in article.ratings:
            by = rating.by if isinstance(rating.by, Agent) else None
            add.append(
                Event("rated", rating.at, by, {"rating": rating, "helpful": rating.helpful})
            )

    def _changed(self, article: Article, version: Version) -> list[str]:
        before = article.versions[version.number - 2].words
        return sorted(name for name in before if before[name] != version.words[name])

    def _tell(
        self, to: Agent | None, kind: str, by: Agent | None, about: Any, text: str, at: datetime
    ) -> None:
        if to is not None and to is not by and at > self._ago(60):
            read = at < self._ago(6) or self.rng.random() < 0.3
            self.notices.append((to, kind, by, "", text, about, at, read))


def tickets_name(agent: Agent, language: str) -> str:
    return people.SIGNATURES[language].format(name=agent.name)
