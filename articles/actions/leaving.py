"""What a leaver leaves of knowledge: articles they owned, and what waited for their answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from articles.actions.checks import Verb, record
from articles.actions.remarks import record_hand_over
from articles.actions.routing import Router
from articles.models import Article, Confidence, Feedback, Flag, Schedule
from people.leaving import Handed
from people.models import User


def _owned() -> Any:
    """An archived article waits for nobody; restored, it is found by the nightly sweep."""
    return Article.objects.exclude(confidence=Confidence.ARCHIVED)


def holders() -> Iterable[int]:
    """The ids of everyone who owns an article or has something to answer."""
    held: set[int] = set()
    for rows in (_owned(), Flag.objects.open(), Feedback.objects.open()):
        found = rows.exclude(owner=None).order_by()
        held |= set(found.values_list("owner", flat=True).distinct())
    return held


def hand_over(leaver: User, by: User | None) -> list[Handed]:
    """Everything is routed anew, article by article. What the leaver had scheduled stays, and
    fails on its day because they may not set it any more: its article's owner is told now."""
    router = Router(but=[leaver.pk])
    owned = set(_owned().filter(owner=leaver).values_list("pk", flat=True))
    waiting: dict[int, list[Flag | Feedback]] = {}
    for model in (Flag, Feedback):
        for remark in model.objects.open().filter(owner=leaver).order_by("pk"):  # type: ignore[attr-defined]
            waiting.setdefault(remark.article_id, []).append(remark)
    scheduled = Schedule.objects.filter(by=leaver, state=Schedule.State.WAITING)
    plans = {plan.article_id: plan for plan in scheduled}
    every = sorted(owned | waiting.keys() | plans.keys())
    handed: list[Handed] = []
    locked = Article.objects.filter(pk__in=every).order_by("pk")
    for article in locked.select_for_update(of=("self",), no_key=True).select_related(
        "created_by__coach", "domain", "owner"
    ):
        to = router.to(article)
        if article.pk in owned:
            handed.append(_own(article, to, leaver, by))
        for remark in waiting.get(article.pk, ()):
            handed.append(_answer(remark, article, to, leaver, by))
        if article.pk in plans:
            told = article.owner if article.owner and article.owner.is_active else to
            handed.append(_plan(article, told))
    return handed


def _own(article: Article, to: User, leaver: User, by: User | None) -> Handed:
    article.owner = to
    article.save(update_fields=["owner"])
    moved: dict[str, Any] = {"what": "article", "from": leaver.email, "to": to.email}
    record(article, Verb.HANDED_OVER, by=by, **moved)
    return _handed(article, to, _("Article"))


def _answer(
    remark: Flag | Feedback, article: Article, to: User, leaver: User, by: User | None
) -> Handed:
    remark.article, remark.owner = article, to
    remark.state, remark.taken_at = "open", None
    remark.save(update_fields=["owner", "state", "taken_at"])
    record_hand_over(remark, by=by, before=leaver)
    return _handed(article, to, _("Flag") if isinstance(remark, Flag) else _("Feedback"))


def _plan(article: Article, to: User) -> Handed:
    return _handed(article, to, _("A scheduled change that will fail: set it again"))


def _handed(article: Article, to: User, what: str) -> Handed:
    name = f"{what}: {article.number} {article.title}"
    return Handed(to=to, name=name[:200], url=article.get_absolute_url())
