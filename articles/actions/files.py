"""Verbs of files: attach, claim, detach, and the sweep of what nobody used."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from articles import rules
from articles.actions.checks import Verb, record
from articles.models import Article, Attachment
from kcs.errors import NotAllowed, Refused
from kcs.files import KEY, examine
from people.models import User

USED = re.compile(rf"/files/({KEY})/")
MOST_FILES = 100
# Somebody writes for a day at most; what no text names by then was thought better of.
UNCLAIMED = timedelta(days=2)
MOST_UNCLAIMED = 200


@transaction.atomic
def attach(upload: Any, *, by: User, article: Article | None = None) -> Attachment:
    """Keep a file. With `article` it belongs there at once; else to the text that names it."""
    rules.require(by.is_agent, _("Only agents attach files."))
    if article is not None:
        article.lock()
        if not (rules.may_change(by, article) or rules.may_suggest(by, article)):
            raise NotAllowed(_("You may not change this article."))
        if article.attachments.count() >= MOST_FILES:
            raise Refused(_("An article may have %(n)s files.") % {"n": MOST_FILES})
    elif Attachment.objects.filter(by=by, article=None).count() >= MOST_UNCLAIMED:
        raise Refused(_("You brought many files that no article uses. Save your text first."))
    made = Attachment.objects.create(by=by, article=article, **examine(upload).fields())
    if article is not None:
        record(article, Verb.ATTACHED, by=by, file=made.key, name=made.name)
    return made


def claim(article: Article, words: dict[str, Any], *, by: User) -> None:
    """Give the article the files that its new text names and that still belong to nobody else."""
    keys = set(USED.findall(_all(words)))
    if not keys:
        return
    found = list(Attachment.objects.filter(key__in=keys, article=None, by=by))
    for made in found:
        made.article = article
        record(article, Verb.ATTACHED, by=by, file=made.key, name=made.name)
    Attachment.objects.bulk_update(found, ["article"])


def _all(words: dict[str, Any]) -> str:
    said = [value for value in words.values() if isinstance(value, str)]
    return "\n".join([*said, *map(str, (words.get("parts") or {}).values())])


def used_outside(article: Article, key: str) -> bool:
    """Whether a text that readers outside get shows this file: one inside an internal passage
    is as internal as the passage."""
    held = [article.rendered, *article.translations.values_list("rendered", flat=True)]
    return any(
        f"/files/{key}/" in html
        for rendered in held
        for html in (rendered.get("outside") or {}).values()
    )


@transaction.atomic
def detach(attachment: Attachment, *, by: User) -> None:
    """Take a file away for good, from every version: it should not have been there."""
    article = attachment.article
    if article is None:
        rules.require(attachment.by_id == by.pk, _("This file is somebody else's."))
    else:
        article.lock()
        rules.require(rules.may_change(by, article), _("You may not change this article."))
        record(article, Verb.DETACHED, by=by, file=attachment.key, name=attachment.name)
    _forget(attachment)


def _forget(attachment: Attachment) -> None:
    storage, name = attachment.file.storage, attachment.file.name or ""
    attachment.delete()
    # The row first: a file without a row is litter, a row without its file a broken picture.
    transaction.on_commit(lambda: storage.delete(name))


def sweep() -> int:
    """Forget the files that nobody's text named in time; how many."""
    old = timezone.now() - UNCLAIMED
    swept = 0
    while True:
        with transaction.atomic():
            found = (
                Attachment.objects.select_for_update(no_key=True, skip_locked=True)
                .filter(article=None, at__lt=old)
                .first()
            )
            if found is None:
                return swept
            _forget(found)
        swept += 1
