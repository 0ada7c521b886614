"""Verbs of the product tree: plant, move, appoint."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr
from django.utils.text import slugify
from django.utils.translation import gettext as _

from kcs.errors import BadValue, NotAllowed
from people.models import Domain, User

PATH_LENGTH = 250
SAME: Any = object()  # "leave it where it is", because None means the root


def _require_administrator(by: User | None) -> None:
    if by is not None and not by.is_superuser:
        raise NotAllowed(_("Only administrators change the product tree."))


def _place(name: str, slug: str, parent: Domain | None, *, but: Domain | None = None) -> str:
    """The path of a domain at this place, or the reason why it cannot stand there."""
    if not name:
        raise BadValue(_("Please give a name."), field="name")
    if not slug or slug != slugify(slug):
        raise BadValue(
            _("The short name has small Latin letters, digits and hyphens."), field="slug"
        )
    path = f"{parent.path}/{slug}" if parent else slug
    if len(path) > PATH_LENGTH:
        raise BadValue(_("The tree is too deep here."), field="parent")
    others = Domain.objects.exclude(pk=but.pk) if but else Domain.objects.all()
    if others.filter(path=path).exists():
        raise BadValue(_("There is a domain with this short name here."), field="slug")
    return path


@transaction.atomic
def plant(
    *, name: str, slug: str = "", parent: Domain | None = None, by: User | None = None
) -> Domain:
    """Add a branch to the product tree. `by` is empty where a command does it."""
    _require_administrator(by)
    name = " ".join(name.split())
    slug = slug or slugify(name)
    path = _place(name, slug, parent)
    return Domain.objects.create(name=name, slug=slug, parent=parent, path=path)


@transaction.atomic
def move(
    domain: Domain,
    *,
    by: User | None = None,
    name: str | None = None,
    slug: str | None = None,
    parent: Domain | None = SAME,
) -> Domain:
    """Rename a branch or put it under another one (at the root with `parent=None`).

    Everything below it comes along.
    """
    _require_administrator(by)
    # Two moves at once could make a ring: one after the other they cannot.
    list(Domain.objects.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    domain.refresh_from_db()
    if parent is SAME:
        parent = domain.parent
    if parent is not None:
        parent.refresh_from_db()
        if parent.pk == domain.pk or parent.path.startswith(f"{domain.path}/"):
            raise BadValue(_("A branch cannot stand under itself."), field="parent")
    name = " ".join((domain.name if name is None else name).split())
    slug = domain.slug if slug is None else slug
    before, after = domain.path, _place(name, slug, parent, but=domain)
    below = Domain.objects.filter(path__startswith=f"{before}/")
    if any(
        len(path) - len(before) + len(after) > PATH_LENGTH
        for path in below.values_list("path", flat=True)
    ):
        raise BadValue(_("The tree is too deep here."), field="parent")
    if before != after:
        below.update(path=Concat(Value(after), Substr(F("path"), len(before) + 1)))
    domain.name, domain.slug, domain.parent, domain.path = name, slug, parent, after
    domain.save(update_fields=["name", "slug", "parent", "path"])
    return domain


@transaction.atomic
def appoint(domain: Domain, *, experts: Iterable[User], by: User | None = None) -> Domain:
    """Say who looks after a branch, and everything below it."""
    _require_administrator(by)
    chosen = list(experts)
    if not all(person.is_agent for person in chosen):
        raise BadValue(_("Only agents are domain experts."), field="experts")
    domain.experts.set(chosen)
    return domain
