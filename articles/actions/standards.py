"""Verbs of the content standard: publish_standard."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from articles import text
from articles.models import Criterion, Standard
from kcs.errors import BadValue, NotAllowed, Refused
from people.models import SiteEvent, User

MOST_CRITERIA = 40
ASKS, WHY, EXAMPLE = 200, 500, 2_000
TOLD = ("key", "asks", "why", "weight", "good", "bad")


@transaction.atomic
def publish_standard(*, by: User, title: str, criteria: Iterable[dict[str, Any]]) -> Standard:
    """Make this checklist the one that reviews use from now on.

    It is the next version; the one before stays as it was, for the reviews that used it. A
    criterion that keeps its `key` is the same one, so that its results can be compared.
    """
    if not by.is_superuser:
        raise NotAllowed(_("Only administrators publish the content standard."))
    # One after the other: two at once would take the same number.
    held = list(Standard.objects.select_for_update(no_key=True).order_by("-number"))
    before = next((one for one in held if one.is_current), None)
    title = " ".join(text.clean(title, field="title").split())
    if not title or len(title) > 120:
        raise BadValue(_("Give it a title, of at most 120 characters."), field="title")
    asked = _checked(criteria)
    if before is not None:
        kept = [{n: getattr(one, n) for n in TOLD} for one in before.criteria.all()]
        if before.title == title and kept == asked:
            raise Refused(_("The standard says this already."))
    Standard.objects.filter(is_current=True).update(is_current=False)
    made = Standard.objects.create(
        number=(held[0].number if held else 0) + 1, title=title, is_current=True, made_by=by
    )
    Criterion.objects.bulk_create(
        Criterion(standard=made, place=place, **told) for place, told in enumerate(asked)
    )
    SiteEvent.objects.create(
        verb=SiteEvent.Verb.STANDARD,
        by=by,
        detail={
            "title": title,
            "version": {"from": before.number if before else None, "to": made.number},
        },
    )
    return made


def _checked(criteria: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = []
    given = list(criteria)
    if not given:
        raise BadValue(_("A checklist has at least one question."), field="criteria")
    if len(given) > MOST_CRITERIA:
        raise BadValue(
            _("At most %(n)s questions: nobody asks more of one article.")
            % {"n": MOST_CRITERIA},
            field="criteria",
        )
    taken = {str(one.get("key") or "") for one in given}
    for one in given:
        asks = " ".join(text.clean(str(one.get("asks") or ""), field="criteria").split())
        if not asks or len(asks) > ASKS:
            raise BadValue(
                _("Each criterion is a question of at most %(n)s characters.") % {"n": ASKS},
                field="criteria",
            )
        weight = one.get("weight", 1)
        if not isinstance(weight, int) or isinstance(weight, bool) or not 1 <= weight <= 10:
            raise BadValue(_("A weight is a number from 1 to 10."), field="criteria")
        long = {
            name: text.clean(str(one.get(name) or ""), field="criteria").strip()
            for name in ("why", "good", "bad")
        }
        if len(long["why"]) > WHY or max(len(long["good"]), len(long["bad"])) > EXAMPLE:
            raise BadValue(_("An explanation or an example is too long."), field="criteria")
        key = str(one.get("key") or "")[:40] or _key(asks, taken)
        if not re.fullmatch(r"[A-Za-z0-9_-]+", key):
            raise BadValue(
                _("Keys have Latin letters, digits and underscores."), field="criteria"
            )
        taken.add(key)
        if any(key == other["key"] for other in kept):
            raise BadValue(_("Each criterion stands once."), field="criteria")
        kept.append({"key": key, "asks": asks, "weight": weight, **long})
    return [{name: one[name] for name in TOLD} for one in kept]


def _key(asks: str, taken: set[str]) -> str:
    stem = slugify(asks)[:34].strip("-") or "criterion"
    if stem not in taken:
        return stem
    return next(key for n in range(2, 99) if (key := f"{stem}-{n}") not in taken)
