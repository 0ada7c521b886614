"""Pages of accounts: the first visit, invitations, people, API keys, language and theme."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from kcs.errors import BadValue, NotAllowed, Refused
from people import actions, letters
from people.adapter import reset_path
from people.forms import (
    AcceptForm,
    GrantForm,
    InviteForm,
    KeyForm,
    LanguageForm,
    PersonForm,
    SetUpForm,
)
from people.models import ApiKey, Invitation, SiteSettings, User
from people.rights import explained
from people.site import me

PAGE = 50
YEAR = 365 * 24 * 3600
View = Callable[..., HttpResponse]


def administrators_only(view: View) -> View:
    """Others are sent to the door, or told that they have no right."""

    @login_required
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_superuser:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def explain(form: BaseForm, refusal: Refused) -> None:
    """Put what the verb said beside the field that it is about, or above the form."""
    field = refusal.field if isinstance(refusal, BadValue) else ""
    form.add_error(field if field in form.fields else None, str(refusal))


def status_of(form: BaseForm) -> int:
    return 422 if form.is_bound and form.errors else 200


def sign_in(request: HttpRequest, user: User) -> None:
    """Right after somebody has chosen their password: they need not type it again."""
    actions.prefer(user, language=request.LANGUAGE_CODE)
    login(request, user)


# The first visit -----------------------------------------------------------------------------


@require_safe
@never_cache
def first_visit(request: HttpRequest) -> HttpResponse:
    """Where every page leads until there is an administrator."""
    if User.objects.filter(is_superuser=True).exists():
        return redirect("/")
    return render(request, "people/first_visit.html")


@never_cache
@sensitive_post_parameters("password")
def set_up(request: HttpRequest, token: str) -> HttpResponse:
    """Make the first administrator and name the help desk."""
    actions.check_setup_token(token)
    form = SetUpForm(request.POST or None)
    if form.is_valid():
        try:
            user = actions.set_up(token, **form.cleaned_data)
        except Refused as refusal:
            explain(form, refusal)
        else:
            sign_in(request, user)
            messages.success(request, _("The help desk is yours. Invite your colleagues."))
            return redirect("people:list")
    return render(request, "people/set_up.html", {"form": form}, status=status_of(form))


# Invitations ---------------------------------------------------------------------------------


@never_cache
@sensitive_post_parameters("password")
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Choose a name and a password, and be in."""
    invitation = actions.find_invitation(token)
    form = AcceptForm(request.POST or None, initial={"name": invitation.name})
    if form.is_valid():
        try:
            user = actions.accept_invitation(token, **form.cleaned_data)
        except NotAllowed:
            raise
        except Refused as refusal:
            explain(form, refusal)
        else:
            if request.user.is_authenticated:  # an administrator tries their own link
                logout(request)
            sign_in(request, user)
            return redirect("/")
    context = {"form": form, "invitation": invitation}
    return render(request, "people/accept.html", context, status=status_of(form))


@administrators_only
@require_POST
def invite(request: HttpRequest) -> HttpResponse:
    """Make an invitation, mail it, and show its link this once."""
    form = InviteForm(request.POST)
    if not form.is_valid():
        return show_people(request, form)
    try:
        with transaction.atomic():
            invitation, token = actions.invite(by=me(request), **form.cleaned_data)
            link = absolute(request, reverse("people:accept", args=[token]))
            write_invitation(invitation, link)
    except Refused as refusal:
        explain(form, refusal)
        return show_people(request, form)
    return show_people(request, InviteForm(), invitation=invitation, link=link)


def write_invitation(invitation: Invitation, link: str) -> None:
    context = {
        "invitation": invitation,
        "link": link,
        "site": SiteSettings.load(),
        "days": actions.INVITATION_DAYS,
    }
    letters.write(
        invitation.email,
        _("%(person)s invites you to %(site)s")
        % {"person": invitation.invited_by, "site": context["site"]},
        render_to_string("people/invitation.txt", context),
    )


def absolute(request: HttpRequest, path: str) -> str:
    return request.build_absolute_uri(path)


@administrators_only
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    actions.withdraw_invitation(get_object_or_404(Invitation, pk=pk), by=me(request))
    messages.success(request, _("The invitation is withdrawn."))
    return redirect("people:list")


# People --------------------------------------------------------------------------------------


@administrators_only
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    return show_people(request, InviteForm())


def show_people(request: HttpRequest, form: InviteForm, **more: Any) -> HttpResponse:
    """Who works here and who was invited. Customers and leavers are a filter away."""
    kind, wanted = request.GET.get("kind", ""), request.GET.get("q", "").strip()
    found = User.objects.select_related("team", "organisation")
    if kind == "gone":
        found = found.filter(is_active=False)
    elif kind == "customers":
        found = found.filter(is_active=True, competency="", is_superuser=False)
    else:
        kind = ""
        found = found.agents()
    if wanted and "\x00" not in wanted:
        found = found.filter(Q(name__icontains=wanted) | Q(email__icontains=wanted))
    page = Paginator(found.order_by("name", "email"), PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "kind": kind,
        "q": wanted,
        "page": page,
        "newer_url": page_url(kind, wanted, page.number - 1) if page.has_previous() else "",
        "older_url": page_url(kind, wanted, page.number + 1) if page.has_next() else "",
        "waiting": Invitation.objects.filter(accepted_by=None).select_related(
            "team", "invited_by"
        ),
        "now": timezone.now(),
        **more,
    }
    return render(request, "people/list.html", context, status=status_of(form))


def page_url(kind: str, wanted: str, number: int) -> str:
    asked = {"kind": kind, "q": wanted, "page": number}
    return "?" + urlencode({name: value for name, value in asked.items() if value})


@administrators_only
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: what they are, what they may, what happened to their account."""
    found = get_object_or_404(User.objects.select_related("team"), pk=pk)
    form = PersonForm(request.POST or None, instance=found)
    if form.is_valid():
        try:
            actions.change_person(found, by=me(request), **form.cleaned_data)
        except Refused as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("people:person", pk)
    return show_person(request, found, form=form)


def show_person(request: HttpRequest, found: User, **more: Any) -> HttpResponse:
    form = more.pop("form", None) or PersonForm(instance=found)
    grant_form = more.pop("grant_form", None) or GrantForm(
        initial={"competency": found.competency}
    )
    context = {
        "person": found,
        "may": explained(found),
        "form": form,
        "grant_form": grant_form,
        "grants": found.grants.select_related("granted_by", "revoked_by"),
        "events": found.events.select_related("by")[:30],
        "second_step": is_mfa_enabled(found),
        "keys": found.api_keys.filter(revoked_at=None),
        **more,
    }
    status = max(status_of(form), status_of(grant_form))
    return render(request, "people/person.html", context, status=status)


@administrators_only
@require_POST
def grant(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(User, pk=pk)
    form = GrantForm(request.POST)
    if form.is_valid():
        try:
            actions.grant(found, by=me(request), **form.cleaned_data)
        except Refused as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("The competency is granted."))
            return redirect("people:person", pk)
    return show_person(request, found, grant_form=form)


@administrators_only
@require_POST
def reset(request: HttpRequest, pk: int) -> HttpResponse:
    """A link with which this person chooses a new password, to hand over."""
    found = get_object_or_404(User, pk=pk)
    actions.hand_reset(found, by=me(request))
    return show_person(request, found, link=absolute(request, reset_path(found)))


@administrators_only
@require_POST
def drop_second_step(request: HttpRequest, pk: int) -> HttpResponse:
    found = actions.drop_second_step(get_object_or_404(User, pk=pk), by=me(request))
    messages.success(
        request, _("%(person)s signs in with the password alone.") % {"person": found}
    )
    return redirect("people:person", pk)


@administrators_only
@require_POST
def deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    found = actions.deactivate(get_object_or_404(User, pk=pk), by=me(request))
    messages.success(
        request,
        _("%(person)s is deactivated: signed out everywhere, keys revoked.")
        % {"person": found},
    )
    return redirect("people:person", pk)


@administrators_only
@require_POST
def reactivate(request: HttpRequest, pk: int) -> HttpResponse:
    found = actions.reactivate(get_object_or_404(User, pk=pk), by=me(request))
    messages.success(request, _("%(person)s may sign in again.") % {"person": found})
    return redirect("people:person", pk)


# API keys ------------------------------------------------------------------------------------


@login_required
@never_cache
def keys(request: HttpRequest) -> HttpResponse:
    """One's own keys; a new one is shown this once."""
    form = KeyForm(request.POST or None)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        last_day = form.cleaned_data["expires"]
        expires = (
            timezone.make_aware(datetime.combine(last_day, time.max)) if last_day else None
        )
        try:
            made, key = actions.make_key(
                me(request),
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                expires_at=expires,
                by=me(request),
            )
        except Refused as refusal:
            explain(form, refusal)
        else:
            context |= {"form": KeyForm(), "made": made, "key": key}
    context["keys"] = me(request).api_keys.all()
    context["now"] = timezone.now()
    return render(request, "people/keys.html", context, status=status_of(context["form"]))


@login_required
@require_POST
def revoke(request: HttpRequest, prefix: str) -> HttpResponse:
    """One's own key; an administrator revokes anybody's."""
    rows = ApiKey.objects.all() if request.user.is_superuser else me(request).api_keys.all()
    key = actions.revoke_key(get_object_or_404(rows, prefix=prefix), by=me(request))
    messages.success(request, _("The key %(prefix)s… is revoked.") % {"prefix": key.prefix})
    if key.user_id != request.user.pk:
        return redirect("people:person", key.user_id)
    return redirect("people:keys")


# Language and theme --------------------------------------------------------------------------


def onward(request: HttpRequest) -> str:
    """Back to where one was; never to another site."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else "/"


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Speak this language from now on, here and wherever this person signs in."""
    form = LanguageForm(request.POST)
    response = redirect(onward(request))
    if not form.is_valid():
        return response
    chosen = form.cleaned_data["language"]
    if request.user.is_authenticated:
        actions.prefer(request.user, language=chosen)
    translation.activate(chosen)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        chosen,
        max_age=YEAR,
        samesite="Lax",
        secure=settings.LANGUAGE_COOKIE_SECURE,
    )
    return response


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Light, dark, or as the system: anything else means that, too."""
    chosen = request.POST.get("theme", "")
    chosen = chosen if chosen in actions.THEMES else "auto"
    quiet = request.headers.get("HX-Request") == "true"
    response = HttpResponse(status=204) if quiet else redirect(onward(request))
    if request.user.is_authenticated:
        actions.prefer(request.user, theme=chosen)
    if chosen == "auto":
        response.delete_cookie("theme", samesite="Lax")
    else:
        response.set_cookie(
            "theme", chosen, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )
    return response


def not_offered(request: HttpRequest, **kwargs: str) -> HttpResponse:
    raise Http404
