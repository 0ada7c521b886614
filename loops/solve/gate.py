"""What an outcome needs, in words. The codes come from the database's own function, so that
the verb and the trigger can never disagree."""

from __future__ import annotations

from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from articles.models import Article, Flag, Suggestion, Version
from kcs.errors import Missing
from loops.models import Link, Outcome
from tickets.models import Ticket

Kind = Outcome.Kind


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
) -> tuple[list[Missing], str]:
    """What the rows do not yet prove, and the gate's mode: off, remind or require."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select loops_missing(%s, %s, %s, %s, %s), loops_gate_mode()",
            [ticket.pk, ticket.number, outcome or "", reason, note],
        )
        codes, mode = cursor.fetchone()
    return [Missing(code, words(code, outcome or "")) for code in codes], mode


def proved(ticket: Ticket) -> str | None:
    """The outcome that the rows prove, the strongest first; None when they prove none."""
    here = {"origin_type": "ticket", "origin_id": ticket.number}
    # What was merged into the linked article is this article today, as for `loops_missing`.
    of_article = Q(article=OuterRef("article")) | Q(article__merged_into=OuterRef("article"))
    itself = Q(pk=OuterRef("article")) | Q(merged_into=OuterRef("article"))
    links = (
        Link.objects.resolutions()
        .filter(ticket=ticket)
        .values_list(
            Exists(Version.objects.filter(of_article, number__gt=1, **here)),
            Exists(Suggestion.objects.filter(of_article, **here)),
            Exists(Flag.objects.filter(of_article, **here)),
            Exists(Article.objects.filter(itself, **here)),
        )
    )
    proofs = [any(column) for column in zip(*links, strict=True)]
    if not proofs:
        return None
    changed, suggested, flagged, created = proofs
    if changed or suggested:
        return Kind.IMPROVED
    if flagged:
        return Kind.FLAGGED
    return Kind.CREATED if created else Kind.REUSED
