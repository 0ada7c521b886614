"""Who answers for an article: never nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from django.db.models import Count, QuerySet

from articles import rules
from articles.models import Article, Feedback, Flag
from people.models import Domain, User

# Older changes say little of who knows the article now.
CHANGES = 30


def route(article: Article, *, but: Collection[int] = ()) -> User:
    """The person who should answer what is said about this article.

    An expert of its domain or of the nearest branch above that has one, else the last editor
    whose change stood, else the coach of its author, else any coach, else an administrator.
    Of several the one with the fewest open remarks; of those the longest here.
    """
    return Router(but=but).to(article)


class Router:
    """Routes many articles: it remembers who is there, and whom it has already given work.

    `but` are the ids of people who do not come into question, such as the leaver.
    """

    def __init__(self, *, but: Collection[int] = ()) -> None:
        self.but = set(but)
        self.experts: dict[int | None, list[list[User]]] = {None: []}
        self.loads: Counter[int] = Counter()
        self.weighed: set[int] = set()

    def to(self, article: Article) -> User:
        for people in self._steps(article):
            fit = [person for person in people if self._fits(person, article)]
            if fit:
                self._weigh(fit)
                found = min(fit, key=lambda person: (self.loads[person.pk], person.pk))
                self.loads[found.pk] += 1
                return found
        # An installation keeps an active administrator; without one, whoever wrote it stays.
        return article.created_by

    def _steps(self, article: Article) -> Iterable[Iterable[User]]:
        yield from self._experts(article.domain)
        yield from ([person] for person in self._editors(article))
        coach = article.created_by.coach
        if coach is not None and coach.is_coach:
            yield [coach]
        yield self._everyone().filter(is_coach=True)
        yield self._everyone().filter(is_superuser=True)
        yield self._everyone()[:1]

    def _fits(self, person: User, article: Article) -> bool:
        return person.pk not in self.but and person.is_agent and rules.may_see(person, article)

    def _everyone(self) -> QuerySet[User]:
        return User.objects.agents().exclude(pk__in=self.but).order_by("pk")

    def _experts(self, domain: Domain | None) -> list[list[User]]:
        """The experts of the branch, then those of the branches above it."""
        key = domain.pk if domain else None
        if key not in self.experts:
            assert domain is not None
            steps = domain.path.split("/")
            paths = ["/".join(steps[:end]) for end in range(len(steps), 0, -1)]
            found = Domain.objects.filter(path__in=paths).prefetch_related("experts")
            by_path = {branch.path: list(branch.experts.all()) for branch in found}
            self.experts[key] = [by_path.get(path, []) for path in paths]
        return self.experts[key]

    def _editors(self, article: Article) -> Iterable[User]:
        """Who changed it, the last first, where nobody found the change incorrect."""
        incorrect = Flag.objects.filter(kind=Flag.Kind.INCORRECT).exclude(state="rejected")
        changes = (
            article.versions.exclude(pk__in=incorrect.filter(article=article).values("version"))
            .select_related("by")
            .only("by", "number", "article")
            .order_by("-number")
        )
        seen: set[int] = set()
        for change in changes[:CHANGES]:
            if change.by_id not in seen:
                seen.add(change.by_id)
                if change.by.is_active and rules.may_change(change.by, article):
                    yield change.by

    def _weigh(self, people: list[User]) -> None:
        """Count the open remarks of those who have not been counted yet."""
        new = {person.pk for person in people} - self.weighed
        if len(people) < 2 or not new:
            return
        self.weighed |= new
        for rows in (Flag.objects.open(), Feedback.objects.open()):
            held = rows.filter(owner__in=new).order_by().values_list("owner")
            for owner, n in held.annotate(n=Count("pk")):
                self.loads[owner] += n
