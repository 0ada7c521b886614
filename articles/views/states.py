"""What the panel of an article's states shows."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from articles import rules
from articles.forms import STATES, CalendarForm, PlanForm, StateForm
from articles.models import Article, Governance, Schedule
from people.models import User


def shown(user: User, article: Article, *, may_change: bool) -> dict[str, Any]:
    """What the panel of the states needs."""
    form = offered(user, article) if may_change else None
    compliance = article.governance == Governance.COMPLIANCE
    due_on = article.review_due_on
    return {
        "states": form,
        "plan": PlanForm(user=user, article=article, auto_id="plan-%s") if form else None,
        "calendar": CalendarForm(initial=dates(article), auto_id="calendar-%s")
        if form and compliance and ("governance", "compliance") in user.rights
        else None,
        "schedules": waiting(article),
        "may_review": compliance and rules.may_review(user, article),
        "review_is_due": due_on is not None and due_on <= timezone.localdate(),
    }


def offered(user: User, article: Article) -> StateForm | None:
    """The form of the three states, when there is anything to choose."""
    form = StateForm(
        user=user,
        article=article,
        template=article.template,
        initial={name: getattr(article, name) for name in STATES},
    )
    offers = any(len(form.fields[name].choices) > 1 for name in STATES)  # type: ignore[attr-defined]
    return form if offers else None


def waiting(article: Article) -> list[Schedule]:
    # Most articles have none planned; then nobody asks for them.
    if not getattr(article, "has_schedules", True):
        return []
    return list(
        article.schedules.filter(state=Schedule.State.WAITING).select_related("by")[:20]
    )


def dates(article: Article) -> dict[str, Any]:
    return {n: getattr(article, n) for n in ("review_every_days", "review_due_on")}
