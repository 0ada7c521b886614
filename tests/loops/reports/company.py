"""A small company whose right figures were counted by hand: the reports of knowledge ask it.

Everything happens in March 2026. What has a hand answer stands beside the line that makes it.

    2  CAN writes A (d1/d1a, tag printer, origin crm OPP-4711)
    3  CON writes B (d2, tag receipt, origin crm OPP-4712)
    4  CON improves A                    the first half of the contributions ends here
    6  CAN flags A
    8  PUB improves A; then PUB2 owns it
    9  the contributions' period ends: CAN 1/0/1, CON 1/1/0, PUB 0/1/0
   11  CON2 solves with B       |  reviews: 3 links, 1 wrong; 5 tickets, 2 lost; a score of .75
   12  CON2 with B, CON with P  |
   13  CON2 with B, with P (and refers to A); CON2 has 4 of 4, CON 1 of 1
   14  CON with B: his own
   15  CON2 solves two without a link: 4 of 6
   16  CON with P, and one without: 3 of 4        in all 7 of 10
   18  reviews: 2 links, both right; 5 tickets, none lost; a score of 1
   In d1/d1b W2 is work in progress since the 10th, W1 since the 17th, N1 not validated since
   the 19th; the clock stands at noon of the 20th.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import time_machine
from django.db import connection

from articles import actions
from articles.models import Article, ArticleEvent, Flag
from loops.models import Link, Outcome, Sample, Search
from loops.solve import actions as solving
from people import actions as people_actions
from people.models import Team, User
from tests import make
from tests.loops.reports.protocol import show_all
from tickets.models import Ticket

# What the database dates by itself, whatever clock the tests travel by.
DATED = (ArticleEvent, Flag, Link, Outcome)


def march(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


NOW = march(20)


@contextmanager
def on(day: int) -> Iterator[None]:
    """What is done inside was done on this day at noon."""
    last = {model: model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
            for model in DATED}  # fmt: skip
    with time_machine.travel(march(day), tick=False):
        yield
    with connection.cursor() as cursor:
        cursor.execute("set local kcs.erasing = 'on'")
        for model in DATED:
            model.objects.filter(pk__gt=last[model]).update(at=march(day))
        cursor.execute("set local kcs.erasing = 'off'")


class Company:
    """The actors and things of the acceptance, by their handles."""

    def __init__(self) -> None:
        show_all()
        make.gate("off")
        self.MGR, self.MGR2 = make.contributor(name="Mgr"), make.contributor(name="Mgr Two")
        self.COACH, self.COACH2 = make.coach(name="Coach"), make.coach(name="Coach Two")
        self.T1 = make.team("T1", manager=self.MGR)
        self.T2 = make.team("T2", manager=self.MGR2)
        own: dict[str, Any] = {"team": self.T1, "coach": self.COACH}
        other: dict[str, Any] = {"team": self.T2, "coach": self.COACH2}
        self.CAN = make.candidate(name="Can", **own)
        self.CON = make.contributor(name="Con", **own)
        self.CON2 = make.contributor(name="Con Two", **other)
        self.PUB, self.PUB2 = make.publisher(name="Pub", **other), make.publisher(**other)
        self.KDE, self.ADM = make.publisher(name="Kde"), make.administrator(name="Adm")
        self.ANY = make.contributor(name="Nobody special")
        d1, self.d2 = make.domain("d1"), make.domain("d2")
        self.d1a, self.d1b = make.domain("d1a", d1), make.domain("d1b", d1)
        people_actions.appoint(d1, experts=[self.KDE], by=self.ADM)
        self._articles()
        self._tickets()
        self._reviews()
        self._states()

    def _articles(self) -> None:
        with on(1):
            self.P = make.public_article(by=self.PUB2, domain=self.d1a, title="Pay a bill")
        with on(2):
            self.A = make.article(
                by=self.CAN, domain=self.d1a, tags=["printer"], title="=1+1 printed",
                origin=("crm", "OPP-4711"), origin_url="https://crm.example/OPP-4711",
            )  # fmt: skip
        with on(3):
            self.B = make.article(
                by=self.CON, domain=self.d2, tags=["receipt"], title="Receipts are empty",
                origin=("crm", "OPP-4712"),
            )  # fmt: skip
        with on(4):
            actions.improve(self.A, by=self.CON, changes={"cause": "The firmware is old."})
        with on(6):
            actions.flag(self.A, by=self.CAN, kind="incorrect", note="Step 2 is wrong")
        with on(8):
            actions.improve(self.A, by=self.PUB, changes={"cause": "The cable is loose."})
            actions.describe(self.A, by=self.PUB, owner=self.PUB2)

    def solved(
        self, day: int, by: User, *links: Article, domain: Any, team: Team | None = None
    ) -> Ticket:
        """Solved on this day with these articles; the first of them resolved it."""
        with on(day):
            ticket = make.ticket(domain=domain)
            for place, article in enumerate(links):
                kind = "reference" if place else "resolution"
                solving.link(ticket, article, by=by, kind=kind)
            solving.solve(ticket, by=by)
        if ticket.team_id != (team and team.pk):
            Ticket.objects.filter(pk=ticket.pk).update(team=team)
        return ticket

    def _tickets(self) -> None:
        con: dict[str, Any] = {"domain": self.d1a, "team": self.T1}
        con2: dict[str, Any] = {"domain": self.d2}  # in nobody's queue: its solver's team's
        self.tickets = [
            self.solved(11, self.CON2, self.B, **con2),
            self.solved(12, self.CON2, self.B, **con2),
            self.solved(13, self.CON2, self.B, **con2),
            self.solved(13, self.CON2, self.P, self.A, **con2),
            self.solved(15, self.CON2, **con2),
            self.solved(15, self.CON2, **con2),
            self.solved(12, self.CON, self.P, **con),
            self.solved(14, self.CON, self.B, **con),
            self.solved(16, self.CON, self.P, **con),
            self.solved(16, self.CON, **con),
        ]
        # Nobody linked it, but its last search found B first: that is its topic.
        told = [{"article": self.B.pk, "number": self.B.number, "score": 1}]
        Search.objects.create(ticket=self.tickets[-1], kind="asked", results=told, count=1)
        self.imported = self.solved(14, self.CON, **con)
        with connection.cursor() as cursor:
            cursor.execute("set local kcs.importing = 'on'")
        Outcome.objects.create(ticket=self.imported, outcome="imported", at=march(14))
        with connection.cursor() as cursor:
            cursor.execute("set local kcs.importing = ''")

    def _reviews(self) -> None:
        number = self.B.number
        right = {
            "article": number,
            **dict.fromkeys(("relevant", "specific", "actionable"), "yes"),
        }
        wrong = {**right, "specific": "no"}
        links = [[right], [right], [wrong], [], [], [right], [right], [], [], []]
        for place, (ticket, judged) in enumerate(zip(self.tickets, links, strict=True)):
            lost = {"should_create": "yes"} if place in (3, 4) else {}
            Sample.objects.create(
                kind="process", person=self.CON, coach=self.COACH, ticket=ticket, state="done",
                answers={**lost, "links": judged}, passed=True, score=1.0,
                reviewed_by=self.COACH, reviewed_at=march(11 if place < 5 else 18),
            )  # fmt: skip
        for version, score, day in ((1, 0.75, 11), (2, 1.0, 18)):
            Sample.objects.create(
                kind="content", person=self.CAN, coach=self.COACH, article=self.A,
                version=self.A.versions.get(number=version), state="done", score=score,
                answers={"findable": "yes" if score == 1 else "no"}, passed=True,
                reviewed_by=self.COACH, reviewed_at=march(day), note="The title says it",
            )  # fmt: skip

    def _states(self) -> None:
        wip: dict[str, Any] = {"by": self.PUB2, "domain": self.d1b, "confidence": "wip"}
        with on(10):
            self.W2 = make.article(**wip)
        with on(12):
            self.N1 = make.article(**wip)
        with on(17):
            self.W1 = make.article(**wip)
        with on(19):
            actions.restate(self.N1, by=self.PUB2, confidence="not_validated")
