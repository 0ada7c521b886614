"""Verbs of pairs: find them, every night; dismiss one, for good."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from articles import rules, text
from articles.models import Article, ArticleEvent
from articles.search import index, likeness
from articles.search.likeness import Like
from kcs.errors import BadValue, NotAllowed, Refused
from loops.models import Pair, Round
from people.models import User

ROUND = "find_pairs"
# Articles that are compared in one transaction: what a kill -9 costs, and all that is in memory.
AT_ONCE = 50
# Articles as alike as this are a pair; docs/kcs.md says how these were chosen. Each must be the
# other's nearest, or both nearly the same text: in a base about one product everything is a
# little alike, and only what is nothing but alike stands out.
LIKE = 0.44
SAME = 0.75
# With this many tickets solved by both, the texts need not say it.
TICKETS = 2
WITH_TICKETS = 0.2

Couple = tuple[int, int]

SHARED = """
select a.article_id, b.article_id, count(distinct a.ticket_id)
from loops_link a
join loops_link b on b.ticket_id = a.ticket_id and b.article_id <> a.article_id
join tickets_ticket t on t.id = a.ticket_id
left join people_team team on team.id = t.team_id
join articles_article one on one.id = a.article_id
join articles_article other on other.id = b.article_id and other.confidence <> 'archived'
where a.article_id = any(%s) and team.private is not true
  and split_part(one.language, '-', 1) = split_part(other.language, '-', 1)
group by 1, 2
"""
GONE = """
update loops_pair p set state = 'gone', seen_at = %s
from articles_article a, articles_article b
where p.state = 'open' and a.id = p.older_id and b.id = p.newer_id
  and (a.confidence = 'archived' or b.confidence = 'archived'
       or split_part(a.language, '-', 1) <> split_part(b.language, '-', 1))
"""


def find_pairs(now: datetime | None = None, *, everything: bool = False) -> int:
    """Compare what changed since the last round with all the rest; how many pairs are open.

    The first round compares everything. A round that was killed is begun again: what it wrote
    is written once more, the same.
    """
    now = now or timezone.now()
    index.refresh_stats()
    last = None if everything else Round.objects.filter(pk=ROUND).first()
    with connection.cursor() as cursor:
        cursor.execute(GONE, [now])
    for ids in _changed(last.until if last else None, now):
        with transaction.atomic():
            _look_at(ids, now)
    Round.objects.update_or_create(name=ROUND, defaults={"until": now})
    return Pair.objects.filter(state=Pair.State.OPEN).count()


def _changed(since: datetime | None, now: datetime) -> Iterator[list[int]]:
    """Articles whose text, states or tickets changed, some at a time, in the order of ids."""
    articles = Article.objects.exclude(confidence=Article.Confidence.ARCHIVED)
    if since is not None:
        touched = ArticleEvent.objects.filter(at__gte=since).values("article")
        articles = articles.filter(Q(changed_at__gte=since) | Q(pk__in=touched))
    last = 0
    while True:
        ids = list(
            articles.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]
        )
        if not ids:
            return
        yield ids
        last = ids[-1]


def _look_at(ids: list[int], now: datetime) -> None:
    """The pairs of these articles as they are now; what is a pair no longer is gone."""
    shared = _shared_tickets(ids)
    alike = _alike(ids)
    # What was a pair is measured again, and so is what the tickets say.
    known = set(
        Pair.objects.filter(Q(older__in=ids) | Q(newer__in=ids))
        .exclude(state=Pair.State.MERGED)
        .values_list("older", "newer")
    )
    more = {_couple(*pair) for pair in known} | set(shared)
    measured = {**alike, **likeness.compare(more - set(alike))}
    nearest = _nearest(measured, ids)
    found = {
        pair: like
        for pair, like in measured.items()
        if _is_pair(pair, like, shared.get(pair, 0), nearest)
    }
    _write(found, shared, known, now)


def _couple(one: int, other: int) -> Couple:
    return (min(one, other), max(one, other))


def _shared_tickets(ids: Collection[int]) -> dict[Couple, int]:
    """How many tickets two articles were both used for. A private team's are nobody's evidence:
    the number would tell of them."""
    with connection.cursor() as cursor:
        cursor.execute(SHARED, [sorted(ids)])
        return {_couple(a, b): n for a, b, n in cursor.fetchall() if n >= TICKETS}


def _alike(ids: Collection[int]) -> dict[Couple, Like]:
    near = likeness.neighbours(ids)
    return likeness.compare({_couple(pk, other) for pk in near for other in near[pk]})


def _nearest(measured: dict[Couple, Like], ids: Collection[int]) -> dict[int, float]:
    """How alike the nearest article of each is: of those at hand, and of whom they lead to."""
    promising = {pk for pair, like in measured.items() if like.likeness >= LIKE for pk in pair}
    beyond = _alike(promising - set(ids)) if promising - set(ids) else {}
    best: dict[int, float] = defaultdict(float)
    for pair, like in {**measured, **beyond}.items():
        for pk in pair:
            best[pk] = max(best[pk], like.likeness)
    return best


def _is_pair(pair: Couple, like: Like, tickets: int, nearest: dict[int, float]) -> bool:
    if like.text >= SAME:
        return True
    if tickets >= TICKETS and like.text >= WITH_TICKETS:
        return True
    return like.likeness >= LIKE and all(nearest[pk] <= like.likeness for pk in pair)


def _write(
    found: dict[Couple, Like], shared: dict[Couple, int], known: set[Couple], now: datetime
) -> None:
    ids = {pk for pair in found for pk in pair}
    articles = Article.objects.in_bulk(ids)
    kept: set[Couple] = set()
    for (one, other), like in found.items():
        older, newer = by_age(articles[one], articles[other])
        kept.add((older.pk, newer.pk))
        values = {
            "likeness": round(like.likeness, 3),
            "words": [word[:80] for word in likeness.words(older, like.terms)],
            "tickets": shared.get((one, other), 0),
            "seen_at": now,
            "state": Pair.State.OPEN,
        }
        pair, made = Pair.objects.get_or_create(
            older=older, newer=newer, defaults={**values, "found_at": now}
        )
        # What somebody decided stands, whatever the texts say later.
        if not made and pair.state in (Pair.State.OPEN, Pair.State.GONE):
            Pair.objects.filter(
                pk=pair.pk, state__in=[Pair.State.OPEN, Pair.State.GONE]
            ).update(**values)
    for older_id, newer_id in known - kept:
        Pair.objects.filter(older=older_id, newer=newer_id, state=Pair.State.OPEN).update(
            state=Pair.State.GONE, seen_at=now
        )


def by_age(one: Article, other: Article) -> tuple[Article, Article]:
    """The older first: it is the one that stays."""
    if (one.created_at, one.pk) <= (other.created_at, other.pk):
        return one, other
    return other, one


@transaction.atomic
def dismiss(pair: Pair, *, by: User, reason: str) -> Pair:
    """Say that two articles are not duplicates; they are never proposed again."""
    if ("change", "merge") not in by.rights:
        raise NotAllowed(_("You may not decide about duplicates."))
    pair.refresh_from_db(from_queryset=Pair.objects.select_for_update(no_key=True))
    if pair.state == Pair.State.MERGED:
        raise Refused(_("These two were merged already."))
    if pair.state == Pair.State.DISMISSED:
        raise Refused(_("Somebody has decided about these two already."))
    reason = text.clean(reason, field="reason").strip()[:300]
    if not reason:
        raise BadValue(_("Say how they differ, so that nobody asks again."), field="reason")
    pair.state, pair.reason = Pair.State.DISMISSED, reason
    pair.decided_by, pair.decided_at = by, timezone.now()
    pair.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    return pair


def may_merge(user: User, *articles: Article) -> bool:
    """Whether this person may make one of these articles: the right, and each of them."""
    return ("change", "merge") in user.rights and all(
        rules.may_change(user, article) for article in articles
    )
