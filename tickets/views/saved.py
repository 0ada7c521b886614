"""Saved views: the queue's filters under a name."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kcs.errors import BadValue
from people.doors import agents_only
from people.models import User
from tickets import saved
from tickets.models import SavedView


@require_http_methods(["GET", "POST"])
@agents_only
def views(request: HttpRequest) -> HttpResponse:
    """All views one has or was given; POST keeps a new one."""
    user: User = request.user  # type: ignore[assignment]
    if request.method == "POST":
        query, name = request.POST.get("query", ""), request.POST.get("name", "")
        try:
            view = saved.save(
                by=user, name=name, query=query, shared=request.POST.get("shared") == "on"
            )
        except BadValue as error:
            # Nothing is lost: the page shows the form again with what was typed.
            return _page(request, user, status=422, error=str(error), name=name, query=query)
        messages.success(request, _("The view “%(name)s” is kept.") % {"name": view.name})
        return redirect(f"{reverse('tickets:queue')}?{view.query}")
    return _page(request, user, query=request.GET.get("query", ""))


def _page(request: HttpRequest, user: User, *, status: int = 200, **more: str) -> HttpResponse:
    found = SavedView.objects.filter(Q(owner=user) | Q(shared=True)).select_related("owner")
    rows = list(found)
    context = {
        "own": [view for view in rows if view.owner_id == user.pk],
        "shared": [view for view in rows if view.owner_id != user.pk],
        **more,
    }
    return render(request, "tickets/views.html", context, status=status)


def _reachable(request: HttpRequest, pk: int) -> SavedView:
    user: User = request.user  # type: ignore[assignment]
    found = SavedView.objects.filter(Q(owner=user) | Q(shared=True))
    return get_object_or_404(found.select_related("owner"), pk=pk)


@require_POST
@agents_only
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    view = saved.rename(
        _reachable(request, pk),
        by=request.user,  # type: ignore[arg-type]
        name=request.POST.get("name", ""),
        shared=request.POST.get("shared") == "on",
    )
    messages.success(request, _("The view “%(name)s” is kept.") % {"name": view.name})
    return redirect("tickets:views")


@require_POST
@agents_only
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    view = _reachable(request, pk)
    saved.remove(view, by=request.user)  # type: ignore[arg-type]
    messages.success(request, _("The view “%(name)s” is removed.") % {"name": view.name})
    return redirect("tickets:views")
