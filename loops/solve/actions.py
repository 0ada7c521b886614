"""Verbs of the workspace. Each locks the ticket, changes what it says, and writes the events
of both sides in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Case, Count, F, Max, Q, When
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from articles import actions as article_actions
from articles import rules
from articles.models import (
    Article,
    ArticleEvent,
    Flag,
    Suggestion,
    Translation,
    Version,
)
from articles.search import index
from articles.search import query as engine
from kcs.errors import BadValue, NotAllowed, Refused
from loops.models import Delivery, Link, Opening, Outcome, Search
from loops.solve import gate
from people.models import SiteSettings, User
from tickets import actions as ticket_actions
from tickets.actions import Unwritten
from tickets.models import Message, Ticket, TicketEvent

Verb = TicketEvent.Verb
State = Ticket.State
# Demand: how many of the last tickets resolved with an article lend it their words.
DEMAND_TICKETS = 10
# Typing is one search, not one for each letter; reopening a ticket soon is not a new one.
SAME_SEARCH = timedelta(seconds=10)
SAME_SUGGESTION = timedelta(minutes=30)


def ticket_text(ticket: Ticket) -> str:
    """What the requester said, all of it: the words that search starts from."""
    said = [
        message.body
        for message in ticket.messages.all()
        if not message.internal and message.by_id is None
    ]
    return "\n".join([ticket.subject, ticket.description, *said])


def context_words(ticket: Ticket) -> str:
    """The environment facets as words."""
    return " ".join(str(value) for value in ticket.environment.values() if value)


def origin_of(ticket: Ticket) -> tuple[str, str]:
    return ("ticket", ticket.number)


# -- search ------------------------------------------------------------------------------


def look(
    ticket: Ticket,
    *,
    by: User,
    q: str = "",
    drop: Sequence[str] = (),
    add: Sequence[str] = (),
    filters: dict[str, Any] | None = None,
    limit: int = 10,
) -> engine.Results:
    """The ranked articles for a ticket, or for words typed beside it."""
    return engine.search(
        q or ticket_text(ticket),
        user=by,
        language=None if q else ticket.language,
        filters=filters,
        limit=limit,
        drop=drop,
        add=add,
        context=None if q else context_words(ticket),
    )


def suggest(
    ticket: Ticket,
    *,
    by: User,
    q: str = "",
    drop: Sequence[str] = (),
    add: Sequence[str] = (),
    filters: dict[str, Any] | None = None,
    limit: int = 10,
) -> tuple[engine.Results, Search]:
    """`look`, recorded as a search on the ticket. The ticket's own text stays untouched.

    Without words it is the suggestion that comes by itself; with words, a refinement.
    """
    ticket_actions.require_agent(by)
    q = q.strip()
    results = look(ticket, by=by, q=q, drop=drop, add=add, filters=filters, limit=limit)
    typed = bool(q or drop or add or filters)
    search = remember(
        results,
        by=by,
        ticket=ticket,
        query=q or " ".join([*add, *(f"-{word}" for word in drop)]),
        kind=Search.Kind.ASKED if typed else Search.Kind.SUGGESTED,
        filters=filters or {},
    )
    return results, search


def remember(
    results: engine.Results,
    *,
    by: User | None,
    query: str,
    kind: str = Search.Kind.ASKED,
    ticket: Ticket | None = None,
    filters: dict[str, Any] | None = None,
) -> Search:
    """Record a search with what came, in order."""
    now = timezone.now()
    found = [
        {"article": hit.article_id, "number": hit.number, "score": round(hit.score, 3)}
        for hit in results.hits
    ]
    said: dict[str, Any] = {
        "query": query[:2000],
        "filters": filters or {},
        "results": found,
        "count": len(found),
    }
    last = (
        Search.objects.filter(ticket=ticket, by=by, kind=kind, at__gte=now - SAME_SUGGESTION)
        .order_by("-at")
        .first()
    )
    if last is not None and last.filters == said["filters"]:
        same = last.query == said["query"]
        typing = now - last.at < SAME_SEARCH and (
            said["query"].startswith(last.query) or last.query.startswith(said["query"])
        )
        if (same or typing) and not (ticket is None and not typing):
            if found != last.results or not same:
                Search.objects.filter(pk=last.pk).update(**said)
            return last
    return Search.objects.create(ticket=ticket, by=by, kind=kind, at=now, **said)


@transaction.atomic
def open_article(
    article: Article,
    *,
    by: User,
    ticket: Ticket | None = None,
    search: Search | None = None,
    rank: int | None = None,
) -> Opening:
    """Somebody opened an article from a list: part of the ticket's trail."""
    article_actions.view(article, by=by)
    return Opening.objects.create(
        article=article, ticket=ticket, search=search, rank=rank, by=by
    )


def follow(article: Article, *, by: User, search: int, rank: int) -> Opening | None:
    """A hit of this person's search in the list of knowledge was opened; its view is counted
    by the page itself."""
    found = Search.objects.filter(pk=search, by=by).first()
    if found is None:
        return None
    return Opening.objects.create(
        article=article, ticket=found.ticket, search=found, rank=rank, by=by
    )


# -- links -------------------------------------------------------------------------------


def refresh_reuse(article: Article) -> None:
    """Recount an article's reuse and hand its demand words to the index.

    The link of the ticket that the article was written from is not reuse, and neither is that of
    an article that was merged into it. Private teams' tickets lend no words: everyone's search
    could show them.
    """
    links = Link.objects.resolutions().filter(article=article)
    reuse = links.exclude(
        version__number=1,
        version__origin_type="ticket",
        version__origin_id=F("ticket__number"),
    )
    if article.origin_type == "ticket":
        reuse = reuse.exclude(ticket__number=article.origin_id)
    counted = reuse.aggregate(n=Count("pk"), last=Max("at"))
    article_actions.count_reuse(article, count=counted["n"], last=counted["last"])
    recent = (
        links.exclude(ticket__team__private=True)
        .order_by("-at", "-pk")
        .values_list("ticket__subject", "ticket__description")[:DEMAND_TICKETS]
    )
    index.set_demand(article.pk, [f"{subject}\n{text}" for subject, text in recent])


@transaction.atomic
def link(
    ticket: Ticket, article: Article, *, by: User, kind: str = Link.Kind.RESOLUTION
) -> Link:
    """Link an article to the ticket, or change what kind of link it is."""
    ticket_actions.require_agent(by)
    ticket.lock()
    if kind not in Link.Kind.values:
        raise BadValue(_("A link is a resolution or a reference."), field="kind")
    _usable(article)
    existing = Link.objects.filter(ticket=ticket, article=article).first()
    if existing is not None:
        return set_kind(existing, by=by, kind=kind)
    version = _version_for(ticket, article)
    made = Link.objects.create(
        ticket=ticket, article=article, version=version, delivered=version, kind=kind, by=by
    )
    _tell_both(made, Verb.LINKED, ArticleEvent.Verb.LINKED, by=by)
    refresh_reuse(article)
    return made


def _usable(article: Article) -> None:
    """Hold the article as it is now: somebody may be merging it at this moment."""
    held = Article.objects.select_for_update(no_key=True).filter(pk=article.pk)
    article.confidence, article.version_number, article.merged_into_id = held.values_list(
        "confidence", "version_number", "merged_into"
    )[0]
    if article.merged_into_id:
        into = Article.objects.get(pk=article.merged_into_id)
        raise Refused(
            _("%(number)s has been merged into %(into)s. Use that one.")
            % {"number": article.number, "into": into.number},
            code="merged",
        )
    if article.confidence == Article.Confidence.ARCHIVED:
        raise Refused(_("This article is archived. Restore it before you use it."))


def links_of(ticket: Ticket) -> list[Link]:
    """The ticket's links with what is shown of them."""
    return list(
        Link.objects.with_current()
        .filter(ticket=ticket)
        .select_related("article", "delivered")
        .only(
            "kind",
            "by",
            "article__number",
            "article__title",
            "article__language",
            "article__version_number",
            "delivered__number",
            "delivered__article",
            "delivered__language",
        )
    )


def _version_for(ticket: Ticket, article: Article) -> Version:
    """What the article says now, in the requester's language where it is translated into it."""
    own = Translation.objects.filter(article=article, language=ticket.language)
    wanted = Q(number=article.version_number) | Q(number__in=own.values("version_number"))
    spoken = Case(When(language=ticket.language, then=0), default=1)
    return article.versions.filter(wanted).order_by(spoken)[0]


def _tell_both(link: Link, ticket_verb: str, article_verb: str, *, by: User) -> None:
    ticket_actions.record(
        link.ticket,
        ticket_verb,
        by=by,
        article=link.article.number,
        kind=link.kind,
        version=link.delivered.number,
    )
    article_actions.record_link(
        link.article, article_verb, by=by, origin=origin_of(link.ticket), kind=link.kind
    )


@transaction.atomic
def set_kind(link: Link, *, by: User, kind: str) -> Link:
    """Say whether the article resolved the ticket or was merely a reference."""
    ticket_actions.require_agent(by)
    link.ticket.lock()
    if kind not in Link.Kind.values:
        raise BadValue(_("A link is a resolution or a reference."), field="kind")
    _still_there(link)
    if link.kind == kind:
        return link
    link.kind = kind
    _guarded(lambda: link.save(update_fields=["kind"]))
    _tell_both(link, Verb.LINKED, ArticleEvent.Verb.LINKED, by=by)
    refresh_reuse(link.article)
    return link


def _still_there(link: Link) -> None:
    """On a ticket that is locked: a merge may have moved the link since it was read."""
    now = Link.objects.filter(pk=link.pk).values_list("article", "kind").first()
    if now is None:
        raise Refused(_("This link is gone: its article was merged, or somebody removed it."))
    if now[0] != link.article_id:
        link.article = Article.objects.get(pk=now[0])
    link.kind = now[1]


@transaction.atomic
def unlink(link: Link, *, by: User) -> None:
    """Remove a link. One's own always; another's with the right to change others' work."""
    ticket_actions.require_agent(by)
    link.ticket.lock()
    if link.by_id != by.pk and ("change", "others") not in by.rights:
        raise NotAllowed(_("You can remove the links that you made yourself."))
    _still_there(link)
    _tell_both(link, Verb.UNLINKED, ArticleEvent.Verb.UNLINKED, by=by)
    article = link.article
    _guarded(link.delete)
    refresh_reuse(article)


def _guarded(change: Any) -> None:
    """Run a change that the database may refuse because it is a solved ticket's evidence."""
    try:
        with transaction.atomic():
            change()
    except IntegrityError as error:
        if "reopen it first" not in str(error):
            raise
        raise Refused(
            _("This link is how the ticket was solved. Reopen the ticket to change it."),
            code="evidence",
        ) from error


# -- saying ------------------------------------------------------------------------------


def requester_role(ticket: Ticket) -> str:
    """As which kind of outside reader the matrix knows the requester."""
    requester = ticket.requester
    organisation = requester.organisation or ticket.organisation
    if organisation is not None and organisation.is_partner:
        return "partner"
    return "customer" if requester.user_id is not None or requester.email else "visitor"


def requester_audiences(ticket: Ticket, *, by: User) -> list[str]:
    """The audiences that the requester may read: what may be sent on this ticket."""
    return by.readers.get(requester_role(ticket), [])


def may_send(ticket: Ticket, article: Article, *, by: User) -> bool:
    """Whether the requester may read this article."""
    return (
        article.confidence == Article.Confidence.VALIDATED
        and article.audience in requester_audiences(ticket, by=by)
    )


def greeting(ticket: Ticket, *, by: User) -> str:
    """A first reply around an article, in the requester's language, for the two-key close."""
    supported = {"en", "ru", "he"}
    language = ticket.language if ticket.language in supported else "en"
    with translation.override(language):
        name = (ticket.requester.name or "").split(" ")[0]
        hello = _("Hello %(name)s,") % {"name": name} if name else _("Hello,")
        lines = [hello, "", _("this article describes how to solve it:")]
        if by.signature:
            lines += ["", by.signature]
        return "\n".join(lines)


@transaction.atomic
def send(
    ticket: Ticket,
    *,
    by: User,
    body: str,
    internal: bool = False,
    articles: Iterable[Article] = (),
) -> Message:
    """Reply or write a note. Articles in a reply are linked, and the version sent is kept.

    Raises BadValue for an article that the requester may not see: nothing is sent then.
    """
    if internal:
        if list(articles):
            raise BadValue(_("Articles go into replies, not into notes."), field="article")
        return ticket_actions.note(ticket, by=by, body=body)
    ticket.lock()
    steps = Unwritten(ticket)
    message = _reply(ticket, by=by, body=body, carried=list(articles), steps=steps)
    steps.write()
    return message


def _reply(
    ticket: Ticket, *, by: User, body: str, carried: list[Article], steps: Unwritten
) -> Message:
    """The reply itself, on a ticket that is locked already."""
    for article in carried:
        if not may_send(ticket, article, by=by):
            raise BadValue(
                _(
                    "The requester may not see %(number)s. Take it out, and answer in your own words."
                )
                % {"number": article.number},
                field="article",
            )
    if carried and not body.strip():
        body = greeting(ticket, by=by)
    message = ticket_actions.say(ticket, by=by, body=body, steps=steps)
    if carried:
        _deliver(message, carried, by=by, steps=steps)
    return message


def _deliver(message: Message, carried: list[Article], *, by: User, steps: Unwritten) -> None:
    """Link what the reply carries, and keep which version of it went out."""
    ticket = message.ticket
    links = links_of(ticket)
    known = {made.article_id: made for made in links}
    deliveries = []
    for article in carried:
        if (made := known.get(article.pk)) is None:
            steps.write()  # the reply's event stands before the link's
            made = link(ticket, article, by=by)
        version = made.delivered
        if (version.article_id, version.number) != (article.pk, article.version_number):
            current = _version_for(ticket, article)
            if current.pk != version.pk:
                version = made.delivered = current
                made.save(update_fields=["delivered"])
        deliveries.append(Delivery(message=message, version=version))
        steps.record(
            Verb.DELIVERED,
            by=by,
            article=article.number,
            version=version.number,
            message=message.pk,
        )
    Delivery.objects.bulk_create(deliveries)
    # Kept at hand for the answer, which shows them.
    if all(article.pk in known for article in carried):
        ticket.shown_links = links  # type: ignore[attr-defined]


@transaction.atomic
def hear(ticket: Ticket, *, body: str, by: User | None = None) -> Message:
    """The requester wrote. A pending ticket wakes up, a solved one is opened again."""
    ticket.lock()
    if ticket.state == State.SOLVED:
        reopen(ticket, by=by, reason=_("The requester wrote again"))
    return ticket_actions.hear(ticket, body=body, by=by)


# -- knowledge work ----------------------------------------------------------------------


@transaction.atomic
def flag(
    ticket: Ticket, article: Article, *, by: User, kind: str, note: str = "", passage: str = ""
) -> Flag:
    """Use the article and say what is wrong with it."""
    _working(ticket, by=by)
    link(ticket, article, by=by)
    made = article_actions.flag(
        article, by=by, kind=kind, note=note, passage=passage, origin=origin_of(ticket)
    )
    ticket_actions.record(ticket, Verb.FLAGGED, by=by, article=article.number, kind=kind)
    return made


def _working(ticket: Ticket, *, by: User) -> None:
    ticket_actions.require_agent(by)
    ticket.lock()
    ticket_actions.undone(ticket)


@transaction.atomic
def improve(
    ticket: Ticket,
    article: Article,
    *,
    by: User,
    changes: dict[str, Any],
    base: int | None = None,
    note: str = "",
) -> Version | Suggestion:
    """Use the article and make it better: live at once, or as a suggestion where this person
    may not change it."""
    _working(ticket, by=by)
    origin = origin_of(ticket)
    made: Version | Suggestion
    # Linked before the change: the version at linking is the one that already existed.
    link(ticket, article, by=by)
    if rules.may_change(by, article):
        before = article.version_number
        made = article_actions.improve(
            article, by=by, changes=changes, base=base, origin=origin, note=note
        )
        if made.number == before and (made.origin_type, made.origin_id) != origin:
            raise Refused(_("Nothing was changed. Change the text, or just use the article."))
        verb = Verb.IMPROVED
    else:
        made = article_actions.suggest(
            article, by=by, changes=changes, base=base, origin=origin, note=note
        )
        verb = Verb.SUGGESTED
    ticket_actions.record(ticket, verb, by=by, article=article.number)
    return made


def draft(ticket: Ticket, *, searched: str = "") -> dict[str, Any]:
    """What a new article from this ticket begins with; nobody types it a second time.

    The requester's own words are the issue, unchanged. The environment comes from the facets.
    """
    said = ticket.description.strip() or ticket.subject
    return {
        "title": ticket.subject,
        "issue": said,
        "environment": "\n".join(f"- {k}: {v}" for k, v in ticket.environment.items() if v),
        "environment_facets": ticket.environment,
        "domain": ticket.domain,
        "language": ticket.language,
        "tags": searched_tags(searched),
    }


def shown_numbers(ticket: Ticket) -> set[str]:
    """The articles that the searches on this ticket showed: whoever writes a new one has seen
    them."""
    results = ticket.searches.values_list("results", flat=True)
    return {found["number"] for shown in results for found in shown}


def searched_tags(searched: str) -> list[str]:
    """The words one searched with, offered as tags: the next person searches alike."""
    return list(dict.fromkeys(w.lower() for w in searched.split() if len(w) > 2))[:5]


@transaction.atomic
def create(ticket: Ticket, *, by: User, **fields: Any) -> Article:
    """Write the article that this ticket lacked; it is linked, and names its origin."""
    _working(ticket, by=by)
    prefilled = draft(ticket)
    template = fields.get("template")
    hidden = template.hidden_parts() if template else ()
    for name, value in prefilled.items():
        # What the template does not ask for is not filled in behind the author's back.
        if fields.get(name) is None and name not in hidden:
            fields[name] = value
    article = article_actions.create(by=by, origin=origin_of(ticket), **fields)
    link(ticket, article, by=by)
    ticket_actions.record(ticket, Verb.CREATED, by=by, article=article.number)
    return article


# -- the end -----------------------------------------------------------------------------


@transaction.atomic
def solve(
    ticket: Ticket,
    *,
    by: User,
    outcome: str | None = None,
    reason: str = "",
    note: str = "",
) -> Ticket:
    """Solve the ticket with its declared outcome; without one, with the one its rows prove.

    Raises Refused with what is missing (409). In the mode `remind` nothing is refused; what
    the rows do not prove is then not written down as an outcome.
    """
    _unsolved(ticket, by=by)
    steps = Unwritten(ticket)
    return _solve(ticket, by=by, outcome=outcome, reason=reason, note=note, steps=steps)


def _unsolved(ticket: Ticket, *, by: User) -> None:
    ticket_actions.require_agent(by)
    ticket.lock()
    if ticket.is_done:
        raise Refused(_("This ticket is solved already."), code="solved")


def _solve(
    ticket: Ticket,
    *,
    by: User,
    outcome: str | None,
    reason: str,
    note: str,
    steps: Unwritten,
) -> Ticket:
    """The end itself, on a ticket that is locked already; it writes what the steps left."""
    if outcome == Outcome.Kind.IMPORTED:
        raise BadValue(_("Only an import of history sets this outcome."), field="outcome")
    if outcome and outcome not in Outcome.Kind.values:
        raise BadValue(_("There is no such outcome."), field="outcome")
    if reason and reason not in Outcome.Reason.values:
        raise BadValue(_("There is no such reason."), field="reason")
    note = ticket_actions.clean(note, field="note", limit=1000).strip()
    if outcome != Outcome.Kind.NO_KNOWLEDGE:
        outcome, reason = outcome or gate.proved(ticket), ""
    lacking, mode = gate.missing(ticket, outcome, reason=reason, note=note)
    if lacking:
        if mode == SiteSettings.Gate.REQUIRE:
            raise Refused(_("This ticket cannot be solved yet."), code="gate", missing=lacking)
        outcome = None
    now = timezone.now()
    if outcome:
        # Kept at hand for the answer, which shows it.
        ticket.declared = Outcome.objects.create(  # type: ignore[attr-defined]
            ticket=ticket, outcome=outcome, reason=reason, note=note, by=by, at=now
        )
    ticket.state, ticket.solved_at, ticket.solved_by = State.SOLVED, now, by
    ticket.pending_until = None
    if ticket.assignee_id is None:
        ticket.assignee = by
    steps.touch("state", "solved_at", "solved_by", "pending_until", "assignee")
    steps.record(Verb.SOLVED, by=by, outcome=outcome or "", reason=reason)
    steps.write()
    return ticket


@transaction.atomic
def send_and_solve(
    ticket: Ticket,
    *,
    by: User,
    body: str = "",
    internal: bool = False,
    articles: Iterable[Article] = (),
    outcome: str | None = None,
    reason: str = "",
    note: str = "",
) -> Ticket:
    """Send what stands in the composer, if anything, and solve: both or neither.

    What was written as a note stays one: closing must never show it to the requester.
    """
    _unsolved(ticket, by=by)
    carried = list(articles)
    steps = Unwritten(ticket)
    if internal:
        if body.strip():
            ticket_actions.note(ticket, by=by, body=body)
    elif body.strip() or carried:
        _reply(ticket, by=by, body=body, carried=carried, steps=steps)
    return _solve(ticket, by=by, outcome=outcome, reason=reason, note=note, steps=steps)


@transaction.atomic
def reopen(ticket: Ticket, *, by: User | None, reason: str = "") -> Ticket:
    """Open a solved or closed ticket again. Its outcome ends and stays as history."""
    if by is not None and not by.is_agent and ticket.requester.user_id != by.pk:
        raise NotAllowed(_("Only agents work on tickets."))
    ticket.lock()
    if not ticket.is_done:
        raise Refused(_("This ticket is open."), code="open")
    now = timezone.now()
    ticket.state = State.OPEN
    ticket.solved_at = ticket.solved_by = ticket.closed_at = None
    ticket.reopened_count += 1
    ticket.changed_at = now
    ticket.save(
        update_fields=[
            "state",
            "solved_at",
            "solved_by",
            "closed_at",
            "reopened_count",
            "changed_at",
        ]
    )
    Outcome.objects.filter(ticket=ticket, ended_at=None).update(ended_at=now)
    ticket_actions.record(ticket, Verb.REOPENED, by=by, reason=reason[:300])
    return ticket


@transaction.atomic
def close(ticket: Ticket, *, by: User | None = None) -> Ticket:
    """End a solved ticket for good; the requester's next words are a new ticket."""
    ticket.lock()
    if ticket.state != State.SOLVED:
        raise Refused(_("Only a solved ticket can be closed."))
    ticket.state, ticket.closed_at = State.CLOSED, timezone.now()
    ticket.save(update_fields=["state", "closed_at"])
    ticket_actions.record(ticket, Verb.CLOSED, by=by)
    return ticket


def close_due(now: datetime | None = None) -> int:
    """Close what was solved long enough ago; how many were closed."""
    days = timedelta(days=SiteSettings.load().close_after_days)
    due = Ticket.objects.filter(
        state=State.SOLVED, solved_at__lte=(now or timezone.now()) - days
    )
    closed = 0
    for ticket in due.order_by("pk").iterator():
        try:
            close(ticket)
        except Refused:
            continue  # reopened a moment ago
        closed += 1
    return closed


def bulk_solve(
    tickets: Iterable[Ticket], *, by: User, outcome: str | None = None, reason: str = "",
    note: str = "",
) -> list[tuple[Ticket, Refused | None]]:  # fmt: skip
    """Solve several, each by itself through the same gate; what was refused, and why."""
    done: list[tuple[Ticket, Refused | None]] = []
    for ticket in tickets:
        try:
            solve(ticket, by=by, outcome=outcome, reason=reason, note=note)
        except Refused as error:
            done.append((ticket, error))
        else:
            done.append((ticket, None))
    return done
