"""Pages of publication: what should be read outside, one article with its check, what went."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from articles import rules
from articles.models import EXTERNAL, Article, Audience
from articles.views.doors import find
from kcs.errors import BadValue, Refused
from kcs.pages import keyset
from loops.charts import Lines, csv_asked
from loops.charts.figures import step_label
from loops.evolve import access
from loops.evolve.publication import actions, queries
from loops.evolve.publication.queries import Candidate, Lag
from loops.evolve.scope import Scope, zone
from loops.models import Decision, PublicationRule, Upkeep
from loops.upkeep import deciding, lists
from people.doors import AgentRequest, agents_only
from people.models import Domain, User

NAMES = {
    "now": gettext_lazy("Proposed"),
    "ever": gettext_lazy("From before"),
    "done": gettext_lazy("Published"),
}
NOT_NOW = {"7": 7, "30": 30, "90": 90, "ever": None}


@require_safe
@agents_only
def publication(request: AgentRequest) -> HttpResponse:
    """The lists, how long publishing took, and the rules that do it by themselves."""
    reads = _require_reader(request.user)
    which = request.GET.get("list", "now")
    if which not in NAMES:
        raise BadValue(_("There is no such list."), field="list")
    scope = Scope.asked(request.GET, request.user, usual="1y", site=request.site_settings)
    everything = drawn = None
    if reads:
        everything, months = queries.lags(
            scope.since,
            scope.until,
            zone=scope.zone,
            domains=sorted(scope.domains) if scope.domains is not None else None,
        )
        drawn = _chart(months)
    if table := csv_asked(request, [drawn] if drawn else []):
        return table
    asked = {name: request.GET.get(name, "") for name in ("domain", "language", "owner")}
    cursor = request.GET.get("cursor", "").replace("\x00", "")
    rows: list[Any]
    if which == "done":
        page = keyset(
            queries.published(request.user), ("-at", "-pk"), cursor=cursor, size=queries.SIZE
        )
        rows = list(page.rows)
    else:
        reader = lists.Reader(request.user, request.site_settings)
        branch = {**asked, "domain": scope.domain.path if scope.domain else ""}
        page, rows = queries.page(reader, branch, ever=which == "ever", cursor=cursor)
    context = {
        "which": which,
        "names": list(NAMES.items()),
        "rows": rows,
        "asked": asked,
        "scope": scope,
        "domains": list(Domain.objects.order_by("path").values_list("pk", "path")),
        "lag": everything,
        "chart": drawn,
        "rules": list(PublicationRule.objects.select_related("by")),
        **page.addresses(reverse("insights:publication"), {"list": which, **asked}),
    }
    return render(request, "evolve/publication.html", context)


def _require_reader(user: User) -> bool:
    """Who decides, and who reads figures: managers see what waits, and decide nothing. Whether
    figures are for this person."""
    reads = access.may_read(user)
    if not reads:
        actions.require_decider(user)
    return reads


def _chart(months: list[Lag]) -> Lines:
    return Lines(
        key="lag",
        title=_("Time from validated to outside"),
        subtitle=_("Articles published in each month"),
        labels=[step_label(lag.month, "month") for lag in months],
        series=[
            (_("Median"), [lag.median for lag in months]),
            (_("Nine of ten within"), [lag.p90 for lag in months]),
        ],
        format="duration",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@agents_only
def candidate(request: AgentRequest, number: str) -> HttpResponse:
    """One article as readers outside would get it, with what the check found; POST decides."""
    _require_reader(request.user)
    article = find(request, number, "owner", "domain", "template")
    if request.method != "POST":
        return _show(request, article)
    actions.require_decider(request.user)
    try:
        said = _act(request, article)
    except Refused as refusal:
        article.refresh_from_db()
        return _show(request, article, error=str(refusal), status=refusal.status)
    messages.success(request, f"{article.number}: {said}")
    return redirect("insights:publication")


def _act(request: AgentRequest, article: Article) -> str:
    asked, user = request.POST, request.user
    reason = asked.get("reason", "")
    if asked.get("act") == "publish":
        made = actions.publish(
            article,
            by=user,
            audience=asked.get("audience", ""),
            checked=asked.get("checked") == "on",
            reason=reason,
        )
        return _("Published for: %(audience)s.") % {"audience": made.get_audience_display()}
    if asked.get("act") == "decide":
        days = asked.get("days", "30")
        if days not in NOT_NOW:
            raise BadValue(_("Choose until when."), field="until")
        span = NOT_NOW[days]
        until = timezone.localdate(timezone=zone()) + timedelta(days=span) if span else None
        deciding.decide(
            article, by=user, list=Decision.List.PUBLISH, until=until, reason=reason
        )
        return _("It left the list.")
    raise BadValue(_("There is no such act."), field="act")


def _show(
    request: AgentRequest, article: Article, *, error: str = "", status: int = 200
) -> HttpResponse:
    upkeep = Upkeep.objects.filter(article=article).first() or Upkeep(article=article)
    told: Candidate = queries.told([upkeep])[0]
    offered = rules.options(request.user, article).audience
    outside = [(value, Audience(value).label) for value in offered if value in EXTERNAL]
    context = {
        "article": article,
        "told": told,
        "may_decide": actions.may_decide(request.user),
        "audiences": outside if rules.may_change(request.user, article) else [],
        "history": queries.published(request.user).filter(article=article)[:10],
        "decisions": lists.decisions(article).filter(list="publish")[:5],
        "days": [
            ("7", _("for a week")),
            ("30", _("for a month")),
            ("90", _("for three months")),
            ("ever", _("for good")),
        ],
        "typed": request.POST,
        "error": error,
    }
    return render(request, "evolve/candidate.html", context, status=status)


@require_POST
@agents_only
def retract(request: AgentRequest, pk: int) -> HttpResponse:
    """Take a published article back inside."""
    actions.require_decider(request.user)
    found = get_object_or_404(queries.published(request.user), pk=pk)
    try:
        actions.retract(found, by=request.user, reason=request.POST.get("reason", ""))
    except Refused as refusal:
        return _show(request, found.article, error=str(refusal), status=refusal.status)
    messages.success(
        request, _("%(number)s is inside again.") % {"number": found.article.number}
    )
    return redirect(f"{reverse('insights:publication')}?list=done")


__all__ = ["candidate", "publication", "retract"]
