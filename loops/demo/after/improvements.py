"""What Tilia improves: found at night from its tickets, decided by people, some of it shipped.

Tonight's job proposes and measures. What was decided weeks ago is written as rows, with events
of that day, because a history cannot be dated back afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from articles.models import Article
from loops.demo.truths import DEFECT_TOPIC, SYSTEM
from loops.evolve.improvements import actions, evidence, jobs
from loops.models import Improvement, ImprovementEvent
from people.models import SiteSettings, User

PRODUCT, NAME = "product@demo.test", "Ayla Demir"
EXPERT, AGENT = "expert@demo.test", "contributor@demo.test"
FAULT = (
    "Known as TILL-8814: each part of a split bill rounds its discount down. It is mended in "
    "Till 6.5. Until then give the discount as an amount of money before you split. Please do "
    "not promise a date."
)


@dataclass(frozen=True)
class Past:
    """Something that was proposed and decided so many weeks ago."""

    kind: str
    article: str
    title: str
    text: str
    answer: str
    tracker: str = ""
    proposed: int = 12
    decided: int = 11
    shipped: int = 0


PAST = (
    Past(
        "product",
        "kds-no-new-orders",
        "The kitchen display finds its till again by itself",
        "When the router is changed the display keeps the till's old address, and the kitchen "
        "stands still until we talk somebody through the pairing.",
        "Since Till 6.3 the display looks for its till every minute. What is left are displays "
        "in another network: pair those anew.",
        tracker="TILL-8302",
        proposed=25,
        decided=24,
        shipped=20,
    ),
    Past(
        "product",
        "terminal-p4107-no-connection",
        "Terminals lose the connection too soon",
        "P-4107 comes after one lost packet; the same network is good enough for everything else.",
        "Firmware 6.3.3 tries for twenty seconds before it says P-4107.",
        tracker="PAY-1207",
        proposed=14,
        decided=13,
        shipped=8,
    ),
    Past(
        "product",
        "split-a-bill",
        "Split one course among several guests on the small terminal",
        "Asked for by bars that have no till at the counter.",
        "The small terminal shows four lines, and sharing one course needs nine. It stays on the "
        "till: tell guests that it can be done there.",
        proposed=9,
        decided=8,
    ),
)


def add(now: datetime) -> None:
    # So that costs are money.
    SiteSettings.objects.filter(cost_per_hour=0).update(cost_per_hour=46, currency="EUR")
    product = User.objects.create(
        email=PRODUCT,
        name=NAME,
        password=User.objects.get(email=EXPERT).password,  # everybody's; hashing is slow
        is_product=True,
        joined_at=now - timedelta(days=400),
    )
    proposers = {user.email: user for user in User.objects.filter(email__in=[EXPERT, AGENT])}
    for place, past in enumerate(PAST):
        by = proposers.get((EXPERT, AGENT)[place % 2], product)
        _happened(past, by=by, product=product, now=now)
    jobs.run()
    _answer_fault(product, now)


def _answer_fault(product: User, now: datetime) -> None:
    """The planted fault, which the night has just found."""
    found = Improvement.objects.filter(
        kind=Improvement.Kind.PRODUCT,
        article__external_system=SYSTEM,
        article__external_id=DEFECT_TOPIC,
        state=Improvement.State.PROPOSED,
    ).first()
    if found is None:
        return
    actions.accept(
        found,
        by=product,
        tracker_id="TILL-8814",
        tracker_url="https://tracker.tilia.example/TILL-8814",
        due_on=(now + timedelta(days=40)).date(),
    )
    actions.answer(found, by=product, text=FAULT)


def _happened(past: Past, *, by: User, product: User, now: datetime) -> None:
    about = Article.objects.filter(external_system=SYSTEM, external_id=past.article)
    article = about.select_related("domain").first()
    if article is None:
        return
    at, decided = now - timedelta(weeks=past.proposed), now - timedelta(weeks=past.decided)
    shipped = now - timedelta(weeks=past.shipped) if past.shipped else None
    state = Improvement.State.SHIPPED if shipped else Improvement.State.DECLINED
    made = Improvement(
        kind=past.kind, state=state, title=past.title, text=past.text, article=article,
        domain=article.domain, by=by, at=at, owner=product if shipped else None,
        tracker_id=past.tracker, answer=past.answer, answered_by=product,
        answered_at=shipped or decided, decided_by=product, decided_at=decided,
        shipped_by=product if shipped else None, shipped_at=shipped,
    )  # fmt: skip
    evidence.fill(made, now=at)
    made.save()
    Verb = ImprovementEvent.Verb
    credited = [person.pk for person in actions.exposed_by(made)]
    steps = [
        (Verb.PROPOSED, by, at, {"kind": past.kind}),
        (Verb.ACCEPTED if shipped else Verb.DECLINED, product, decided, {}),
        *([(Verb.SHIPPED, product, shipped, {"credited": credited})] if shipped else []),
        *([(Verb.ANSWERED, product, shipped, {"answer": past.answer})] if shipped else []),
    ]
    ImprovementEvent.objects.bulk_create(
        [
            ImprovementEvent(improvement=made, verb=verb, by=person, at=when, detail=detail)
            for verb, person, when, detail in steps
        ]
    )
