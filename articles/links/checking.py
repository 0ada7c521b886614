"""The weekly job: which links are broken, and one flag for each, where it stands."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.actions.remarks import flag
from articles.links.asking import Answer, Asker, Found
from articles.links.reading import LINKS, Mention, mentions, texts
from articles.models import (
    PARTS,
    Address,
    Article,
    Attachment,
    Confidence,
    Flag,
    Translation,
)
from people.models import SiteSettings

AGAIN = timedelta(days=6)  # a week, less what a run takes
FORGOTTEN = timedelta(days=60)
CAP = 400  # requests of one start: they fit into its minutes, and the next start goes on
MINUTES = 4
UNRESOLVED = 2  # runs in a row
SILENT = 4
LOCK = 0x6C696E6B73  # "links": one run at a time
ORIGIN = "address"


def check(
    *,
    now: datetime | None = None,
    wait: Callable[[float], None] = time.sleep,
    seconds: float = MINUTES * 60,
) -> int:
    """Look through all articles, ask about what is due, flag what is broken; how many flags.

    Every answer is kept when it comes and every flag is a transaction of its own: a run that is
    killed loses nothing, and the next one goes on where it stopped.
    """
    site = SiteSettings.load()
    if not site.check_links:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        try:
            now = now or timezone.now()
            _collect(now)
            asker = Asker(private=site.check_private_links, wait=wait)
            _ask(asker, now, until=time.monotonic() + seconds)
            return _flag_all()
        finally:
            cursor.execute("select pg_advisory_unlock(%s)", [LOCK])


# What is linked -----------------------------------------------------------------------------


def _articles() -> Iterator[Article]:
    """Articles with anything like a link in their text or in a translation's."""
    live = Article.objects.exclude(confidence=Confidence.ARCHIVED)
    translations = _linking(Translation.objects.filter(article=OuterRef("pk")))
    wanted = live.filter(Q(pk__in=_linking(live).values("pk")) | Exists(translations))
    slim = wanted.defer("rendered", "outside").prefetch_related("translations")
    yield from slim.order_by("pk").iterator(chunk_size=200)


def _linking(rows: QuerySet[Any]) -> QuerySet[Any]:
    found = Q(own_parts__iregex=LINKS)
    for name in PARTS:
        found |= Q(**{f"{name}__iregex": LINKS})
    return rows.alias(own_parts=Cast("parts", TextField())).filter(found)


def mentioned(article: Article) -> list[Mention]:
    """Every address in an article and in its translations."""
    said = list(texts(article))
    for translation in article.translations.all():
        said += texts(translation)
    return mentions(said)


def digest(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()


def _collect(now: datetime) -> None:
    """Keep every address that an article links to; forget those that none links to any more."""
    known: set[str] = set()
    for article in _articles():
        new = {digest(m.web): m.web for m in mentioned(article) if m.web}
        for key in known & new.keys():
            del new[key]
        if new:
            known |= new.keys()
            Address.objects.bulk_create(
                [Address(digest=key, url=url, linked_at=now) for key, url in new.items()],
                update_conflicts=True,
                unique_fields=["digest"],
                update_fields=["linked_at"],
            )
    Address.objects.filter(linked_at__lt=now - FORGOTTEN).delete()


# What their servers say ---------------------------------------------------------------------


def _ask(asker: Asker, now: datetime, *, until: float) -> None:
    due = Address.objects.filter(Q(asked_at=None) | Q(asked_at__lt=now - AGAIN))
    due = due.filter(linked_at=now).order_by(F("asked_at").asc(nulls_first=True), "pk")
    for address in _mixed(due[:CAP]):
        if time.monotonic() > until:
            return
        # Asked is asked, whatever comes: a server that holds us until we are killed is not the
        # first one that the next start meets.
        address.asked_at = now
        address.save(update_fields=["asked_at"])
        _keep(address, asker.ask(address.url))


def _mixed(due: Iterable[Address]) -> list[Address]:
    """One of each host, then the second of each: so nobody waits for one host's pauses."""
    seen: Counter[str] = Counter()
    placed: list[tuple[int, int, Address]] = []
    for at, address in enumerate(due):
        host = address.url.split("/", 3)[2].lower()
        placed.append((seen[host], at, address))
        seen[host] += 1
    return [address for _turn, _at, address in sorted(placed, key=lambda one: one[:2])]


def _keep(address: Address, answer: Answer) -> None:
    failed = answer.found in (Found.UNRESOLVED, Found.SILENT)
    again = failed and address.found == answer.found
    address.failures = address.failures + 1 if again else int(failed)
    address.found, address.status = answer.found, answer.status
    address.save(update_fields=["found", "status", "failures"])


def why(address: Address) -> str:
    if address.found == Found.GONE:
        return _("The server answers %(status)s.") % {"status": address.status}
    if address.found == Found.UNRESOLVED:
        return _("There is no server of this name.")
    return _("The server has not answered for weeks.")


# The flags ----------------------------------------------------------------------------------


def _flag_all() -> int:
    # At once when a page is said to be gone; a name that nobody has may be our own network's
    # trouble, and a server that is down comes back.
    unsure = Q(found=Found.UNRESOLVED, failures__gte=UNRESOLVED)
    unsure |= Q(found=Found.SILENT, failures__gte=SILENT)
    gone = Address.objects.filter(Q(found=Found.GONE) | unsure)
    broken = {address.url: why(address) for address in gone}
    raised = 0
    for article in _articles():
        found = mentioned(article)
        for mention, reason in [*_web(found, broken), *_inside(found)]:
            raised += _raise(article, mention, reason)
    return raised


def _web(found: list[Mention], broken: dict[str, str]) -> Iterator[tuple[Mention, str]]:
    yield from ((m, broken[m.web]) for m in found if m.web in broken)


def _inside(found: list[Mention]) -> Iterator[tuple[Mention, str]]:
    """Links to articles and files of our own: looked up, not asked for."""
    numbers = {m.number for m in found if m.number}
    keys = {m.file for m in found if m.file}
    if numbers:
        # A merged article is archived, and its address leads on: that is no broken link.
        there = Article.objects.filter(number__in=numbers).filter(
            ~Q(confidence=Confidence.ARCHIVED) | Q(merged_into__isnull=False)
        )
        gone = numbers - set(there.values_list("number", flat=True))
        reason = _("This article does not exist, or is archived.")
        yield from ((m, reason) for m in found if m.number in gone)
    if keys:
        kept = Attachment.objects.filter(key__in=keys)
        held = {file.key for file in kept if file.file.storage.exists(str(file.file))}
        reason = _("This file is missing.")
        yield from ((m, reason) for m in found if m.file and m.file not in held)


@transaction.atomic
def _raise(article: Article, mention: Mention, reason: str) -> bool:
    """One flag for an article and an address; none while one waits, or after one was rejected."""
    origin = (ORIGIN, digest(mention.address))
    article.lock()
    raised = article.flags.filter(
        origin_type=origin[0], origin_id=origin[1], kind=Flag.Kind.BROKEN_LINK
    )
    if raised.exclude(state=Flag.State.RESOLVED).exists():
        return False
    if mention not in mentioned(article):
        return False  # mended while the run was going on
    flag(
        article,
        by=None,
        kind=Flag.Kind.BROKEN_LINK,
        note=f"{reason}\n{mention.address}",
        passage=mention.passage,
        origin=origin,
    )
    return True
