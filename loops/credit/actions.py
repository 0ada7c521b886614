"""Verbs of recognition: thank somebody, and tell people each week what their knowledge did."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles.models import Article
from kcs.errors import BadValue, NotAllowed, Refused
from loops.credit import queries
from loops.credit.lineage import is_contributor
from loops.models import Thanks
from people.actions import tell
from people.models import Notification, User
from tickets.actions import clean

WEEK = timedelta(days=7)
# The job runs again when it died half-way; whoever was told since is not told twice.
SAME_WEEK = timedelta(days=6)


@transaction.atomic
def thank(article: Article, *, to: User, by: User, text: str = "") -> Thanks:
    """Thank a colleague for their part in an article: once, and never oneself."""
    if not by.is_agent:
        raise NotAllowed(_("Only colleagues thank each other here."))
    # Two clicks at once are one thanks.
    Article.objects.select_for_update(no_key=True).get(pk=article.pk)
    if to.pk == by.pk:
        raise BadValue(_("Thank somebody else: your own work is its own reward."), field="to")
    if not is_contributor(article, to):
        raise BadValue(
            _("%(person)s has no part in this article.") % {"person": to}, field="to"
        )
    text = " ".join(clean(text, field="text", limit=300).split())
    if Thanks.objects.filter(article=article, to=to, by=by).exists():
        raise Refused(_("You have thanked %(person)s for it already.") % {"person": to})
    made = Thanks.objects.create(article=article, to=to, by=by, text=text)
    tell(
        [to],
        by=by,
        kind=Notification.Kind.THANKED,
        subject=_("%(person)s thanks you for %(number)s %(title)s")
        % {"person": by, "number": article.number, "title": article.title},
        text=text,
        url=reverse("credit:mine"),
    )
    return made


def tell_credit(now: datetime | None = None) -> int:
    """Tell everybody what others did with their knowledge in the last seven days; how many were
    told. Nothing is told of nothing, and nothing to whoever does not want to know."""
    now = now or timezone.now()
    used = queries.used_between(now - WEEK, now)
    people = User.objects.agents().filter(pk__in=used, shows_credit=True).order_by("pk")
    return sum(_tell_week(person, *used[person.pk], now=now) for person in people)


@transaction.atomic
def _tell_week(person: User, count: int, articles: int, *, now: datetime) -> bool:
    """One person, in one transaction, once a week."""
    # Held, so that two jobs do not tell at once; and read again, for they may have opted out.
    held = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    kind = Notification.Kind.CREDITED
    if not held.shows_credit:
        return False
    if held.notifications.filter(kind=kind, at__gt=now - SAME_WEEK).exists():
        return False
    with translation.override(held.language or "en"):
        subject = ngettext(
            "Others used your knowledge once this week",
            "Others used your knowledge %(n)s times this week",
            count,
        ) % {"n": count}
        text = ngettext(
            "It was one article that you had a part in.",
            "They were %(n)s articles that you had a part in.",
            articles,
        ) % {"n": articles}
        return bool(
            tell([held], by=None, kind=kind, subject=subject, text=text,
                 url=reverse("credit:mine"))
        )  # fmt: skip
