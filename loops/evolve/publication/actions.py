"""Verbs of publication: publish, retract, and the rules that publish by themselves."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from articles import text
from articles.actions import restate
from articles.models import EXTERNAL, Article, ArticleEvent, Audience, Confidence, Flag, Version
from kcs.errors import BadValue, Missing, NotAllowed, Refused
from loops.evolve.publication import leaks, queries
from loops.evolve.scope import zone
from loops.models import Decision, Finding, Link, Publication, PublicationRule, Upkeep
from people.actions.inbox import tell
from people.models import Domain, Notification, SiteEvent, User

log = logging.getLogger(__name__)
REASON = 300
RULES = 50  # rules that one site can have
BATCH = 200  # articles that one run of one rule publishes; the next run goes on


def may_decide(user: User) -> bool:
    """Whether publication is this person's to decide: coaches, domain experts, administrators,
    and whoever may show an article to readers outside."""
    return user.is_agent and any(("audience", value) in user.rights for value in EXTERNAL)


def require_decider(user: User) -> None:
    if not may_decide(user):
        raise NotAllowed(
            _("Publication is decided by those who may show articles to readers outside.")
        )


class Leaking(Refused):
    """The leak check found something (409): each finding is a thing that is missing."""

    code = "leaks"


@transaction.atomic
def publish(
    article: Article,
    *,
    by: User,
    audience: str,
    checked: bool = False,
    reason: str = "",
    rule: PublicationRule | None = None,
) -> Publication:
    """Show an internal article to readers outside, with what that is expected to save.

    `checked`: a person has read what the leak check found and says that it may be read. A rule
    never says so.
    """
    article.lock()
    if audience not in EXTERNAL:
        raise BadValue(_("Choose who may read it."), field="audience")
    if article.audience != Audience.INTERNAL:
        raise Refused(_("This article is outside already."))
    if article.confidence != Confidence.VALIDATED:
        raise Refused(_("Only a validated article can be shown outside."))
    if rule is None:
        require_decider(by)
    found = leaks.find(article)
    if found and (rule is not None or not checked):
        raise Leaking(
            ngettext(
                "The leak check found %(n)s passage that nobody outside should read. "
                "Mend it, or say that you have looked at it.",
                "The leak check found %(n)s passages that nobody outside should read. "
                "Mend them, or say that you have looked at them.",
                len(found),
            )
            % {"n": len(found)},
            missing=[Missing(leak.kind, f"{leak.says}: {leak.words}") for leak in found],
        )
    upkeep = Upkeep.objects.filter(article=article).first()
    expected = queries.Expected(upkeep.reuses_90 if upkeep else 0, queries.helped())
    restate(article, by=by, audience=audience, reason=_why(rule, reason))
    made = Publication.objects.create(
        article=article,
        version=Version.objects.get(article=article, number=article.version_number),
        audience=audience,
        rule=rule,
        by=by,
        validated_at=first_validated(article),
        expected=expected.value,
        grounds={
            **expected.plain(),
            "leaks": [leak.plain() for leak in found],
            "reason": reason[:REASON],
        },
    )
    _tell(made, by=None if rule else by)
    return made


def _why(rule: PublicationRule | None, reason: str) -> str:
    """What the article's own event says; a rule is named there."""
    if rule is None:
        return reason
    return _("by the rule “%(name)s”") % {"name": rule.name}


def first_validated(article: Article) -> Any:
    """When this article was first validated, by its events."""
    to = {"confidence": "to", "created": "confidence"}
    either = Q()
    for verb, key in to.items():
        either |= Q(verb=verb, **{f"detail__{key}": "validated"})
    first = ArticleEvent.objects.filter(either, article=article).order_by("at", "pk").first()
    return first.at if first else article.validated_at


@transaction.atomic
def retract(publication: Publication, *, by: User, reason: str) -> Publication:
    """Take a published article back inside, at once; no rule publishes it again."""
    publication.refresh_from_db(
        from_queryset=Publication.objects.select_for_update(no_key=True)
    )
    require_decider(by)
    reason = " ".join(text.clean(reason, field="reason").split())
    if not reason:
        raise BadValue(_("Say why it is taken back: the author reads it."), field="reason")
    if len(reason) > REASON:
        raise BadValue(_("At most %(n)s characters fit here.") % {"n": REASON}, field="reason")
    if publication.retracted_at is not None:
        raise Refused(_("It has been taken back already."))
    article = Article.objects.get(pk=publication.article_id)
    restate(article, by=by, audience=Audience.INTERNAL, reason=reason)
    publication.retracted_by, publication.retracted_at = by, timezone.now()
    publication.reason = reason
    publication.save(update_fields=["retracted_by", "retracted_at", "reason"])
    _tell(publication, by=by)
    return publication


def _tell(publication: Publication, *, by: User | None) -> None:
    """The owner and the first author hear of it, and why."""
    article = publication.article
    for person in {one.pk: one for one in (article.owner, article.created_by) if one}.values():
        with translation.override(person.language or settings.LANGUAGE_CODE):
            if publication.retracted_at is not None:
                said = _("Taken back: %(reason)s") % {"reason": publication.reason}
            elif publication.rule is not None:
                said = _("Published for %(audience)s by the rule “%(name)s”") % {
                    "audience": publication.get_audience_display(),
                    "name": publication.rule.name,
                }
            else:
                said = _("Published for %(audience)s") % {
                    "audience": publication.get_audience_display()
                }
        tell(
            [person],
            by=by,
            kind=Notification.Kind.PUBLISHED,
            subject=f"{article.number} {article.title}",
            text=said,
            url=article.get_absolute_url(),
        )


# -- rules -------------------------------------------------------------------------------

FIELDS = (
    "name", "active", "audience", "min_links", "min_people", "quiet_days", "experience_only",
)  # fmt: skip


@transaction.atomic
def set_rule(
    rule: PublicationRule | None,
    *,
    by: User,
    domains: list[Domain] | None = None,
    **wanted: Any,
) -> PublicationRule:
    """Make a rule, or change one. From then on it publishes in the name of who saved it."""
    if not by.is_superuser:
        raise NotAllowed(_("Only administrators configure publication."))
    unknown = set(wanted) - set(FIELDS)
    if unknown:
        raise BadValue(_("There is no such setting."), field=sorted(unknown)[0])
    if rule is None:
        if PublicationRule.objects.count() >= RULES:
            raise Refused(_("There are fifty rules already. Change one of them."))
        rule, before = PublicationRule(), {}
    else:
        rule.refresh_from_db(
            from_queryset=PublicationRule.objects.select_for_update(no_key=True)
        )
        before = _said(rule)
    for name, value in wanted.items():
        setattr(rule, name, value)
    rule.name = " ".join(rule.name.split())[:80]
    if not rule.name:
        raise BadValue(_("Please give a name."), field="name")
    if PublicationRule.objects.filter(name__iexact=rule.name).exclude(pk=rule.pk).exists():
        raise BadValue(_("There is a rule of this name."), field="name")
    if rule.audience not in EXTERNAL:
        raise BadValue(_("Choose who may read it."), field="audience")
    if ("audience", rule.audience) not in by.rights:
        raise BadValue(
            _("You may not publish for them yourself: a rule acts with your rights."),
            field="audience",
        )
    for name in ("min_links", "min_people"):
        if not 1 <= getattr(rule, name) <= 1000:
            raise BadValue(
                _("From %(least)s to %(most)s.") % {"least": 1, "most": 1000}, field=name
            )
    rule.by, rule.at = by, timezone.now()
    rule.save()
    if domains is not None:
        rule.domains.set(domains)
    after = _said(rule)
    moved = {
        n: {"from": before.get(n), "to": v} for n, v in after.items() if before.get(n) != v
    }
    if moved:
        SiteEvent.objects.create(
            verb=SiteEvent.Verb.RULE, by=by, detail={"rule": rule.name, **moved}
        )
    return rule


def _said(rule: PublicationRule) -> dict[str, Any]:
    said = {name: getattr(rule, name) for name in FIELDS}
    return {**said, "domains": sorted(one.path for one in rule.domains.all())}


def satisfying(rule: PublicationRule) -> QuerySet[Article]:
    """The articles that a rule would publish now, but for what the leak check says: the most
    used first. What a person took back or decided against is not among them."""
    links = Link.objects.resolutions().filter(article=OuterRef("pk")).order_by()
    today = timezone.localdate(timezone=zone())
    decided = Decision.objects.filter(list="publish", article=OuterRef("pk")).filter(
        Q(until=None) | Q(until__gt=today)
    )
    taken_back = Publication.objects.filter(article=OuterRef("pk"), retracted_at__isnull=False)
    found = Article.objects.visible_to(rule.by).filter(
        # Cheap and true of nearly all: every link but the one it was written from is a reuse.
        reuse_count__gte=max(0, rule.min_links - 1),
        confidence=Confidence.VALIDATED,
        audience=Audience.INTERNAL,
        open_flags=0,
    )
    if rule.experience_only:
        found = found.filter(governance="experience")
    branches = [pk for one in rule.domains.all() for pk in _branch(one)]
    if branches:
        found = found.filter(domain__in=branches)
    if rule.quiet_days:
        since = timezone.now() - timedelta(days=rule.quiet_days)
        found = found.exclude(
            Exists(Flag.objects.filter(article=OuterRef("pk"), at__gte=since))
        )
    counted = links.values("article").annotate(n=Count("pk"), people=Count("by", distinct=True))
    enough = counted.filter(n__gte=rule.min_links, people__gte=rule.min_people)
    return (
        found.filter(Exists(enough))
        .exclude(Exists(decided))
        .exclude(Exists(taken_back))
        .order_by("-reuse_count", "pk")
    )


def _branch(domain: Domain) -> list[int]:
    return list(Domain.objects.branch(domain.path).order_by().values_list("pk", flat=True))


def run_rules(batch: int = BATCH) -> int:
    """Publish what the active rules name, as many of each as a batch; how many.

    Each article has a transaction of its own: a killed worker loses nothing, and two workers
    publish nothing twice.
    """
    published = 0
    for rule in PublicationRule.objects.filter(active=True).select_related("by"):
        if not rule.by.is_agent:
            continue
        # Those whose very text the check looked at are looked at again in some days.
        waiting = satisfying(rule).exclude(pk__in=_leaking())
        keys = list(waiting.values_list("pk", flat=True)[:batch])
        done = sum(_publish_by(rule.pk, key) for key in keys)
        published += done
    return published


# Articles in which the check found something, by a rule's attempt: a text is not looked at again
# before so many days, lest those that leak stand for ever before those that do not.
AGAIN = timedelta(days=3)
FOUND = "leaks"


def _leaking() -> list[int]:
    """Articles in whose present version the check found something these days."""
    rows = Finding.objects.filter(key=FOUND, computed_at__gt=timezone.now() - AGAIN)
    seen = {int(scope): data["version"] for scope, data in rows.values_list("scope", "data")}
    now = Article.objects.filter(pk__in=seen).values_list("pk", "version_number")
    return [key for key, version in now if seen[key] == version]


def _remember(article: Article) -> None:
    Finding.objects.update_or_create(
        key=FOUND,
        scope=str(article.pk),
        defaults={"data": {"version": article.version_number}, "computed_at": timezone.now()},
    )


@transaction.atomic
def _publish_by(rule_pk: int, article_pk: int) -> int:
    """One article by one rule, if both are still as they were."""
    rule = (
        PublicationRule.objects.select_related("by")
        .select_for_update(of=("self",), no_key=True)
        .filter(pk=rule_pk, active=True)
        .first()
    )
    if rule is None or not satisfying(rule).filter(pk=article_pk).exists():
        return 0
    article = Article.objects.get(pk=article_pk)
    with translation.override(rule.by.language or settings.LANGUAGE_CODE):
        try:
            with transaction.atomic():
                publish(article, by=rule.by, audience=rule.audience, rule=rule)
        except Refused as refusal:
            log.info("rule %s leaves %s inside: %s", rule.pk, article.number, refusal)
            _remember(article)
            return 0
    return 1


def follow() -> int:
    """What went outside or came back by another door (an article's own page, a schedule, the
    API) is written down here as well, so that the list is whole; how many rows."""
    made = 0
    standing = Publication.objects.filter(article=OuterRef("pk"), retracted_at=None)
    went = Article.objects.filter(audience__in=EXTERNAL).exclude(Exists(standing))
    for article in went.order_by("pk").iterator(chunk_size=500):
        made += _note(article)
    back = Publication.objects.filter(
        retracted_at=None, article__audience=Audience.INTERNAL
    ).select_related("article")
    for publication in back:
        last = _last_move(publication.article)
        publication.retracted_at = last.at if last else timezone.now()
        publication.retracted_by = last.by if last else None
        publication.reason = (str(last.detail.get("reason") or "") if last else "") or "–"
        publication.save(update_fields=["retracted_at", "retracted_by", "reason"])
        made += 1
    return made


@transaction.atomic
def _note(article: Article) -> int:
    article.lock()
    if not article.is_external or article.publications.filter(retracted_at=None).exists():
        return 0
    last = _last_move(article)
    Publication.objects.create(
        article=article,
        version=Version.objects.get(article=article, number=article.version_number),
        audience=article.audience,
        by=(last.by if last and last.by else article.changed_by),
        at=last.at if last else article.created_at,
        validated_at=first_validated(article),
    )
    return 1


def _last_move(article: Article) -> ArticleEvent | None:
    return (
        article.events.filter(verb__in=["audience", "created"])
        .select_related("by")
        .order_by("-at", "-pk")
        .first()
    )
