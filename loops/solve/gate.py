"""What an outcome needs, in words. The codes come from the database's own function, so that
the verb and the trigger can never disagree."""

from __future__ import annotations

from django.db import connection
from django.utils.translation import gettext as _

from articles.models import Flag, Suggestion, Version
from kcs.errors import Missing
from loops.models import Link, Outcome
from people.models import SiteSettings
from tickets.models import Ticket

Kind = Outcome.Kind


def mode() -> str:
    """off, remind or require: the administrator's choice."""
    return SiteSettings.load().gate_mode


def words(code: str, outcome: str = "") -> str:
    """The sentence for one missing code, written for the person at the ticket."""
    sentences = {
        "search": _("Search the knowledge base for this ticket first."),
        "outcome": _(
            "Say how this was solved: use, improve, flag or create an article, "
            "or choose why no knowledge is needed."
        ),
        "version": _("Improve the linked article from this ticket, or choose “Reused”."),
        "flag": _("Flag the linked article from this ticket, or choose “Reused”."),
        "article": _("Create the article from this ticket first."),
        "reason": _("Choose why no knowledge is needed; “Other” needs a few words."),
        "link": _("Link the article that solved it."),
    }  # fmt: skip
    if code == "link" and outcome == Kind.CREATED:
        return _("Link the article that was created from this ticket.")
    return sentences[code]


def missing(
    ticket: Ticket, outcome: str | None, *, reason: str = "", note: str = ""
) -> list[Missing]:
    """What the rows do not yet prove; empty when the gate would open."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select loops_missing(%s, %s, %s, %s, %s)",
            [ticket.pk, ticket.number, outcome or "", reason, note],
        )
        codes = cursor.fetchone()[0]
    return [Missing(code, words(code, outcome or "")) for code in codes]


def proved(ticket: Ticket) -> str | None:
    """The outcome that the rows prove, the strongest first; None when they prove none."""
    links = list(
        Link.objects.resolutions()
        .filter(ticket=ticket)
        .values_list("article_id", "article__origin_type", "article__origin_id")
    )
    if not links:
        return None
    linked = [article for article, *_origin in links]
    origin = {"origin_type": "ticket", "origin_id": ticket.number}
    here = ("ticket", ticket.number)
    changed = Version.objects.filter(article__in=linked, number__gt=1, **origin)
    suggested = Suggestion.objects.filter(article__in=linked, **origin)
    if changed.exists() or suggested.exists():
        return Kind.IMPROVED
    if Flag.objects.filter(article__in=linked, **origin).exists():
        return Kind.FLAGGED
    if any((kind, identity) == here for _article, kind, identity in links):
        return Kind.CREATED
    return Kind.REUSED
