"""What lists of articles and of flags can be narrowed by. Pages and API use these same sets."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import (
    BooleanFilter,
    CharFilter,
    ChoiceFilter,
    FilterSet,
)

from articles.models import Article, Audience, Confidence, Feedback, Flag, Governance
from articles.queries import ArticleQuerySet
from kcs.filters import LIMIT, CommaFilter, ListFilter
from people.models import Domain

# Every order ends in the key, so that each row has exactly one place (kcs.pages.keyset).
SORTS = {
    "changed": (("-changed_at", "-pk"), _("Newest change")),
    "oldest": (("changed_at", "pk"), _("Longest unchanged")),
    "newest": (("-created_at", "-pk"), _("Newest first")),
    "reused": (("-reuse_count", "-pk"), _("Most reused")),
}
# What an outsider may narrow by: nothing that tells more than the article itself.
OUTSIDE = ("q", "domain", "tag", "language")


class ArticleFilter(ListFilter):
    """Allow-listed: what is not named here filters nothing, and no lookups are taken."""

    SORTS = SORTS
    OUTSIDE = OUTSIDE

    q = CharFilter(method="titled", label=_("Title or number"), max_length=LIMIT)
    confidence = CommaFilter(choices=Confidence.choices, label=_("Confidence"))
    audience = CommaFilter(choices=Audience.choices, label=_("Audience"))
    governance = CommaFilter(choices=Governance.choices, label=_("Governance"))
    domain = CharFilter(method="of_domain", label=_("Domain"), max_length=LIMIT)
    tag = CharFilter(method="tagged", label=_("Tag"), max_length=60)
    language = CharFilter(method="of_language", label=_("Language"), max_length=12)
    owner = CharFilter(method="of_owner", label=_("Owner"), max_length=LIMIT)
    flagged = BooleanFilter(method="with_flags", label=_("With open flags"))
    due = BooleanFilter(method="due_for_review", label=_("Due for review"))
    origin = CharFilter(method="made_from", label=_("Made from"), max_length=120)
    sort = ChoiceFilter(
        choices=[(key, label) for key, (_columns, label) in SORTS.items()],
        method="sorted",
        label=_("Order"),
    )

    class Meta:
        model = Article
        fields: list[str] = []

    def titled(self, articles: ArticleQuerySet, _name: str, asked: str) -> ArticleQuerySet:
        """All these words in the title, or this number. Texts are for the search to read."""
        titles = Q()
        for word in asked.split()[:8]:
            titles &= Q(title__icontains=word)
        return articles.filter(titles | Q(number__iexact=asked.strip()))

    def of_domain(self, articles: ArticleQuerySet, _name: str, path: str) -> ArticleQuerySet:
        """A branch: the domain itself and everything below it."""
        if path == "none":
            return articles.filter(domain=None)
        return articles.filter(domain__in=Domain.objects.branch(path.strip("/")).order_by())

    def tagged(self, articles: ArticleQuerySet, _name: str, tag: str) -> ArticleQuerySet:
        return articles.filter(tags__contains=[tag.strip().lower()])

    def of_language(self, articles: ArticleQuerySet, _name: str, code: str) -> ArticleQuerySet:
        return articles.filter(language=code.lower())

    def made_from(self, articles: ArticleQuerySet, _name: str, origin: str) -> ArticleQuerySet:
        """One record, or every record of a kind: "portal" is what customers sent."""
        return articles.filter(Q(origin_id=origin) | Q(origin_type=origin))

    def of_owner(self, articles: ArticleQuerySet, _name: str, who: str) -> ArticleQuerySet:
        if who == "me":
            return articles.filter(owner=self.request.user)
        if who == "nobody":
            return articles.filter(owner=None)
        return articles.filter(owner__email__iexact=who)

    def due_for_review(
        self, articles: ArticleQuerySet, _name: str, yes: bool
    ) -> ArticleQuerySet:
        due = Q(review_due_on__lte=timezone.localdate())
        return articles.filter(due) if yes else articles.exclude(due)

    def with_flags(self, articles: ArticleQuerySet, _name: str, yes: bool) -> ArticleQuerySet:
        return articles.filter(open_flags__gt=0) if yes else articles.filter(open_flags=0)


class RemarkFilter(FilterSet):
    """What both halves of the queue are narrowed by."""

    article = CharFilter(
        field_name="article__number", lookup_expr="iexact", label=_("Article"), max_length=20
    )
    domain = CharFilter(method="of_domain", label=_("Domain"), max_length=LIMIT)
    owner = CharFilter(method="of_person", label=_("Who answers"), max_length=LIMIT)
    by = CharFilter(method="of_person", label=_("Who said it"), max_length=LIMIT)

    def of_person(self, rows: QuerySet[Any], name: str, who: str) -> QuerySet[Any]:
        if who == "me":
            return rows.filter(**{name: self.request.user})
        if who == "nobody":
            return rows.filter(**{name: None})
        return rows.filter(**{f"{name}__email__iexact": who})

    def of_domain(self, rows: QuerySet[Any], _name: str, path: str) -> QuerySet[Any]:
        """A branch: the domain itself and everything below it."""
        if path == "none":
            return rows.filter(article__domain=None)
        branch = Domain.objects.branch(path.strip("/")).order_by()
        return rows.filter(article__domain__in=branch)


class FlagFilter(RemarkFilter):
    """Flags by state and kind, by who answers them, and by who raised them."""

    state = CommaFilter(choices=Flag.State.choices, label=_("State"))
    kind = CommaFilter(choices=Flag.Kind.choices, label=_("Kind"))

    class Meta:
        model = Flag
        fields: list[str] = []


class FeedbackFilter(RemarkFilter):
    """Feedback by state, by where and in which role it was said, and by whether it helped."""

    state = CommaFilter(choices=Feedback.State.choices, label=_("State"))
    role = CharFilter(label=_("Role"), max_length=12)
    channel = CharFilter(label=_("Channel"), max_length=8)
    helpful = BooleanFilter(label=_("Helpful"))

    class Meta:
        model = Feedback
        fields: list[str] = []
