"""The inbox of notifications, and what somebody wants to be told."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kcs.errors import BadValue
from kcs.pages import keyset
from kcs.web import answer
from people import actions
from people.forms import PreferencesForm
from people.models import Notification, User
from people.notices import OUTSIDE

ROWS = 30
FRESH = 100  # unread ones above the rest; whoever has more reads these first
YEAR = 365 * 24 * 3600

Kind = Notification.Kind
ICONS = {
    Kind.ASSIGNED: "user-check",
    Kind.MENTIONED: "at-sign",
    Kind.REPLIED: "reply",
    Kind.WOKEN: "alarm-clock",
    Kind.FLAG_ANSWERED: "flag",
    Kind.FLAG_RAISED: "flag",
    Kind.ARTICLE_CHANGED: "file-pen-line",
    Kind.SUGGESTION_MADE: "message-square-diff",
    Kind.SUGGESTION_DECIDED: "git-pull-request",
    Kind.REMARK_ROUTED: "inbox",
    Kind.FEEDBACK_ANSWERED: "message-circle-reply",
    Kind.HANDED_OVER: "arrow-right-left",
    Kind.REVIEW_DUE: "calendar-check",
    Kind.SCHEDULE_FAILED: "calendar-x",
    Kind.MERGED: "merge",
    Kind.REVIEWED: "clipboard-check",
    Kind.PROPOSED: "award",
    Kind.THANKED: "heart-handshake",
    Kind.CREDITED: "sprout",
    Kind.ASKED: "message-circle-question-mark",
    Kind.ANSWERED: "message-circle-reply",
    Kind.RECALLED: "undo-2",
    Kind.BURST: "trending-up",
    Kind.IMPROVEMENT: "hammer",
    Kind.PUBLISHED: "globe",
    Kind.CAPTURE_LIST: "list-todo",
    Kind.DIGEST: "newspaper",
    Kind.RECOUNT: "scale",
}


def frame(user: User) -> str:
    """The page round the content: a customer has no rail and no queue."""
    return "app.html" if user.is_agent else "articles/outside_frame.html"


@require_GET
@login_required
def notifications(request: HttpRequest) -> HttpResponse:
    """What concerns one: unread first, then the rest, newest first."""
    return render(request, "people/inbox.html", _inbox(request))


def _inbox(request: HttpRequest) -> dict[str, Any]:
    user: User = request.user  # type: ignore[assignment]
    mine = user.notifications.select_related("by").defer("by__signature")
    cursor = request.GET.get("cursor", "")
    page = keyset(
        mine.exclude(read_at=None).order_by(), ("-at", "-pk"), cursor=cursor, size=ROWS
    )
    fresh = [] if cursor else list(mine.unread().order_by("-at", "-pk")[:FRESH])
    for notification in (*fresh, *page.rows):
        notification.icon = ICONS.get(notification.kind, "bell")  # type: ignore[attr-defined]
    address = reverse("people:notifications")
    return {
        "frame": frame(user),
        "fresh": fresh,
        "page": page,
        "newer_url": f"{address}?cursor={page.newer}" if page.newer else "",
        "older_url": f"{address}?cursor={page.older}" if page.older else "",
    }


@require_GET
@login_required
def notification(request: HttpRequest, pk: int) -> HttpResponse:
    """Go where it happened. Having been there is having read it."""
    user: User = request.user  # type: ignore[assignment]
    found = get_object_or_404(user.notifications, pk=pk)
    actions.read_notifications(user, ids=[found.pk])
    # Verbs write paths of our own; a row that says otherwise leads nowhere else.
    ours = found.url.startswith("/") and not found.url.startswith(("//", "/\\"))
    return redirect(found.url if ours else "people:notifications")


@require_POST
@login_required
def read(request: HttpRequest) -> HttpResponse:
    """Mark one as read, or all of them."""
    user: User = request.user  # type: ignore[assignment]
    if request.POST.get("all"):
        actions.read_notifications(user)
    else:
        keys = [pk for pk in request.POST.getlist("id") if pk.isascii() and pk.isdigit()]
        actions.read_notifications(user, ids=[int(pk) for pk in keys if len(pk) < 19])
    return answer(
        request,
        "people/inbox.html",
        _inbox(request),
        part="list",
        url=reverse("people:notifications"),
    )


@require_GET
@login_required
def unread(request: HttpRequest) -> HttpResponse:
    """How many are unread, for the bell. Asked every minute, so mostly answered "as before"."""
    user: User = request.user  # type: ignore[assignment]
    newest, count = None, 0
    for count, pk in enumerate(  # noqa: B007  (the last value is the count)
        user.notifications.unread().order_by("-at").values_list("pk", flat=True)[:FRESH], 1
    ):
        newest = newest or pk
    tag = f'"{count}-{newest or 0}"'
    if tag in parse_etags(request.headers.get("If-None-Match", "")):
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = JsonResponse({"unread": count})
    response["ETag"] = tag
    patch_cache_control(response, private=True, no_store=True)
    return response


@require_http_methods(["GET", "POST"])
@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    """Language, light or dark, keys, rows, signature, and what one wants to be told."""
    user: User = request.user  # type: ignore[assignment]
    kinds = [kind for kind in Kind if user.is_agent or kind in OUTSIDE]
    if request.method == "POST":
        form = PreferencesForm(_with_muted(request.POST, kinds), instance=user)
        if form.is_valid():
            try:
                actions.prefer(user, **form.cleaned_data)
            except BadValue as error:
                form.add_error(error.field if error.field in form.fields else None, str(error))
            else:
                return _applied(request, user)
    else:
        form = PreferencesForm(instance=user)
    told = [
        {
            "kind": kind.value,
            "label": kind.label,
            "icon": ICONS[kind],
            "here": kind not in user.muted,
            "mailed": kind in user.mailed,
        }
        for kind in kinds
    ]
    status = 422 if form.is_bound else 200
    return render(
        request,
        "people/preferences.html",
        {"form": form, "told": told, "frame": frame(user)},
        status=status,
    )


def _with_muted(sent: Any, kinds: list[Kind]) -> Any:
    """The page has a box for what is wanted; the row keeps what is not."""
    data = sent.copy()
    here = set(sent.getlist("here"))
    data.setlist("muted", [kind.value for kind in kinds if kind.value not in here])
    return data


def _applied(request: HttpRequest, user: User) -> HttpResponse:
    """Language and theme hold from the next page on, also where nobody is signed in yet."""
    translation.activate(user.language)
    messages.success(request, _("Your settings are saved."))
    response = redirect("people:settings")
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        user.language,
        max_age=YEAR,
        samesite="Lax",
        secure=secure,
    )
    if user.theme == "auto":
        response.delete_cookie("theme", samesite="Lax")
    else:
        response.set_cookie("theme", user.theme, max_age=YEAR, samesite="Lax", secure=secure)
    return response
