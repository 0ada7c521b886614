"""Twelve weeks of coaching: what Miriam and Ruth looked at, what they saw, what they agreed on.

Written as rows, for what was reviewed weeks ago cannot be reviewed now; what is due today and
what was proposed lately is done by the verbs.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from articles.models import Criterion, Standard, Version
from loops.coaching import goals, packets, reviewing, sampling
from loops.models import CoachNote, Link, Proposal, Sample, SampleEvent
from people.models import Team, User

WEEKS = 11
# Whose work was looked at: reviews of each kind a week, and the chance that something is good
# at the start and at the end.
STORY = {
    "contributor@demo.test": (3, 2, 0.86, 0.97),
    "candidate@demo.test": (1, 1, 0.62, 0.88),
    "ted.varga@demo.test": (1, 1, 0.66, 0.7),
    "fatima.zahra@demo.test": (1, 1, 0.9, 0.95),
    "emeka.nwosu@demo.test": (2, 1, 0.5, 0.8),
    "olga.kim@demo.test": (1, 1, 0.85, 0.95),
    "bruno.castell@demo.test": (1, 0, 0.7, 0.8),
}
REMARKS = (
    "Good search: the second words found it.",
    "The article said it for the old app; a line about 6.2 would have helped the next one.",
    "Right article, and the requester got the steps and not the whole page.",
    "The title is ours and not the requester's. Try what they typed.",
    "Nothing to add. I would have solved it the same way.",
    "Two issues in one article: it is found for neither.",
)
NOTES = (
    ("contributor@demo.test", 20, True,
     "We looked at three links together. Samuel asks himself now whether the article would "
     "help without him beside it. Next time: the environment line."),
    ("contributor@demo.test", 6, True,
     "Ready for more responsibility. Agreed that I propose Publisher, and that he takes the "
     "printer articles under his wing."),
    ("candidate@demo.test", 9, True,
     "Lena writes the way customers speak. Searching before writing is still a habit to build."),
    ("ted.varga@demo.test", 12, False,
     "Fast, and proud of it. Speaks badly of the old search. Show him KB hits on his own "
     "tickets before talking about capture loss again."),
    ("emeka.nwosu@demo.test", 4, True,
     "Third week. Two of the last four tickets had an article that he did not find: we searched "
     "them again together, with the requester's words."),
)  # fmt: skip


def add(now: datetime) -> None:
    people = {
        one.email: one
        for one in User.objects.select_related("coach").filter(
            Q(email__in=STORY) | Q(email="manager@demo.test")
        )
    }
    standard = Standard.objects.get(is_current=True)
    for email in STORY:
        _reviewed(people[email], standard, now)
    for email, days, shared, text in NOTES:
        person = people[email]
        CoachNote.objects.create(
            coach=person.coach, person=person, text=text, shared=shared,
            at=now - timedelta(days=days, hours=3),
        )  # fmt: skip
    sampling.draw_due(now=now)
    _agreed(people, now)


def _reviewed(person: User, standard: Standard, now: datetime) -> None:
    """A person's reviews, week by week, of what they had done in the weeks before each."""
    coach = person.coach
    assert coach is not None
    rng = random.Random(f"coaching {person.email}")
    since = now - timedelta(weeks=WEEKS + 4)
    pools = {
        Sample.Kind.PROCESS: sampling.tickets_of(person, by=coach, since=since),
        Sample.Kind.CONTENT: sampling.versions_of(person, by=coach, since=since),
    }
    articles = dict(Version.objects.filter(by=person).values_list("pk", "article"))
    criteria = list(standard.criteria.all())
    process, content, first, last = STORY[person.email]
    made: list[Sample] = []
    for week in range(WEEKS, 0, -1):
        drawn_at = now - timedelta(weeks=week, days=now.weekday(), hours=5)
        good = last + (first - last) * week / WEEKS
        for kind, count in ((Sample.Kind.PROCESS, process), (Sample.Kind.CONTENT, content)):
            pool = [one for one in pools[kind] if one.at < drawn_at]
            for one in sampling.choose(pool, count, rng) if count else []:
                pools[kind].remove(one)
                sample = Sample(
                    kind=kind, person=person, coach=coach, stratum=one.stratum,
                    drawn_at=drawn_at, state="done", reviewed_by=coach,
                    reviewed_at=drawn_at + timedelta(days=1 + one.pk % 3, hours=one.pk % 5),
                    note=rng.choice(REMARKS) if rng.random() < 0.7 else "",
                )  # fmt: skip
                if kind == Sample.Kind.PROCESS:
                    sample.ticket_id = one.pk
                else:
                    sample.version_id, sample.article_id = one.pk, articles[one.pk]
                    sample.standard = standard
                    _judge_content(sample, criteria, good, rng)
                made.append(sample)
    _judge_process([one for one in made if one.ticket_id], rng, first, last, now)
    Sample.objects.bulk_create(made)
    SampleEvent.objects.bulk_create(
        event
        for one in made
        for event in (
            SampleEvent(sample=one, verb="drawn", at=one.drawn_at,
                        detail={"stratum": one.stratum}),
            SampleEvent(sample=one, verb="reviewed", by=coach, at=one.reviewed_at or now,
                        detail={"answers": one.answers, "score": one.score,
                                "note": one.note}),
        )
    )  # fmt: skip


def _judge_content(
    sample: Sample, criteria: list[Criterion], good: float, rng: random.Random
) -> None:
    said = {one.key: "yes" if rng.random() < good else "no" for one in criteria}
    passed = sum(one.weight for one in criteria if said[one.key] == "yes")
    sample.answers = said
    sample.score = passed / sum(one.weight for one in criteria)
    sample.passed = sample.score >= reviewing.PASS_MARK


def _judge_process(
    samples: list[Sample], rng: random.Random, first: float, last: float, now: datetime
) -> None:
    links: dict[int, list[Any]] = {}
    rows = Link.objects.filter(ticket__in=[one.ticket_id for one in samples])
    for ticket, number, version in rows.order_by("pk").values_list(
        "ticket", "article__number", "delivered__number"
    ):
        links.setdefault(ticket, []).append((number, version))
    for one in samples:
        assert one.ticket_id is not None
        weeks = (now - one.drawn_at).days / 7
        good = last + (first - last) * min(1.0, weeks / WEEKS)
        judged = [
            {"article": number, "version": version, "relevant": "yes",
             "specific": "yes" if rng.random() < good else "no", "actionable": "yes"}
            for number, version in links.get(one.ticket_id, [])
        ]  # fmt: skip
        right = all(link["specific"] == "yes" for link in judged)
        silent = one.stratum.startswith("no_knowledge")
        said: dict[str, Any] = {
            "links": judged,
            "searched": "yes" if rng.random() < (good + 1) / 2 else "no",
            "existed": "yes" if judged else "no",
            "linked_right": ("yes" if right else "no") if judged else "na",
            "should_improve": "yes" if judged and rng.random() > (good + 1) / 2 else "no",
            "should_create": "yes" if not judged and silent and rng.random() > good else "no",
        }
        checks = [
            said[key] == best
            for key, (_asks, best) in reviewing.ASKS.items()
            if best and said[key] != "na"
        ]
        one.answers, one.score, one.passed = said, sum(checks) / len(checks), all(checks)


def _agreed(people: dict[str, User], now: datetime) -> None:
    """A proposal that waits for its decision, and goals on quality."""
    samuel, lena = people["contributor@demo.test"], people["candidate@demo.test"]
    assert samuel.coach is not None
    assert lena.coach is not None
    made = packets.propose(
        samuel,
        competency="publisher",
        reason="Eleven weeks of reviews, and colleagues solve with what he wrote. He asks before "
        "he publishes.",
        by=samuel.coach,
    )
    Proposal.objects.filter(pk=made.pk).update(at=now - timedelta(days=2))
    day = now.date() + timedelta(days=60)
    goals.set_goal(by=lena.coach, person=lena, measure="link_accuracy", target=0.9, due_on=day)
    goals.set_goal(
        by=samuel.coach, person=samuel, measure="content_standard", target=0.9, due_on=day
    )
    till = Team.objects.get(name="Till desk")
    goals.set_goal(
        by=people["manager@demo.test"],
        team=till,
        measure="capture_loss",
        target=0.1,
        due_on=day,
    )
