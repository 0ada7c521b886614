"""Verbs of saved views: save, rename, remove. A view is a queue's filters under a name."""

from __future__ import annotations

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from kcs.errors import BadValue, NotAllowed
from people.models import User
from tickets.actions import clean, require_agent
from tickets.filters import kept
from tickets.models import SavedView

MOST = 50  # views of one person: a list that nobody reads to its end helps nobody


def name_for(text: str, *, owner: User, besides: int = 0) -> str:
    """The name as it is stored, or a sentence why it cannot be."""
    name = " ".join(clean(text, field="name", limit=60).split())
    if not name:
        raise BadValue(_("Give the view a name."), field="name")
    if owner.saved_views.filter(name__iexact=name).exclude(pk=besides).exists():
        raise BadValue(_("You have a view of this name already."), field="name")
    return name


@transaction.atomic
def save(*, by: User, name: str, query: str, shared: bool = False) -> SavedView:
    """Keep these filters under a name, for oneself or for everyone."""
    require_agent(by)
    # One row is locked so that a form sent twice makes one view.
    User.objects.select_for_update(no_key=True).only("pk").get(pk=by.pk)
    if by.saved_views.count() >= MOST:
        raise BadValue(_("You have fifty views already. Remove one first."), field="name")
    filters = kept(QueryDict(query)).urlencode()
    if len(filters) > 1000:
        raise BadValue(_("These filters are too long to be saved."), field="query")
    return SavedView.objects.create(
        owner=by, name=name_for(name, owner=by), query=filters, shared=shared
    )


def _own(view: SavedView, *, by: User) -> None:
    if view.owner_id != by.pk and not by.is_superuser:
        raise NotAllowed(_("Only its owner changes a view. Save one of your own."))


@transaction.atomic
def rename(view: SavedView, *, by: User, name: str, shared: bool) -> SavedView:
    """Another name, or another circle of readers."""
    _own(view, by=by)
    User.objects.select_for_update(no_key=True).only("pk").get(pk=view.owner_id)
    view.name = name_for(name, owner=view.owner, besides=view.pk)
    view.shared = shared
    view.save(update_fields=["name", "shared"])
    return view


def remove(view: SavedView, *, by: User) -> None:
    """It is gone, for those it was shared with too. The tickets are not touched."""
    _own(view, by=by)
    view.delete()
