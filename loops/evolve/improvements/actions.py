"""Verbs of improvements: propose, change, accept, decline, answer, ship, reopen.

Each locks the row, looks at who asks and in which state it is, changes it, writes its event and
tells those whom it concerns. Jobs call the same verbs, without a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.models import Article
from kcs.errors import BadValue, NotAllowed, Refused
from loops.credit.lineage import of_articles
from loops.evolve.gaps.queries import is_hidden, visible_articles
from loops.evolve.improvements import evidence, rights
from loops.models import Gap, Improvement, ImprovementEvent, Topic
from people.actions import tell
from people.models import Domain, Notification, User
from tickets.actions import clean
from tickets.models import Ticket

TITLE, TEXT, ANSWER, TRACKER_ID, TRACKER_URL = 300, 20_000, 2000, 60, 500
Kind, State, Verb = Improvement.Kind, Improvement.State, ImprovementEvent.Verb
OPEN = (State.PROPOSED, State.ACCEPTED)


def line(text: str, *, field: str, limit: int) -> str:
    return " ".join(clean(text, field=field, limit=limit).split())


def record(improvement: Improvement, verb: str, *, by: User | None, **detail: Any) -> None:
    ImprovementEvent.objects.create(improvement=improvement, verb=verb, by=by, detail=detail)


def address(improvement: Improvement, person: User | None = None) -> str:
    """Where this person reads it: who has no place at the desk reads it on the product's page."""
    if person is not None and not person.is_agent:
        return reverse("product:improvement", args=[improvement.pk])
    return reverse("insights:improvement", args=[improvement.pk])


# Propose ----------------------------------------------------------------------------------------


@transaction.atomic
def propose(
    *,
    by: User,
    kind: str,
    title: str,
    text: str = "",
    article: Article | None = None,
    topic: Topic | None = None,
    gap: Gap | None = None,
    ticket: Ticket | None = None,
    domain: Domain | None = None,
) -> Improvement:
    """Propose by hand: any agent may. What it hangs on is the evidence that it begins with."""
    if not by.is_agent:
        raise NotAllowed(_("Only agents propose improvements."))
    if kind not in Kind.values:
        raise BadValue(_("There is no such kind of improvement."), field="kind")
    _sees(by, article=article, ticket=ticket)
    for about in (topic, gap):
        if about is not None and is_hidden(about, visible_articles([about], by)):
            raise NotAllowed(_("You may not see this article."))
    title = line(title, field="title", limit=TITLE)
    if not title:
        raise BadValue(_("Say in one line what should be done."), field="title")
    if gap is not None:
        topic, article = topic or gap.topic, article or gap.article
    sources = [one.domain for one in (gap, topic, article, ticket) if one is not None]
    made = Improvement(
        kind=kind,
        title=title,
        text=clean(text, field="text", limit=TEXT).strip(),
        article=article,
        topic=topic,
        gap=gap,
        domain=domain or next((one for one in sources if one is not None), None),
        by=by,
        at=timezone.now(),
    )
    evidence.fill(made, ticket=ticket)
    made.save()
    record(made, Verb.PROPOSED, by=by, kind=kind)
    if kind == Kind.PRODUCT:
        _tell(made, _product_people(), by=by, subject=_("Proposed for the product: %(title)s"))
    return made


def _sees(by: User, *, article: Article | None, ticket: Ticket | None) -> None:
    if article is not None and not Article.objects.visible_to(by).filter(pk=article.pk):
        raise NotAllowed(_("You may not see this article."))
    if ticket is not None and not Ticket.objects.visible_to(by).filter(pk=ticket.pk):
        raise NotAllowed(_("You may not see this ticket."))


def _product_people() -> list[User]:
    return list(User.objects.filter(is_product=True, is_active=True).order_by("pk"))


# Decide -----------------------------------------------------------------------------------------


def hold(improvement: Improvement) -> Improvement:
    """The row as it is now, held until the transaction ends."""
    rows = Improvement.objects.select_for_update(no_key=True, of=("self",))
    improvement.refresh_from_db(from_queryset=rows)
    return improvement


@transaction.atomic
def change(improvement: Improvement, *, by: User, changes: dict[str, Any]) -> Improvement:
    """Owner, the tracker's number and address, the date; title and words while it is open."""
    hold(improvement)
    rights.require(rights.may_change(by, improvement), improvement)
    wanted = _checked(improvement, changes)
    moved = {
        name: {"from": _plain(getattr(improvement, name)), "to": _plain(value)}
        for name, value in wanted.items()
        if getattr(improvement, name) != value
    }
    if not moved:
        return improvement
    if {"title", "text"} & set(moved) and improvement.state not in OPEN:
        raise Refused(_("It is decided. Reopen it before you change its words."))
    for name in moved:
        setattr(improvement, name, wanted[name])
    improvement.save(update_fields=list(moved))
    # Words are kept where they stand; the history says that they changed.
    told = {name: pair if name not in ("title", "text") else {} for name, pair in moved.items()}
    record(improvement, Verb.CHANGED, by=by, **told)
    if "owner" in moved:
        _tell(improvement, [improvement.owner], by=by, subject=_("It is yours: %(title)s"))
    return improvement


def _checked(improvement: Improvement, changes: dict[str, Any]) -> dict[str, Any]:
    """The values as they are kept. What is not named stays."""
    wanted: dict[str, Any] = {}
    for name, value in changes.items():
        if name == "owner":
            wanted[name] = _checked_owner(improvement, value)
        elif name == "due_on":
            wanted[name] = _checked_date(value)
        elif name == "tracker_id":
            wanted[name] = line(value, field=name, limit=TRACKER_ID)
        elif name == "tracker_url":
            wanted[name] = line(value, field=name, limit=TRACKER_URL)
            if value and not wanted[name].lower().startswith(("https://", "http://")):
                raise BadValue(_("An address begins with https://."), field=name)
        elif name == "title":
            wanted[name] = line(value, field=name, limit=TITLE)
            if not wanted[name]:
                raise BadValue(_("Say in one line what should be done."), field=name)
        elif name == "text":
            wanted[name] = clean(value, field=name, limit=TEXT).strip()
        else:
            raise BadValue(_("This cannot be changed."), field=name)
    return wanted


def _checked_owner(improvement: Improvement, person: User | None) -> User | None:
    if person is None:
        return None
    if not User.objects.filter(rights.owners(improvement), pk=person.pk).exists():
        raise BadValue(_("%(person)s cannot own this.") % {"person": person}, field="owner")
    return person


def _checked_date(value: date | None) -> date | None:
    if value is not None and not 2000 <= value.year <= 2200:
        raise BadValue(_("This is no date."), field="due_on")
    return value


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, int, type(None))) else str(value)


@transaction.atomic
def accept(
    improvement: Improvement,
    *,
    by: User,
    owner: User | None = None,
    tracker_id: str = "",
    tracker_url: str = "",
    due_on: date | None = None,
) -> Improvement:
    """It will be done: by this owner, else by whoever says so."""
    hold(improvement)
    rights.require(rights.may_decide(by, improvement), improvement)
    if improvement.state != State.PROPOSED:
        raise Refused(_decided(improvement))
    named = {"tracker_id": tracker_id, "tracker_url": tracker_url, "due_on": due_on}
    wanted = _checked(improvement, {name: value for name, value in named.items() if value})
    wanted["owner"] = _checked_owner(improvement, owner or improvement.owner or by)
    for name, value in wanted.items():
        setattr(improvement, name, value)
    _decide(improvement, State.ACCEPTED, by=by, fields=list(wanted))
    record(improvement, Verb.ACCEPTED, by=by, owner=wanted["owner"].pk)
    _tell(improvement, [improvement.by], by=by, subject=_("Accepted: %(title)s"))
    _tell(improvement, [improvement.owner], by=by, subject=_("It is yours: %(title)s"))
    return improvement


@transaction.atomic
def decline(improvement: Improvement, *, by: User, answer: str) -> Improvement:
    """It will not be done, and why: whoever meets it again reads the answer."""
    hold(improvement)
    rights.require(rights.may_decide(by, improvement), improvement)
    if improvement.state not in OPEN:
        raise Refused(_decided(improvement))
    _say(improvement, answer, by=by)
    _decide(improvement, State.DECLINED, by=by, fields=ANSWERED)
    record(improvement, Verb.DECLINED, by=by, answer=improvement.answer)
    _tell(
        improvement,
        [improvement.by, improvement.owner],
        by=by,
        subject=_("Declined: %(title)s"),
        text=improvement.answer,
    )
    return improvement


ANSWERED = ["answer", "answered_by", "answered_at"]


def _say(improvement: Improvement, answer: str, *, by: User) -> None:
    said = clean(answer, field="answer", limit=ANSWER).strip()
    if not said:
        raise BadValue(_("Write the answer: agents read it."), field="answer")
    improvement.answer, improvement.answered_by = said, by
    improvement.answered_at = timezone.now()


def _decide(improvement: Improvement, state: str, *, by: User, fields: list[str]) -> None:
    improvement.state, improvement.decided_by = state, by
    improvement.decided_at = timezone.now()
    improvement.save(update_fields=["state", "decided_by", "decided_at", *fields])


def _decided(improvement: Improvement) -> str:
    return _("This is %(state)s already.") % {"state": improvement.get_state_display().lower()}


@transaction.atomic
def answer(improvement: Improvement, *, by: User, text: str) -> Improvement:
    """What agents may tell requesters meanwhile, and what becomes of it; in any state."""
    hold(improvement)
    rights.require(rights.may_answer(by, improvement), improvement)
    _say(improvement, text, by=by)
    improvement.save(update_fields=ANSWERED)
    record(improvement, Verb.ANSWERED, by=by, answer=improvement.answer)
    _tell(
        improvement,
        [improvement.by, improvement.owner],
        by=by,
        subject=_("Answered: %(title)s"),
        text=improvement.answer,
    )
    return improvement


# Ship -------------------------------------------------------------------------------------------


@transaction.atomic
def ship(improvement: Improvement, *, by: User, at: datetime | None = None) -> Improvement:
    """It is done, since then; from that day on its effect is measured."""
    hold(improvement)
    rights.require(rights.may_answer(by, improvement), improvement)
    if improvement.state not in OPEN:
        raise Refused(_decided(improvement))
    at = at or timezone.now()
    if at > timezone.now():
        raise BadValue(_("It has not happened yet."), field="at")
    shipped(improvement, by=by, at=at)
    return improvement


def shipped(improvement: Improvement, *, by: User | None, at: datetime) -> None:
    """The held row becomes shipped: said by a person, or seen by the nightly job. Those whose
    articles exposed it have part in it, and are told."""
    improvement.state = State.SHIPPED
    improvement.shipped_by, improvement.shipped_at = by, at
    improvement.effect, improvement.measured_at = {}, None
    improvement.save(
        update_fields=["state", "shipped_by", "shipped_at", "effect", "measured_at"]
    )
    credited = exposed_by(improvement)
    record(
        improvement,
        Verb.SHIPPED,
        by=by,
        at=at.isoformat(),
        credited=[person.pk for person in credited],
    )
    told = [improvement.by, improvement.owner]
    _tell(improvement, told, by=by, subject=_("Shipped: %(title)s"))
    known = {person.pk for person in told if person is not None}
    _tell(
        improvement,
        [one for one in credited if one.shows_credit and one.pk not in known],
        by=by,
        subject=_("Your knowledge led to it: %(title)s"),
        text=_("Shipped. What you wrote or mended made visible how often it was asked."),
    )


def exposed_by(improvement: Improvement) -> list[User]:
    """Who wrote, mended or translated the articles that its tickets were solved with."""
    numbers = improvement.evidence.get("articles", [])
    articles = set(Article.objects.filter(number__in=numbers).values_list("pk", flat=True))
    if improvement.article_id:
        articles.add(improvement.article_id)
    people = {person for did in of_articles(articles).values() for person in did}
    return list(User.objects.agents().filter(pk__in=people).order_by("name", "pk"))


@transaction.atomic
def reopen(improvement: Improvement, *, by: User, reason: str = "") -> Improvement:
    """It was declined or shipped, and is wanted again. The answer stays until a new one comes."""
    hold(improvement)
    rights.require(rights.may_decide(by, improvement), improvement)
    if improvement.state in OPEN:
        raise Refused(_("It is open."))
    was = improvement.state
    improvement.state = State.ACCEPTED if was == State.SHIPPED else State.PROPOSED
    improvement.shipped_by = improvement.shipped_at = improvement.measured_at = None
    improvement.effect = {}
    improvement.save(
        update_fields=["state", "shipped_by", "shipped_at", "measured_at", "effect"]
    )
    reason = line(reason, field="reason", limit=300)
    record(improvement, Verb.REOPENED, by=by, was=was, reason=reason)
    _tell(
        improvement,
        [improvement.by, improvement.owner],
        by=by,
        subject=_("Reopened: %(title)s"),
        text=reason,
    )
    return improvement


def _tell(
    improvement: Improvement,
    people: Iterable[User | None],
    *,
    by: User | None,
    subject: str,
    text: str = "",
) -> None:
    """Each where they read it, and nobody twice."""
    unique = {person.pk: person for person in people if person is not None}
    for inside in (True, False):
        group = [person for person in unique.values() if person.is_agent == inside]
        if not group:
            continue
        tell(
            group,
            by=by,
            kind=Notification.Kind.IMPROVEMENT,
            subject=subject % {"title": improvement.title},
            text=text,
            url=address(improvement, group[0]),
        )
