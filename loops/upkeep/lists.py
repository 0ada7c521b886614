"""The review lists: which articles somebody should look at, in which order, and why.

Review comes from computed rows; promotion, archiving and due reviews from what stands now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db import connection, models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from articles.models import Article, Confidence, Governance, View
from kcs.pages import Page, keyset
from loops.models import Decision, Link, Upkeep
from loops.upkeep import words
from people.models import Domain, SiteSettings, User

SIZE = 25
NAMES = {
    "review": gettext_lazy("Review"),
    "promote": gettext_lazy("Promote"),
    "publish": gettext_lazy("Publish"),
    "archive": gettext_lazy("Archive"),
    "due": gettext_lazy("Due"),
}
ORDERS: dict[str, tuple[str, ...]] = {
    "review": ("-harm", "pk"),
    "promote": ("-reuse_count", "pk"),
    "publish": ("-reuses_90", "pk"),
    "archive": ("changed_at", "pk"),
    "due": ("review_due_on", "pk"),
}
COMPUTED = ("review", "publish")  # rows of Upkeep; the others are rows of Article

# Two people or more: one person's favourite is not yet what others can follow.
PUBLISH_PEOPLE = 2
# A named editor has two weeks before the day.
DUE_SOON = timedelta(days=14)
# Of this many of the newest tickets, so many in its domain: it could have been used.
LATEST_TICKETS, PASSED_OVER = 5_000, 5
# Text that has no place outside: addresses and numbers of people, machines, passwords.
INSIDE = (
    r"\w@[\w-]+\.\w{2,}"
    r"|\+\d[\d ()-]{7,}\d"
    r"|\m(10|127|192\.168|172\.(1[6-9]|2\d|3[01]))(\.\d{1,3}){2,3}\M"
    r"|\.(local|internal|corp|lan|intra)\M"
    r"|\minternal (use )?only\M"
    r"|\m(password|passwd|api key)\M\s*[:=]"
)
CAME = """
select domain_id, count(*) from (
  select t.domain_id, t.created_at from tickets_ticket t
  left join people_team g on g.id = t.team_id
  where g.private is not true order by t.id desc limit %s) as latest
where domain_id is not null and created_at >= %s group by domain_id
"""
WRITTEN = ("title", "issue", "environment", "resolution", "cause")


@dataclass
class Reader:
    """Whose lists these are, by which settings."""

    user: User
    site: SiteSettings

    @property
    def threshold(self) -> int:
        """After how many links an article is proposed: one's own number, else the site's."""
        return self.user.promote_after or self.site.promote_after

    @cached_property
    def idle_since(self) -> datetime:
        return timezone.now() - timedelta(days=self.site.archive_after_days)

    @cached_property
    def passed_over(self) -> dict[int, int]:
        """Domains to which tickets came lately, and how many of the latest; branches count for
        those above them."""
        with connection.cursor() as cursor:
            cursor.execute(CAME, [LATEST_TICKETS, self.idle_since])
            came = dict(cursor.fetchall())
        if not came:
            return {}
        paths = dict(Domain.objects.order_by().values_list("pk", "path"))
        total = {
            pk: sum(n for key, n in came.items() if f"{paths[key]}/".startswith(f"{path}/"))
            for pk, path in paths.items()
        }
        return {pk: n for pk, n in total.items() if n >= PASSED_OVER}


def rows(which: str, reader: Reader) -> QuerySet[Any]:
    """The list, as far as this person sees its articles, in no order yet."""
    today = timezone.localdate()
    found = {
        "review": _review,
        "promote": _promote,
        "publish": _publish,
        "archive": _archive,
        "due": _due,
    }[which](reader)
    if which == "due":
        return found
    key = "pk" if which not in COMPUTED else "article_id"
    decided = Decision.objects.filter(list=which, article=OuterRef(key))
    return found.exclude(Exists(decided.filter(Q(until=None) | Q(until__gt=today))))


def _articles(user: User) -> QuerySet[Article]:
    return Article.objects.visible_to(user).order_by()


def _computed(user: User) -> QuerySet[Upkeep]:
    """Rows of visible articles; no join where everything is visible."""
    seen = _articles(user)
    computed = Upkeep.objects.all()
    return computed.filter(article__in=seen) if seen.query.where else computed


def _review(reader: Reader) -> QuerySet[Upkeep]:
    return (
        _computed(reader.user)
        .filter(harm__gt=0)
        .exclude(article__confidence=Confidence.ARCHIVED)
    )


def _promote(reader: Reader) -> QuerySet[Article]:
    """Not validated, and so many tickets solved: the one it was written from is among them,
    which the counter leaves out."""
    n = reader.threshold
    born = Link.objects.resolutions().filter(
        article=OuterRef("pk"), ticket__number=OuterRef("origin_id")
    )
    return (
        _articles(reader.user)
        .filter(confidence=Confidence.NOT_VALIDATED, reuse_count__gte=n - 1)
        .filter(Q(reuse_count__gte=n) | (Q(origin_type="ticket") & Exists(born)))
    )


def _publish(reader: Reader) -> QuerySet[Upkeep]:
    revealing = Q()
    for name in WRITTEN:
        revealing |= Q(**{f"article__{name}__iregex": INSIDE})
    return wanted_outside(reader).exclude(revealing)


def wanted_outside(reader: Reader) -> QuerySet[Upkeep]:
    """Articles whose reuse asks for readers outside, whatever the leak check says of them."""
    return _computed(reader.user).filter(
        reuses_90__gte=reader.site.publish_after,
        reusers_90__gte=PUBLISH_PEOPLE,
        article__confidence=Confidence.VALIDATED,
        article__audience="internal",
        article__open_flags=0,
    )


def _archive(reader: Reader) -> QuerySet[Article]:
    """Neither used nor opened for long, although requests came to its domain meanwhile. Age
    alone is no reason: where nobody asked, nothing could have been used."""
    since = reader.idle_since
    opened = View.objects.filter(article=OuterRef("pk"), at__gte=since)
    return (
        _articles(reader.user)
        .exclude(confidence=Confidence.ARCHIVED)
        .exclude(governance=Governance.COMPLIANCE)
        .filter(
            Q(last_reused_at=None) | Q(last_reused_at__lt=since),
            created_at__lt=since,
            changed_at__lt=since,
            domain__in=list(reader.passed_over),
        )
        .exclude(Exists(opened))
    )


def _due(reader: Reader) -> QuerySet[Article]:
    return (
        _articles(reader.user)
        .filter(
            governance=Governance.COMPLIANCE,
            review_due_on__lte=timezone.localdate() + DUE_SOON,
        )
        .exclude(confidence=Confidence.ARCHIVED)
    )


# -- filters -----------------------------------------------------------------------------

FILTERS = ("domain", "team", "language", "owner")


def narrow(
    found: QuerySet[Any], which: str, asked: Mapping[str, str], user: User
) -> QuerySet[Any]:
    """By branch of the tree, team of the owner, language, owner. What is unknown finds nothing."""
    at = "article__" if which in COMPUTED else ""
    if path := asked.get("domain", "").strip("/")[:250]:
        # As values: the planner knows then how many rows they keep.
        branch = Domain.objects.branch(path).order_by().values_list("pk", flat=True)
        found = found.filter(**{f"{at}domain__in": list(branch)})
    if team := asked.get("team", ""):
        key = int(team) if team.isascii() and team.isdigit() and len(team) < 10 else 0
        found = found.filter(Q(**{f"{at}owner_team": key}) | Q(**{f"{at}owner__team": key}))
    if language := asked.get("language", "")[:12]:
        found = found.filter(**{f"{at}language": language.lower()})
    if owner := asked.get("owner", "")[:254]:
        if owner in ("me", "nobody"):
            wanted: dict[str, Any] = {f"{at}owner": user if owner == "me" else None}
        else:
            wanted = {f"{at}owner__email__iexact": owner}
        found = found.filter(**wanted)
    return found


# -- a page of one list ------------------------------------------------------------------


@dataclass
class Row:
    """One proposal: the article, what its use says, and why it stands here."""

    article: Article
    upkeep: Upkeep | None
    why: list[str]

    @property
    def said(self) -> str:
        """The reasons in one line."""
        return words.line(self.upkeep.reasons) if self.upkeep else ""


SHOWN = (
    "number", "title", "language", "confidence", "audience", "governance", "domain__name",
    "domain__path", "owner__name", "owner__email", "created_by", "created_at", "changed_at",
    "reuse_count", "last_reused_at", "open_flags", "review_due_on", "origin_type", "merged_into",
)  # fmt: skip


def page(
    which: str,
    reader: Reader,
    asked: Mapping[str, str],
    *,
    cursor: str = "",
    size: int = SIZE,
) -> tuple[Page, list[Row]]:
    """One page, with the reasons of each row."""
    found = shown(narrow(rows(which, reader), which, asked, reader.user), which)
    cut = keyset(found, ORDERS[which], cursor=cursor, size=size)
    return cut, explained(which, cut.rows, reader)


def shown(found: QuerySet[Any], which: str) -> QuerySet[Any]:
    """With what a row shows, and without the text."""
    if which in COMPUTED:
        return (
            found.select_related("article__domain", "article__owner")
            .prefetch_related("article__editors")
            .only(*(f.name for f in Upkeep._meta.fields), *(f"article__{n}" for n in SHOWN))
        )
    return (
        found.select_related("domain", "owner", "upkeep")
        .prefetch_related("editors")
        .only(*SHOWN, *(f"upkeep__{f.name}" for f in Upkeep._meta.fields))
    )


def explained(which: str, found: list[Any], reader: Reader) -> list[Row]:
    listed = []
    for one in found:
        article = one.article if which in COMPUTED else one
        upkeep = one if which in COMPUTED else getattr(one, "upkeep", None)
        listed.append(Row(article, upkeep, _why(which, article, upkeep, reader)))
    return listed


def _why(which: str, article: Article, upkeep: Upkeep | None, reader: Reader) -> list[str]:
    if which == "review" and upkeep is not None:
        return [
            ngettext("%(n)s ticket in 90 days", "%(n)s tickets in 90 days", upkeep.demand)
            % {"n": upkeep.demand}
        ]
    if which == "promote":
        n = article.reuse_count
        said = ngettext("solved %(n)s ticket", "solved %(n)s tickets", n) % {"n": n}
        if article.origin_type == "ticket":
            said += _(", besides the one that it was written from")
        return [said]
    if which == "publish" and upkeep is not None:
        return [
            _(
                "%(n)s reuses in 90 days by %(people)s people; no open flag, nothing personal seen"
            )
            % {"n": upkeep.reuses_90, "people": upkeep.reusers_90}
        ]
    if which == "archive":
        days = (timezone.now() - (article.last_reused_at or article.created_at)).days
        used = (
            _("not reused for %(n)s days")
            if article.last_reused_at
            else _("never reused in %(n)s days")
        )
        return [
            used % {"n": days},
            _("not opened for %(n)s days or more") % {"n": reader.site.archive_after_days},
            _("%(n)s newer tickets in its domain did without it")
            % {"n": reader.passed_over.get(article.domain_id or 0, 0)},
        ]
    if which == "due" and article.review_due_on:
        late = (timezone.localdate() - article.review_due_on).days
        if late > 0:
            return [ngettext("due since %(n)s day", "due since %(n)s days", late) % {"n": late}]
        return [_("due within two weeks")]
    return []


def decisions(article: Article) -> models.QuerySet[Decision]:
    """What was decided on this article, the newest first."""
    return Decision.objects.filter(article=article).select_related("by").order_by("-at", "-pk")


__all__ = [
    "FILTERS", "NAMES", "ORDERS", "SIZE", "Reader", "Row", "decisions", "explained", "narrow", "page",
    "rows", "shown",
]  # fmt: skip
