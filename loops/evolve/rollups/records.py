"""The tickets behind a figure: the same conditions as the counting has, as a list.

`what` names what a figure counts; a topic, an article, an outcome or a person narrows it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, Q, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.models import Article, ArticleEvent, Flag, Suggestion, Version
from kcs.errors import BadValue, NotAllowed
from loops.evolve import access
from loops.evolve.gaps.queries import named, visible_articles
from loops.evolve.rollups import definitions, numbers
from loops.evolve.scope import Scope
from loops.models import Link, Opening, Outcome, Search, Topic
from people.models import User
from tickets.models import Ticket, TicketEvent
from tickets.queries import TicketQuerySet

Values = dict[str, dict[str, int]]
Condition = Callable[[Values], Any]


def _declared(*outcomes: str) -> Exists:
    current = Outcome.objects.filter(ticket=OuterRef("pk"), ended_at=None)
    return Exists(current.filter(outcome__in=outcomes))


def _links() -> Any:
    return Link.objects.filter(ticket=OuterRef("pk"))


def _linked(values: Values) -> Exists:
    links = _links()
    if not values["linked"]["references"]:
        links = links.filter(kind="resolution")
    return Exists(links)


def _reused(_values: Values) -> Exists:
    return Exists(
        _links().filter(
            kind="resolution", version__article__created_at__lt=OuterRef("created_at")
        )
    )


def _made(rows: Any) -> Exists:
    """Whether it comes from the ticket."""
    return Exists(
        rows.filter(origin_type="ticket", origin_id=OuterRef("number")).exclude(origin_id="")
    )


def _then(article: str, moment: str) -> Coalesce:
    """Who could read an article at a moment: as in the counting."""
    changes = ArticleEvent.objects.filter(article=OuterRef(article), verb="audience")
    before = changes.filter(at__lte=OuterRef(moment)).order_by("-at")
    after = changes.filter(at__gt=OuterRef(moment)).order_by("at")
    audience = "audience" if article == "pk" else f"{article}__audience"
    return Coalesce(
        Subquery(before.values(said=KeyTextTransform("to", "detail"))[:1]),
        Subquery(after.values(said=KeyTextTransform("from", "detail"))[:1]),
        Cast(F(audience), CharField()),
        output_field=CharField(),
    )


def _self_serviceable(_values: Values) -> Q:
    linked = (
        _links()
        .filter(kind="resolution")
        .annotate(then=_then("version__article", "ticket__created_at"))
        .exclude(then="internal")
    )
    answered = (
        Ticket.objects.filter(pk=OuterRef("pk"), topic_of__answered_by__isnull=False)
        .annotate(then=_then("topic_of__answered_by", "created_at"))
        .exclude(then="internal")
    )
    return Q(Exists(linked)) | Q(Exists(answered))


def _in_help(_values: Values) -> Exists:
    return Exists(_received())


def _received() -> Any:
    return TicketEvent.objects.filter(
        ticket=OuterRef("pk"), verb="received", detail__has_key="visit"
    )


def _used_first(_values: Values) -> Exists:
    events = _received().annotate(visit=KeyTextTransform("visit", "detail")).exclude(visit="")
    before = {"visit": OuterRef("visit"), "at__lte": OuterRef("at")}
    return Exists(
        events.filter(
            Exists(Search.objects.filter(**before)) | Exists(Opening.objects.filter(**before))
        )
    )


# Behind these reasons nothing could be known: as in the counting of repetitive work.
NOTHING = ("spam", "duplicate_ticket", "no_reply", "account_action")


def _of_topic(_values: Values) -> Q:
    """Solved by somebody who had to know something: what is repeated is counted of these."""
    declared = Outcome.objects.filter(ticket=OuterRef("pk"), ended_at=None)
    known = declared.exclude(outcome="imported").exclude(reason__in=NOTHING)
    return Q(Exists(known), topic_of__topic__isnull=False, solved_by__isnull=False)


def _unlinked(values: Values) -> Q:
    return _of_topic(values) & ~Q(topic_of__source="link")


def _not_the_first(scope: Scope) -> Q:
    """All but the ticket of each topic that each team solved first in the period."""
    solved = Ticket.objects.filter(
        _of_topic({}), scope.tickets(), solved_at__gte=scope.since, solved_at__lt=scope.until
    )
    each = ("team_id", "topic_of__topic_id")
    firsts = solved.order_by(*each, "solved_at", "pk").distinct(*each)
    return ~Q(pk__in=firsts.values("pk"))


def _novelty(name: str) -> Condition:
    return lambda values: Q(topic_of__novelty=name)


@dataclass(frozen=True)
class What:
    """What a figure counts: on which day of a ticket, and which of that day's tickets; `within`
    says what depends on the others of the period. `counted` ones stand in the rollups."""

    label: str | Promise
    moment: str
    condition: Condition = lambda values: Q()
    within: Callable[[Scope], Q] | None = None
    counted: bool = True


ARRIVED, SOLVED = "created_at", "solved_at"
WHAT: dict[str, What] = {
    "arrived": What(gettext_lazy("Tickets that arrived"), ARRIVED),
    "defect": What(gettext_lazy("Caused by a defect"), ARRIVED, lambda v: Q(is_defect=True)),
    "in_help": What(gettext_lazy("Written in the help centre"), ARRIVED, _in_help),
    "used_first": What(
        gettext_lazy("Written after searching or reading in the help centre"),
        ARRIVED,
        _used_first,
    ),
    "solved": What(gettext_lazy("Solved tickets"), SOLVED),
    "linked": What(gettext_lazy("Solved with a link"), SOLVED, _linked),
    "reused": What(
        gettext_lazy("Solved with an article that was there before"), SOLVED, _reused
    ),
    "created": What(
        gettext_lazy("An article was written"), SOLVED, lambda v: _made(Article.objects)
    ),
    "improved": What(
        gettext_lazy("An article was improved"),
        SOLVED,
        lambda v: _made(Version.objects.filter(number__gt=1)) | _made(Suggestion.objects),
    ),
    "flagged": What(
        gettext_lazy("An article was flagged"), SOLVED, lambda v: _made(Flag.objects)
    ),
    "no_knowledge": What(
        gettext_lazy("No knowledge here"), SOLVED, lambda v: _declared("no_knowledge")
    ),
    "reopened": What(gettext_lazy("Reopened"), SOLVED, lambda v: Q(reopened_count__gt=0)),
    "first_contact": What(
        gettext_lazy("Solved at first contact"),
        SOLVED,
        lambda v: Q(reopened_count=0, reply_count__lte=v["first_contact"]["replies"]),
    ),
    "csat_n": What(gettext_lazy("Rated"), SOLVED, lambda v: Q(csat__isnull=False)),
    "csat_good": What(
        gettext_lazy("Rated as satisfied"),
        SOLVED,
        lambda v: Q(csat__gte=v["satisfied"]["least"]),
    ),
    "known_found": What(gettext_lazy("Known and found"), SOLVED, _novelty("known_found")),
    "known_not_found": What(
        gettext_lazy("Known and not found"), SOLVED, _novelty("known_not_found")
    ),
    "known_not_captured": What(
        gettext_lazy("Known and not captured"), SOLVED, _novelty("known_not_captured")
    ),
    "new": What(gettext_lazy("New"), SOLVED, _novelty("new")),
    "no_event": What(gettext_lazy("Nothing to know"), SOLVED, _novelty("no_event")),
    "self_serviceable": What(
        gettext_lazy("Its answer was outside when it arrived"), SOLVED, _self_serviceable
    ),
    "of_topic": What(
        gettext_lazy("Solved, with a topic and something to know"),
        SOLVED,
        _of_topic,
        counted=False,
    ),
    "again": What(
        gettext_lazy("Solved before by the same team"),
        SOLVED,
        _of_topic,
        within=_not_the_first,
        counted=False,
    ),
    "unlinked": What(
        gettext_lazy("Solved without a link, with a topic and something to know"),
        SOLVED,
        _unlinked,
        counted=False,
    ),
}
# Imported history has its own, and stands in no other list of solved tickets.
WHAT["imported"] = What(gettext_lazy("Imported"), SOLVED, lambda v: _declared("imported"))
FIGURE = {"defect": "defects"}
NARROWING = ("topic", "article", "answer", "outcome", "person")


@dataclass
class Asked:
    """What a list is of, in words for its heading, and the rows."""

    what: str
    tickets: TicketQuerySet
    labels: list[str]
    narrowed: bool

    @property
    def label(self) -> str:
        return str(WHAT[self.what].label)

    @property
    def moment(self) -> str:
        return WHAT[self.what].moment

    @property
    def order(self) -> tuple[str, str]:
        return (f"-{self.moment}", "-id")

    def figure(self, scope: Scope) -> int | None:
        """How many, as the figures say; nothing where the list is narrower than any figure."""
        if self.narrowed:
            return None
        if not WHAT[self.what].counted:
            return self.tickets.count()
        totals = numbers.totals(scope)
        if self.what == "no_knowledge":
            return totals.outcomes.get("no_knowledge", 0)
        return int(getattr(totals, FIGURE.get(self.what, self.what)))


def asked(given: Mapping[str, Any], scope: Scope, user: User) -> Asked:
    """The tickets that an address asks for: only those that this person may see."""
    what = str(given.get("what") or "solved")
    if what not in WHAT:
        raise BadValue(_("There is no such figure."), field="what")
    chosen = WHAT[what]
    tickets = Ticket.objects.visible_to(user).filter(
        scope.tickets(),
        **{f"{chosen.moment}__gte": scope.since, f"{chosen.moment}__lt": scope.until},
    )
    if chosen.moment == SOLVED and what != "imported":
        tickets = tickets.exclude(_declared("imported"))
    tickets = tickets.filter(chosen.condition(definitions.active()))
    if chosen.within is not None:
        tickets = tickets.filter(chosen.within(scope))
    labels: list[str] = []
    for name in NARROWING:
        if text := str(given.get(name) or ""):
            condition, label = _NARROW[name](text, user)
            tickets = tickets.filter(condition)
            labels.append(label)
    return Asked(what, tickets, labels, bool(labels))


def _topic(text: str, user: User) -> tuple[Any, str]:
    topic = Topic.objects.filter(pk=text).first() if _is_key(text) else None
    if topic is None:
        raise BadValue(_("There is no such topic."), field="topic")
    return Q(topic_of__topic=topic), named(topic, visible_articles([topic], user))


def _article(text: str, user: User) -> tuple[Any, str]:
    article = Article.objects.visible_to(user).filter(number=text).first()
    if article is None:
        raise BadValue(_("There is no such article."), field="article")
    return Exists(_links().filter(article=article)), f"{article.number} {article.title}"


def _answer(text: str, user: User) -> tuple[Any, str]:
    """The article that the ticket was solved with: a resolution link, not a reference."""
    _any, label = _article(text, user)
    return Exists(_links().filter(article__number=text, kind="resolution")), label


def _outcome(text: str, user: User) -> tuple[Any, str]:
    if text not in Outcome.Kind.values:
        raise BadValue(_("There is no such outcome."), field="outcome")
    return _declared(text), str(Outcome.Kind(text).label)


def _person(text: str, user: User) -> tuple[Any, str]:
    person = User.objects.filter(pk=text).first() if _is_key(text) else None
    if person is None or person.pk not in access.people_for(user):
        raise NotAllowed(_("These figures are for the person, the coach and the manager."))
    return Q(solved_by=person), str(person)


_NARROW: dict[str, Callable[[str, User], tuple[Any, str]]] = {
    "topic": _topic,
    "article": _article,
    "answer": _answer,
    "outcome": _outcome,
    "person": _person,
}


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 16
