"""The review lists and what is done from them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from articles import actions, rules
from articles.models import EXTERNAL, Article, Audience
from articles.views.doors import find
from kcs.errors import BadValue, Refused
from loops.evolve.publication.actions import publish
from loops.models import Decision, Upkeep
from loops.upkeep import deciding, lists, words
from people.doors import AgentRequest, agents_only
from people.models import LANGUAGES, Domain
from tickets.queries import teams_of

PAGE = "upkeep/review.html"
NOT_NOW = {
    "30": gettext_lazy("for a month"),
    "90": gettext_lazy("for three months"),
    "365": gettext_lazy("for a year"),
    "ever": gettext_lazy("for good"),
}
# What stands on the button of each list.
QUICK = {"review": "confirm", "promote": "validate", "due": "confirm"}


def asked_of(request: AgentRequest) -> tuple[str, dict[str, str]]:
    """Which list, and what it is narrowed by. An unknown list is the first one."""
    which = request.GET.get("list", "review")
    asked = {n: v for n in lists.FILTERS if (v := request.GET.get(n, "").replace("\x00", ""))}
    return which if which in lists.NAMES else "review", asked


@require_safe
@agents_only
def review(request: AgentRequest) -> HttpResponse:
    """What somebody should look at, ordered by what it costs when nobody does."""
    user = request.user
    deciding.require_reviewer(user)
    which, asked = asked_of(request)
    reader = lists.Reader(user, request.site_settings)
    page, rows = lists.page(which, reader, asked, cursor=request.GET.get("cursor", ""))
    here = reverse("upkeep:review")
    kept = {"list": which, **asked}
    quick = QUICK.get(which, "")
    context = {
        "which": which,
        "asked": asked,
        "names": list(lists.NAMES.items()),
        "others": _others(),
        "told": [
            {"row": row, "quick": quick if _may(quick, user, row.article) else ""}
            for row in rows
        ],
        "quick_label": _("Validate") if quick == "validate" else _("It is right"),
        "threshold": reader.threshold,
        "domains": list(Domain.objects.order_by("path").values_list("path", "name")),
        "teams": list(teams_of(user).order_by("name").values_list("pk", "name")),
        "languages": LANGUAGES,
        "owners": [("me", _("Mine")), ("nobody", _("Nobody's"))],
        **page.addresses(here, kept),
    }
    return render(request, PAGE, context)


def _others() -> list[tuple[str, str, str]]:
    """The queues that stand beside these lists, as far as they are installed."""
    found = []
    for view, icon, label in (
        ("articles:flags", "flag", _("Flags")),
        ("duplicates:pairs", "copy", _("Duplicates")),
        ("upkeep:recalls", "megaphone", _("Recalls")),
    ):
        try:
            found.append((reverse(view), icon, label))
        except NoReverseMatch:
            continue
    return found


def _may(act: str, user: Any, article: Article) -> bool:
    if act == "confirm":
        return deciding.may_confirm(user, article)
    return act == "validate" and rules.may_change(user, article)


@require_http_methods(["GET", "HEAD", "POST"])
@agents_only
def decide(request: AgentRequest, number: str) -> HttpResponse:
    """One article of a list, with everything that may be done about it; POST does one of it."""
    deciding.require_reviewer(request.user)
    article = find(request, number, "owner", "domain")
    which, _asked = asked_of(request)
    if request.method != "POST":
        return _show(request, article, which)
    which = request.POST.get("list", which)
    try:
        said = act(request, article)
    except Refused as refusal:
        article.refresh_from_db()
        return _show(request, article, which, error=str(refusal), status=refusal.status)
    if request.htmx:
        context = {"article": article, "said": said, "which": which}
        response = render(request, "upkeep/decide.html#done", context)
        patch_vary_headers(response, ["HX-Request"])
        return response
    messages.success(request, f"{article.number}: {said}")
    return redirect(f"{reverse('upkeep:review')}?{urlencode({'list': which})}")


def act(request: AgentRequest, article: Article) -> str:
    """Call the verb that was chosen; what to say about it."""
    asked, user = request.POST, request.user
    reason = asked.get("reason", "")
    verb = asked.get("act", "")
    if verb == "confirm":
        deciding.confirm(article, by=user, note=reason)
        return _("Confirmed. That counts as a proof.")
    if verb == "validate":
        actions.restate(article, by=user, confidence="validated", reason=reason)
        return _("Validated.")
    if verb == "publish":
        wanted = asked.get("audience", "")
        if wanted not in Audience.values:
            raise BadValue(_("Choose who may read it."), field="audience")
        publish(article, by=user, audience=wanted, reason=reason)
        return _("Published for: %(audience)s.") % {"audience": Audience(wanted).label}
    if verb == "archive":
        if not reason.strip():
            raise BadValue(_("Say why it is archived."), field="reason")
        actions.restate(article, by=user, confidence="archived", reason=reason)
        return _("Archived. It is found through the filter and can be restored.")
    if verb == "decide":
        days = asked.get("days", "30")
        if days not in NOT_NOW:
            raise BadValue(_("Choose until when."), field="until")
        until = None
        if days != "ever":
            until = timezone.localdate() + timedelta(days=int(days))
        which = asked.get("list", "")
        deciding.decide(article, by=user, list=which, until=until, reason=reason)
        return _("It left this list %(until)s.") % {"until": NOT_NOW[days]}
    raise BadValue(_("There is no such act."), field="act")


def _show(
    request: AgentRequest, article: Article, which: str, *, error: str = "", status: int = 200
) -> HttpResponse:
    user = request.user
    offered = rules.options(user, article)
    changes = rules.may_change(user, article)
    found = Upkeep.objects.filter(article=article).first()
    outside = [
        (value, Audience(value).label) for value in offered.audience if value in EXTERNAL
    ]
    context = {
        "article": article,
        "which": which if which in lists.NAMES else "review",
        "upkeep": found,
        "reasons": words.told(found.reasons) if found else [],
        "decisions": lists.decisions(article)[:5],
        "may_confirm": deciding.may_confirm(user, article),
        "may_validate": changes
        and article.confidence in ("wip", "not_validated")
        and "validated" in offered.confidence,
        "may_archive": changes and article.confidence != "archived",
        "may_decide": changes and which in Decision.List.values,
        "audiences": outside if changes and article.audience == "internal" else [],
        "not_now": list(NOT_NOW.items()),
        "typed": {
            "reason": request.POST.get("reason", ""),
            "days": request.POST.get("days", "30"),
            "audience": request.POST.get("audience", ""),
        },
        "error": error,
    }
    part = "#acts" if request.htmx else ""
    response = render(request, f"upkeep/decide.html{part}", context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response
