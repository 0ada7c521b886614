"""The queue: what is to do, narrowed, ordered, taken, handed out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import F, FilteredRelation, Manager, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from kcs.addresses import numbered
from kcs.errors import Refused
from kcs.pages import keyset
from people.doors import agents_only
from people.models import LANGUAGES, Domain, Organisation, User
from tickets import actions, bulk
from tickets.filters import AGES, SORTS, STATES, TicketFilter, kept
from tickets.forms import NewTicketForm
from tickets.models import Message, Requester, SavedView, Ticket
from tickets.queries import TicketQuerySet, counts, number_in, teams_of
from tickets.views import onward

ROWS = 50
TWICE = timedelta(minutes=1)  # the same form again within it is the same request
CAP = 501  # counted no further: see the `capped` filter
DONE = {"solved", "closed", "any"}
FURTHER = ("team", "age", "channel", "language", "priority")
SHOWN = (
    "pk", "number", "subject", "language", "state", "priority", "channel", "created_at",
    "changed_at", "pending_until", "due_at", "reply_count",
    "requester_id", "organisation_id", "domain_id", "assignee_id",
)  # fmt: skip


@require_GET
@login_required
def queue(request: HttpRequest) -> HttpResponse:
    """The list of tickets. Without a state asked for: what is not solved yet."""
    user = _person(request)
    if not user.is_agent:
        # Who answers for the product and has no place at the desk has a page of their own.
        return redirect("product:home" if user.is_product else "mine:list")
    visible = Ticket.objects.visible_to(user)
    if address := _jump(request, visible):
        return address
    asked = _asked(request.GET)
    filters = TicketFilter(asked, queryset=visible, request=request)
    rows = _with_columns(filters.qs, done=bool(DONE & set(asked.getlist("state"))))
    page = keyset(rows, filters.order, cursor=request.GET.get("cursor", ""), size=ROWS)
    _complete(page.rows, user)
    plain = kept(request.GET)
    context = {
        "page": page,
        "newer_url": _page_url(plain, page.newer),
        "older_url": _page_url(plain, page.older),
        "filters": filters,
        "problems": [str(m) for errors in filters.errors.values() for m in errors],
        "asked": {name: ",".join(asked.getlist(name)) for name in asked},
        "by_receipt": filters.order[-2] in ("created_at", "-created_at"),
        "now": timezone.now(),
        "narrowed": bool(set(plain) - {"sort"}),
        "further": sum(1 for name in FURTHER if plain.get(name)),
        "query": plain.urlencode(),
        "here": request.get_full_path(),
        **_places(user, visible, plain),
        **_choices(user),
    }
    asked_by_htmx = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    if not asked_by_htmx:
        response = render(request, "tickets/queue.html", context)
    else:
        parts = {**context, "oob": True}
        response = render(request, "tickets/queue.html#list", parts)
        response.content += render(request, "tickets/queue.html#views", parts).content
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_GET
@agents_only
def newest(request: HttpRequest) -> HttpResponse:
    """When anything one may see last changed: open queues ask it before they ask for the list."""
    visible = Ticket.objects.visible_to(_person(request))
    last = visible.order_by("-changed_at", "-pk").values_list("changed_at", flat=True).first()
    response = JsonResponse({"newest": last.isoformat() if last else ""})
    response["Cache-Control"] = "private, no-store"
    return response


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _asked(query: QueryDict) -> QueryDict:
    asked = query.copy()
    if not any(asked.getlist("state")):
        asked["state"] = "undone"
    return asked


def _jump(request: HttpRequest, visible: TicketQuerySet) -> HttpResponse | None:
    """A whole number in the search leads to its ticket, but not while it is being typed."""
    number = number_in(request.GET.get("q", ""))
    if not number or request.headers.get("HX-Trigger-Name") == "q":
        return None
    found = visible.filter(number=number).only("number").first()
    if found is None:
        return None
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponseClientRedirect(found.get_absolute_url())
    return redirect(found)


def _with_columns(tickets: TicketQuerySet, *, done: bool) -> QuerySet[Any, dict[str, Any]]:
    """What a row shows, without the long texts and without the names: see `_complete`."""
    last = Message.objects.filter(ticket=OuterRef("pk"), internal=False).order_by("-at", "-pk")
    tickets = tickets.annotate(last_by=Subquery(last.values("by")[:1]))
    if done:
        # The rows of loops are met by name only: which outcome a solved ticket has now.
        tickets = tickets.annotate(
            current=FilteredRelation("outcomes", condition=Q(outcomes__ended_at=None)),
            outcome=F("current__outcome"),
        )
    return tickets.values(*SHOWN, "last_by", *(["outcome"] if done else []))


def _complete(rows: list[dict[str, Any]], user: User) -> None:
    """Add what the columns do not say: the address, and the names of what a ticket points to.

    A short query a table: joined to the rows, five tables cost four milliseconds of planning.
    """
    requesters = _names(Requester.objects, rows, "requester_id", "name", "email")
    organisations = _names(Organisation.objects, rows, "organisation_id", "name")
    domains = _names(Domain.objects, rows, "domain_id", "name")
    assignees = _names(User.objects, rows, "assignee_id", "name", "email")
    for row in rows:
        row["url"] = numbered("solve:workspace", row["number"])
        row["is_done"] = row["state"] in DONE
        row["requester"] = requesters[row["requester_id"]] or _("Anonymous")
        row["organisation"] = organisations.get(row["organisation_id"], "")
        row["domain"] = domains.get(row["domain_id"], "")
        row["assignee"] = assignees.get(row["assignee_id"], "")
        row["is_mine"] = row["assignee_id"] == user.pk


def _names(
    table: Manager[Any], rows: list[dict[str, Any]], key: str, *columns: str
) -> dict[int, str]:
    """The names of the rows' `key`: the first column of each that says something."""
    wanted = {row[key] for row in rows} - {None}
    if not wanted:
        return {}
    found = table.filter(pk__in=wanted).order_by().values_list("pk", *columns)
    return {pk: next(filter(None, said), "") for pk, *said in found}


def _page_url(query: QueryDict, cursor: str) -> str:
    if not cursor:
        return ""
    pairs = [(key, value) for key, values in query.lists() for value in values]
    return f"{reverse('tickets:queue')}?{urlencode([*pairs, ('cursor', cursor)])}"


def _places(user: User, visible: TicketQuerySet, plain: QueryDict) -> dict[str, Any]:
    """The views beside the list: those everybody has, and the saved ones."""
    undone = visible.undone().order_by()
    built_in = [
        (_("Mine"), "user", "assignee=me", undone.filter(assignee=user)),
        (_("Nobody's"), "hand", "assignee=nobody", undone.filter(assignee=None)),
        (_("My team's"), "users", "team=mine", None) if user.team_id else None,
        (_("All not solved"), "inbox", "", undone),
        (_("Pending"), "clock", "state=pending", None),
        (_("Solved"), "circle-check", "state=solved&state=closed", None),
    ]
    offered = [entry for entry in built_in if entry is not None]
    numbers = iter(counts((entry[3] for entry in offered if entry[3] is not None), cap=CAP))
    now = plain.urlencode()
    places = [
        {
            "label": label,
            "icon": icon,
            "query": query,
            "current": now == query,
            "count": next(numbers) if counted is not None else None,
        }
        for label, icon, query, counted in offered
    ]
    found = any(place["current"] for place in places)
    views = list(
        SavedView.objects.filter(Q(owner=user) | Q(shared=True))
        .select_related("owner")
        .only("name", "query", "shared", "owner__name", "owner__email")[:60]
    )
    for view in views:
        view.current = not found and view.query == now  # type: ignore[attr-defined]
        found = found or view.current  # type: ignore[attr-defined]
    return {
        "places": places,
        "own_views": [view for view in views if view.owner_id == user.pk],
        "shared_views": [view for view in views if view.owner_id != user.pk],
        "view_known": found,
    }


def _choices(user: User) -> dict[str, Any]:
    """What the selects offer."""
    people = [
        (str(pk), name or email)
        for pk, name, email in User.objects.agents()
        .exclude(pk=user.pk)
        .order_by("name", "email")
        .values_list("pk", "name", "email")
    ]
    domains = [
        (path, "\N{NO-BREAK SPACE}" * 3 * path.count("/") + name)
        for path, name in Domain.objects.order_by("path").values_list("path", "name")
    ]
    return {
        "people": people,
        "assignees": [
            ("anyone", _("Anyone")),
            ("me", _("Me")),
            ("nobody", _("Nobody")),
            *people,
        ],
        "teams": [(str(pk), name) for pk, name in teams_of(user).values_list("pk", "name")],
        "domains": domains,
        "states": STATES,
        "ages": [(key, label) for key, (_op, _span, label) in AGES.items()],
        "sorts": [(key, label) for key, (_columns, label) in SORTS.items()],
        "channels": Ticket.Channel.choices,
        "languages": LANGUAGES,
        "priorities": Ticket.Priority.choices,
        "bulk_solve_url": _address("solve:bulk"),
    }


def _address(view: str) -> str:
    try:
        return reverse(view)
    except NoReverseMatch:
        return ""


@require_http_methods(["GET", "POST"])
@agents_only
def claim(request: HttpRequest) -> HttpResponse:
    """Take the most urgent, oldest ticket that nobody works on. Asked by GET it only offers to."""
    if request.method == "GET":
        return render(request, "tickets/claim.html")
    domain = None
    if path := request.POST.get("domain", ""):
        domain = Domain.objects.filter(path=path).first()
    ticket = actions.claim_next(by=_person(request), domain=domain)
    if ticket is None:
        messages.info(request, _("Nothing waits: every ticket is in somebody's hands."))
        return redirect(onward(request, reverse("tickets:queue")))
    return redirect(ticket)


@require_POST
@agents_only
def bulk_change(request: HttpRequest) -> HttpResponse:
    """One verb on the picked tickets. What was refused is named with its reason."""
    back = onward(request, reverse("tickets:queue"))
    user = _person(request)
    tickets = bulk.pick(request.POST.getlist("numbers"), by=user)
    if not tickets:
        messages.error(request, _("Pick tickets first: the boxes stand before their subjects."))
        return redirect(back)
    verb = request.POST.get("verb", "")
    done = bulk.apply(verb, tickets, by=user, values=request.POST)
    say_done(request, done)
    return redirect(back)


def say_done(request: HttpRequest, done: bulk.Done) -> None:
    """How many, and each refusal in its own words."""
    refused = [(ticket, error) for ticket, error in done if error is not None]
    changed = len(done) - len(refused)
    if changed:
        messages.success(
            request,
            ngettext("%(n)s ticket changed.", "%(n)s tickets changed.", changed)
            % {"n": changed},
        )
    for ticket, error in refused[:5]:
        messages.error(request, f"{ticket.number}: {error}")
    if len(refused) > 5:
        more = len(refused) - 5
        messages.error(
            request,
            ngettext("%(n)s more was refused.", "%(n)s more were refused.", more) % {"n": more},
        )


@require_http_methods(["GET", "POST"])
@agents_only
def new(request: HttpRequest) -> HttpResponse:
    """Write down a request that came by telephone or in a chat."""
    user = _person(request)
    form = NewTicketForm(request.POST or None, user=user)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                return redirect(_receive(form, by=user))
            except Refused as error:
                field = getattr(error, "field", "")
                form.add_error(field if field in form.fields else None, str(error))
        status = 422
    context = {"form": form, "organisations": _organisations()}
    return render(request, "tickets/new.html", context, status=status)


def _organisations() -> list[str]:
    return list(Organisation.objects.values_list("name", flat=True)[:500])


@transaction.atomic
def _receive(form: NewTicketForm, *, by: User) -> Ticket:
    said = form.cleaned_data
    if (twin := _sent_before(said, by=by)) is not None:
        return twin
    requester = actions.requester_for(
        email=said["email"], name=said["name"], organisation=form.organisation_named()
    )
    ticket = actions.receive(
        by=by,
        subject=said["subject"],
        description=said["description"],
        requester=requester,
        channel=said["channel"],
        domain=said["domain"],
        environment=said["environment"],
        language=said["language"],
        priority=said["priority"],
        team=said["team"],
    )
    if said["mine"]:
        actions.assign(ticket, by=by, to=by)
    return ticket


def _sent_before(said: dict[str, Any], *, by: User) -> Ticket | None:
    """The ticket of the same form, pressed twice: the lock lets the second press see the first."""
    User.objects.select_for_update(no_key=True).only("pk").get(pk=by.pk)
    return (
        Ticket.objects.visible_to(by)
        .filter(
            subject=" ".join(said["subject"].split()),
            description=said["description"].replace("\r\n", "\n"),
            channel=said["channel"],
            requester__email=said["email"].lower(),
            created_at__gte=timezone.now() - TWICE,
            events__verb="received",
            events__by=by,
        )
        .first()
    )
