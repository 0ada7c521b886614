"""What named editors and Publishers planned: calendars, and states that wait for their date."""

from __future__ import annotations

from datetime import datetime, timedelta

from articles import actions
from articles.models import Article, Confidence, Governance
from people.models import Refusal, User


def add(now: datetime) -> None:
    _calendars(now)
    _plans(now)
    candidate = User.objects.filter(competency="candidate", is_active=True).first()
    article = Article.objects.filter(created_by=candidate).first()
    if candidate is not None and article is not None:
        Refusal.objects.create(
            person=candidate,
            at=now - timedelta(days=2, hours=3),
            method="PATCH",
            path=f"/api/v1/articles/{article.number}/",
            code="not_offered",
            field="confidence",
            message="You may not set “Validated” here.",
        )


def _calendars(now: datetime) -> None:
    """Articles under compliance are looked at twice a year; for the first it is time."""
    laws = Article.objects.filter(
        governance=Governance.COMPLIANCE, confidence=Confidence.VALIDATED
    ).order_by("pk")
    for place, article in enumerate(laws[:6]):
        editor = article.editors.first()
        if editor is not None and editor.is_agent:
            actions.set_calendar(
                article, by=editor, every=180, due_on=now.date() + timedelta(days=21 * place)
            )


def _plans(now: datetime) -> None:
    """One is published with the next release, one is archived when its model is gone."""
    publisher = User.objects.filter(competency="publisher", is_active=True).first()
    if publisher is None:
        return
    inside = Article.objects.filter(
        confidence=Confidence.VALIDATED,
        audience="internal",
        governance=Governance.EXPERIENCE,
        merged_into=None,
    ).order_by("-reuse_count", "pk")
    plans = [
        {"audience": "public", "reason": "Published with Till 6.3"},
        {"confidence": "archived", "reason": "The TP60 is not supported from next month on"},
    ]
    for days, (article, plan) in enumerate(zip(inside[:2], plans, strict=False), start=1):
        due_at = now + timedelta(days=14 * days)
        actions.schedule(article, by=publisher, due_at=due_at, **plan)
