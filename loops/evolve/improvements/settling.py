"""What was done elsewhere is seen here: a merge, a publication, an archived article, a gap that
its article closed ships its improvement; a proposal whose reason is gone lapses. Each once,
however often and in how many workers at once this runs: the row is held, and only an open one
moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from articles.models import EXTERNAL, Article, ArticleEvent, Confidence
from loops.evolve.improvements import actions
from loops.evolve.jobs import Tick, silent
from loops.models import Gap, Improvement, ImprovementEvent, Pair
from people.models import User

Kind, State, Verb = Improvement.Kind, Improvement.State, ImprovementEvent.Verb


@dataclass(frozen=True)
class Done:
    by: User | None
    at: datetime
    article: Article | None = None  # that it became


@dataclass(frozen=True)
class Gone:
    """The reason is not there any more, and why."""

    why: str


def settle(
    complete: dict[str, set[str]] | None = None, *, now: datetime, tick: Tick = silent
) -> int:
    """How many were settled. `complete` are the keys of what is found tonight, by kind."""
    found = complete or {}
    rows = _rows().filter(state__in=actions.OPEN).order_by("pk")
    # Most have nothing to settle: only those that have are looked at again and held.
    likely = [row.pk for row in rows if _look(row, found) is not None]
    settled = 0
    for pk in likely:
        settled += _settle(pk, found, now)
        tick(1)
    return settled


def _rows() -> QuerySet[Improvement]:
    return Improvement.objects.select_related(
        "gap__article__created_by", "gap__decided_by", "pair__decided_by", "article__changed_by"
    )


@transaction.atomic
def _settle(pk: int, complete: dict[str, set[str]], now: datetime) -> bool:
    held = _rows().select_for_update(no_key=True, of=("self",))
    improvement = held.filter(pk=pk, state__in=actions.OPEN).order_by("pk").first()
    if improvement is None:
        return False
    found = _look(improvement, complete)
    if isinstance(found, Done):
        # Not before it was proposed: nothing would have to be measured.
        at = min(max(found.at, improvement.at), now)
        if found.article is not None:
            improvement.article = found.article
            improvement.save(update_fields=["article"])
        actions.shipped(improvement, by=found.by, at=at)
        return True
    if isinstance(found, Gone) and _is_untouched(improvement):
        improvement.state, improvement.answer = State.DECLINED, found.why
        improvement.decided_at = now
        improvement.save(update_fields=["state", "answer", "decided_at"])
        actions.record(improvement, Verb.DECLINED, by=None, answer=found.why)
        return True
    return False


def _is_untouched(improvement: Improvement) -> bool:
    """Proposed by a job, and nobody has said or done anything about it."""
    return (
        improvement.by_id is None
        and improvement.state == State.PROPOSED
        and improvement.owner_id is None
        and not improvement.answer
    )


def _look(improvement: Improvement, complete: dict[str, set[str]]) -> Done | Gone | None:
    if improvement.kind == Kind.WRITE:
        return _written(improvement)
    if improvement.pair is not None:
        return _paired(improvement, improvement.pair, complete)
    if improvement.article is None:
        return None
    article = improvement.article
    if improvement.kind == Kind.PUBLISH and article.audience in EXTERNAL:
        return _moved(article, ArticleEvent.Verb.AUDIENCE)
    if improvement.kind == Kind.ARCHIVE and article.confidence == Confidence.ARCHIVED:
        return _moved(article, ArticleEvent.Verb.CONFIDENCE)
    if improvement.kind == Kind.PRODUCT:
        return None
    if article.confidence == Confidence.ARCHIVED:
        return Gone(_("The article was archived."))
    if (
        improvement.kind in complete
        and improvement.key
        and not _is_found(improvement, complete)
    ):
        return _mended(improvement, article)
    return None


def _is_found(improvement: Improvement, complete: dict[str, set[str]]) -> bool:
    return improvement.key.partition("#")[0] in complete[improvement.kind]


def _written(improvement: Improvement) -> Done | Gone | None:
    gap = improvement.gap
    if gap is not None:
        if gap.state == Gap.State.CLOSED and gap.closed_at:
            # Without an article, or with one that was there before, nobody did anything for it.
            if gap.article is None or gap.kind == Gap.Kind.FINDABILITY:
                return Gone(_("It is no longer asked."))
            return Done(gap.decided_by or gap.article.created_by, gap.closed_at)
        if gap.state == Gap.State.DISMISSED:
            return Gone(gap.reason or _("The gap was dismissed."))
    # What was written for it names it, and others have used it.
    written = Article.objects.from_record("improvement", str(improvement.pk))
    used = written.filter(reuse_count__gt=0).select_related("created_by").order_by("pk").first()
    if used is None:
        return None
    return Done(used.created_by, used.last_reused_at or used.changed_at, used)


def _paired(
    improvement: Improvement, pair: Pair, complete: dict[str, set[str]]
) -> Done | Gone | None:
    if pair.state == Pair.State.MERGED and pair.decided_at:
        return Done(pair.decided_by, pair.decided_at)
    if pair.state == Pair.State.DISMISSED:
        return Gone(pair.reason or _("They are not duplicates."))
    if pair.state == Pair.State.GONE:
        return Gone(_("They are no longer alike."))
    article = improvement.article
    if (
        improvement.kind in complete
        and improvement.key
        and article is not None
        and not _is_found(improvement, complete)
    ):
        return _mended(improvement, article)
    return None


def _mended(improvement: Improvement, article: Article) -> Done | Gone:
    """Tonight nothing is wrong with it: somebody changed it, or the reason went by itself."""
    if improvement.kind == Kind.FIX and article.changed_at > improvement.at:
        return Done(article.changed_by, article.changed_at)
    return Gone(_("What spoke for it is not so any more."))


def _moved(article: Article, verb: str) -> Done:
    last = ArticleEvent.objects.filter(article=article, verb=verb).select_related("by")
    event = last.order_by("-at", "-pk").first()
    return Done(event.by, event.at) if event else Done(None, article.changed_at)
