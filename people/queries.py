"""Questions about people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.base_user import BaseUserManager
from django.db import models
from django.db.models import Count, Exists, F, Q, Subquery
from django.db.models.functions import Coalesce

if TYPE_CHECKING:
    from people.models import Domain, Notification, User  # noqa: F401  (named in strings)


class UserQuerySet(models.QuerySet["User"]):
    def agents(self) -> UserQuerySet:
        """Everyone who can be given a ticket."""
        return self.filter(Q(is_superuser=True) | ~Q(competency=""), is_active=True)

    def around(self, user: User) -> tuple[int, bool]:
        """What stands round every page, asked in one question: how many notifications wait
        unread, and whether this person manages a team."""
        unread = (
            user.notifications.unread()
            .order_by()
            .values("user")
            .annotate(n=Count("pk"))
            .values("n")
        )
        managed = user.manages.all()
        found: tuple[int, bool] = (
            self.filter(pk=user.pk)
            .values_list(Coalesce(Subquery(unread), 0), Exists(managed))
            .get()
        )
        return found


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str) -> User:
        return self.get(email__iexact=email)


class DomainQuerySet(models.QuerySet["Domain"]):
    def branch(self, path: str) -> DomainQuerySet:
        """The domain with this path and everything below it."""
        return self.filter(Q(path=path) | Q(path__startswith=f"{path}/"))

    def below_experts(self, user: User) -> DomainQuerySet:
        """The domains of which this person is an expert, branches below included."""
        wanted = Q(pk__in=[])
        for path in user.expert_of.values_list("path", flat=True):
            wanted |= Q(path=path) | Q(path__startswith=f"{path}/")
        return self.filter(wanted)


class NotificationQuerySet(models.QuerySet["Notification"]):
    def unread(self) -> NotificationQuerySet:
        return self.filter(read_at=None)

    def unmailed(self) -> NotificationQuerySet:
        """Due by mail and not yet sent, oldest first."""
        return self.filter(mail_due=True, mailed_at=None).order_by(F("at").asc(), "pk")
