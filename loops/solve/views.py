"""The workspace's door: it fetches, calls one verb, and shows the parts that changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from articles import actions as article_actions
from articles import rules
from articles.models import PARTS, Article, Version
from articles.search import LIKELY, SHOWN
from articles.search import query as engine
from kcs.errors import BadValue, NotAllowed, Refused, Stale
from loops.models import Link, Search
from loops.solve import actions, desk
from loops.solve.desk import Workspace
from people.doors import AgentRequest, agents_only
from people.models import Domain, User
from tickets import actions as ticket_actions
from tickets.models import Ticket
from tickets.views import onward

PAGE = "tickets/workspace.html"


def show(
    request: AgentRequest,
    ticket: Ticket,
    part: str,
    *others: str,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """Send htmx the part that it asked for and, out of band, the others that changed; send
    everyone else back to the page."""
    space = Workspace(request, ticket)
    if not request.htmx:
        if status != 200:
            return render(request, PAGE, space.context(**more), status=status)
        return redirect(ticket.get_absolute_url() + _selected(request))
    context = space.context(**more)
    html = render_to_string(f"{PAGE}#{part}", context, request)
    for other in others:
        html += render_to_string(f"{PAGE}#{other}", {**context, "oob": True}, request)
    response = HttpResponse(html, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _selected(request: AgentRequest) -> str:
    number = request.POST.get("article", "")
    return f"?article={number}" if number else ""


def _keep_typing(request: AgentRequest, number: str) -> desk.Desk:
    """What stands in the composer survives every other act on the page."""
    kept = desk.Desk.of(request, number)
    if "body" in request.POST:
        kept.keep(body=request.POST["body"][:100_000])
    return kept


@require_GET
@agents_only
def workspace(request: AgentRequest, number: str) -> HttpResponse:
    """The ticket with the ranked articles beside it."""
    ticket = desk.find_ticket(request, number)
    if number != ticket.number:
        return redirect(ticket.get_absolute_url(), permanent=True)
    _keep_words(request, ticket)
    desk.open_tab(request, ticket)
    return render(request, PAGE, Workspace(request, ticket).context())


def _keep_words(request: AgentRequest, ticket: Ticket) -> None:
    """Words of the ticket that are taken out of the search or put in; the ticket stays."""
    if {"drop", "add", "reset"} & set(request.GET):
        desk.Desk.of(request, ticket.number).keep(
            drop=[w[:60] for w in request.GET.getlist("drop") if w][:20],
            add=[w[:60] for w in request.GET.getlist("add") if w][:20],
        )


@require_GET
@agents_only
def suggestions(request: AgentRequest, number: str) -> HttpResponse:
    """The results for the words typed or switched; `know` when the chips changed too."""
    ticket = desk.find_ticket(request, number)
    _keep_words(request, ticket)
    if not request.htmx:
        return redirect(f"{ticket.get_absolute_url()}?{request.GET.urlencode()}")
    if "q" in request.GET and not {"drop", "add", "reset"} & set(request.GET):
        return show(request, ticket, "results", "reader")
    return show(request, ticket, "results", "reader", "terms")


@require_GET
@agents_only
def reader(request: AgentRequest, number: str, article: str) -> HttpResponse:
    """One article beside the ticket. That it was opened belongs to the trail."""
    ticket = desk.find_ticket(request, number)
    found = desk.find_article(request, article)
    search = rank = None
    if (given := request.GET.get("search", "")).isdigit():
        search = Search.objects.filter(pk=given, ticket=ticket).first()
    if (given := request.GET.get("rank", "")).isdigit():
        rank = min(int(given), 32_767)
    actions.open_article(found, by=request.user, ticket=ticket, search=search, rank=rank)
    space = Workspace(request, ticket)
    space.wanted = found.number
    if not request.htmx:
        return redirect(f"{ticket.get_absolute_url()}?article={found.number}")
    space.selected = space.reading(found)
    response = render(request, f"{PAGE}#reader", space.context())
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_POST
@agents_only
def use(request: AgentRequest, number: str) -> HttpResponse:
    """Link the article and put it into the reply; on a used one, take both back."""
    ticket = desk.find_ticket(request, number)
    article = desk.find_article(request, request.POST.get("article", ""))
    kept = _keep_typing(request, ticket.number)
    linked = Link.objects.filter(ticket=ticket, article=article).first()
    if linked is not None and request.POST.get("undo"):
        actions.unlink(linked, by=request.user)
        kept.keep(carried=[n for n in kept.carried if n != article.number])
        if not kept.carried and kept.body == actions.greeting(ticket, by=request.user):
            kept.keep(body="")
        said = _("%(number)s is no longer linked.") % {"number": article.number}
        return _after(request, ticket, said)
    actions.link(ticket, article, by=request.user, kind=request.POST.get("kind", "resolution"))
    if not actions.may_send(ticket, article, by=request.user):
        said = _(
            "%(number)s is linked. The requester may not see it: answer in your own words."
        )
        return _after(request, ticket, said % {"number": article.number}, undo=article.number)
    if article.number not in kept.carried and not ticket.is_done:
        kept.keep(carried=[*kept.carried, article.number])
        if not kept.body.strip():
            kept.keep(body=actions.greeting(ticket, by=request.user))
    said = _("%(number)s is linked and stands in your reply.") % {"number": article.number}
    return _after(request, ticket, said, undo=article.number)


def _after(
    request: AgentRequest, ticket: Ticket, said: str, *, undo: str = "", part: str = "bar"
) -> HttpResponse:
    """The parts that every act on a link changes, and a toast that says what happened."""
    if not request.htmx:
        messages.success(request, said)
        return redirect(ticket.get_absolute_url() + _selected(request))
    _select_again(request)
    return show(
        request, ticket, part, "composer", "results", "reader", "links", "toast",
        said=said, undo=undo,
    )  # fmt: skip


def _select_again(request: AgentRequest) -> None:
    """The article that was acted on stays the selected one."""
    query = request.GET.copy()
    for name in ("article", "q"):
        if request.POST.get(name):
            query[name] = request.POST[name]
    request.GET = query  # type: ignore[assignment]  # a copy of it, one word changed


@require_POST
@agents_only
def unlink(request: AgentRequest, number: str) -> HttpResponse:
    ticket = desk.find_ticket(request, number)
    link = _own_link(ticket, request.POST.get("link", ""))
    kept = _keep_typing(request, ticket.number)
    actions.unlink(link, by=request.user)
    kept.keep(carried=[n for n in kept.carried if n != link.article.number])
    said = _("%(number)s is no longer linked.") % {"number": link.article.number}
    return _after(request, ticket, said)


def _own_link(ticket: Ticket, pk: str) -> Link:
    found = Link.objects.filter(ticket=ticket, pk=pk if pk.isdigit() else 0).select_related(
        "article", "ticket", "delivered"
    )
    link = found.first()
    if link is None:
        raise Refused(_("This link is gone already."))
    return link


@require_POST
@agents_only
def kind(request: AgentRequest, number: str) -> HttpResponse:
    """Resolution or reference."""
    ticket = desk.find_ticket(request, number)
    link = _own_link(ticket, request.POST.get("link", ""))
    _keep_typing(request, ticket.number)
    actions.set_kind(link, by=request.user, kind=request.POST.get("kind", ""))
    said = _("%(number)s is a %(kind)s now.") % {
        "number": link.article.number,
        "kind": link.get_kind_display(),
    }
    return _after(request, ticket, said)


@require_POST
@agents_only
def flag(request: AgentRequest, number: str) -> HttpResponse:
    """Use the article and say what is wrong with it."""
    ticket = desk.find_ticket(request, number)
    article = desk.find_article(request, request.POST.get("article", ""))
    kept = _keep_typing(request, ticket.number)
    actions.flag(
        ticket,
        article,
        by=request.user,
        kind=request.POST.get("kind", ""),
        note=request.POST.get("note", ""),
        passage=request.POST.get("passage", ""),
    )
    if (
        actions.may_send(ticket, article, by=request.user)
        and article.number not in kept.carried
    ):
        kept.keep(carried=[*kept.carried, article.number])
    said = _("%(number)s is linked and flagged. Its owner will answer you.")
    return _after(request, ticket, said % {"number": article.number})


# -- improve and create -------------------------------------------------------------------


def _typed(request: AgentRequest) -> dict[str, Any]:
    names = ("title", *PARTS)
    return {name: request.POST[name] for name in names if name in request.POST}


@require_http_methods(["GET", "POST"])
@agents_only
def improve(request: AgentRequest, number: str, article: str) -> HttpResponse:
    """Edit in place: Contributors live, Candidates as a suggestion."""
    ticket = desk.find_ticket(request, number)
    found = desk.find_article(request, article)
    live = rules.may_change(request.user, found)
    if not live and not rules.may_suggest(request.user, found):
        raise NotAllowed(
            _("Only its named editors change this article. Flag what is wrong with it.")
        )
    form: dict[str, Any] = {
        **{name: getattr(found, name) for name in ("title", *PARTS)},
        "base": found.version_number,
        "note": "",
        "errors": {},
        "stale": None,
    }
    more = {"form": form, "article": found, "live": live, "editing": True}
    if request.method == "GET":
        article_actions.seal(found, by=request.user)
        if request.GET.get("quote"):
            said = actions.draft(ticket)["issue"]
            form["issue"] = f"{form['issue']}\n\n{said}".strip()
        return _form(request, ticket, "improve", more)
    kept = _keep_typing(request, ticket.number)
    base = request.POST.get("base", "")
    form.update(_typed(request), note=request.POST.get("note", ""))
    try:
        made = actions.improve(
            ticket,
            found,
            by=request.user,
            changes=_typed(request),
            base=int(base) if base.isdigit() else None,
            note=form["note"],
        )
    except Stale as error:
        form.update(stale=error.current, base=error.current["version"])
        form["errors"] = {"": str(error)}
        return _form(request, ticket, "improve", more, status=error.status)
    except Refused as error:
        form["errors"] = {getattr(error, "field", ""): str(error)}
        return _form(request, ticket, "improve", more, status=error.status)
    if (
        live
        and actions.may_send(ticket, found, by=request.user)
        and found.number not in kept.carried
    ):
        kept.keep(carried=[*kept.carried, found.number])
    if isinstance(made, Version):
        said = _("%(number)s is now version %(version)s, for everyone.")
        said %= {"number": found.number, "version": made.number}
    else:
        said = _("Your change of %(number)s waits for review.") % {"number": found.number}
    return _back(request, ticket, said, found)


def _form(
    request: AgentRequest, ticket: Ticket, part: str, more: dict[str, Any], status: int = 200
) -> HttpResponse:
    """The form in the knowledge pane, or the whole page around it without JavaScript."""
    context = Workspace(request, ticket).context(pane=part, **more)
    name = f"{PAGE}#{part}" if request.htmx else PAGE
    response = render(request, name, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _back(request: AgentRequest, ticket: Ticket, said: str, article: Article) -> HttpResponse:
    """From a form back to the list, the article selected."""
    if not request.htmx:
        messages.success(request, said)
        return redirect(f"{ticket.get_absolute_url()}?article={article.number}")
    query = request.GET.copy()
    query["article"] = article.number
    request.GET = query  # type: ignore[assignment]  # a copy of it, one word changed
    return show(request, ticket, "know", "bar", "composer", "links", "toast", said=said)


@require_http_methods(["GET", "POST"])
@agents_only
def create(request: AgentRequest, number: str) -> HttpResponse:
    """Write the missing article; the requester's words, environment and search come along."""
    ticket = desk.find_ticket(request, number)
    kept = _keep_typing(request, ticket.number)
    asked = ticket.searches.filter(kind=Search.Kind.ASKED).order_by("-at").first()
    begun = actions.draft(ticket, searched=asked.query if asked else "")
    offered = rules.options(request.user)
    choices = desk.templates()
    form: dict[str, Any] = {
        "title": begun["title"],
        "issue": begun["issue"],
        "environment": begun["environment"],
        "resolution": kept.body if not kept.carried else "",
        "cause": "",
        "tags": ", ".join(begun["tags"]),
        "template": next((t.pk for t in choices if t.is_default), None),
        "confidence": "wip",
        "errors": {},
    }
    more = {"form": form, "templates": choices, "offered": offered, "editing": True}
    if request.method == "GET":
        return _form(request, ticket, "capture", more)
    form.update(_typed(request))
    for name in ("tags", "confidence"):
        form[name] = request.POST.get(name, form[name])
    chosen = request.POST.get("template", "")
    template = next((t for t in choices if str(t.pk) == chosen), None)
    form["template"] = template.pk if template else form["template"]
    alike = _alike(request, ticket)
    seen = {*request.POST.get("seen", "").split(","), *actions.shown_numbers(ticket)}
    if {hit.number for hit in alike if hit.likeness >= LIKELY} - seen:
        # Neither found nor shown while typing: saving asks once.
        return _form(request, ticket, "capture", {**more, "duplicates": alike, "asks": True})
    try:
        article = actions.create(
            ticket,
            by=request.user,
            template=template,
            confidence=form["confidence"],
            tags=form["tags"].split(","),
            **_typed(request),
        )
    except Refused as error:
        form["errors"] = {getattr(error, "field", ""): str(error)}
        return _form(request, ticket, "capture", more, status=error.status)
    said = _("%(number)s is written and linked.") % {"number": article.number}
    return _back(request, ticket, said, article)


def _alike(request: AgentRequest, ticket: Ticket) -> list[engine.Hit]:
    """Articles that say much of what the draft says, the likest first."""
    found = engine.duplicates(_typed(request), user=request.user, language=ticket.language)
    return [hit for hit in found if hit.likeness >= SHOWN]


@require_POST
@agents_only
def duplicates(request: AgentRequest, number: str) -> HttpResponse:
    """Articles like the draft, by its whole text: while typing and again before saving."""
    ticket = desk.find_ticket(request, number)
    found = _alike(request, ticket)
    context = Workspace(request, ticket).context(duplicates=found)
    return render(request, f"{PAGE}#duplicates", context)


# -- the conversation and the end ----------------------------------------------------------


def _carried(request: AgentRequest) -> list[Article]:
    """The articles in the composer. One that was hidden meanwhile stops the sending."""
    numbers = [n.upper() for n in request.POST.getlist("articles") if n]
    return [desk.find_article(request, number) for number in dict.fromkeys(numbers)]


@require_POST
@agents_only
def send(request: AgentRequest, number: str) -> HttpResponse:
    """Send the reply, or write the note."""
    ticket = desk.find_ticket(request, number)
    kept = _keep_typing(request, ticket.number)
    internal = request.POST.get("internal") == "1"
    actions.send(
        ticket,
        by=request.user,
        body=request.POST.get("body", ""),
        internal=internal,
        articles=[] if internal else _carried(request),
    )
    kept.keep(body="", carried=kept.carried if internal else [])
    if not request.htmx:
        return redirect(ticket.get_absolute_url())
    said = _("Your note is saved.") if internal else _("Your reply is sent.")
    return show(
        request, ticket, "thread", "composer", "head", "bar", "links", "toast", said=said
    )


@require_POST
@agents_only
def solve(request: AgentRequest, number: str) -> HttpResponse:
    """Send what stands in the composer and solve. What the gate misses is said in words."""
    ticket = desk.find_ticket(request, number)
    kept = _keep_typing(request, ticket.number)
    internal = request.POST.get("internal") == "1"
    carried = [] if internal else _carried(request)
    try:
        actions.send_and_solve(
            ticket,
            by=request.user,
            body=request.POST.get("body", ""),
            internal=internal,
            articles=carried,
            outcome=request.POST.get("outcome") or None,
            reason=request.POST.get("reason", ""),
            note=request.POST.get("note", ""),
        )
    except Refused as error:
        ticket.refresh_from_db()
        if not request.htmx:
            return show(request, ticket, "bar", status=error.status, refusal=error)
        return show(request, ticket, "bar", status=error.status, refusal=error)
    kept.clear()
    desk.open_tab(request, ticket)
    said = _("%(number)s is solved.") % {"number": ticket.number}
    if not request.htmx:
        messages.success(request, said)
        return redirect(ticket.get_absolute_url())
    # The articles beside it say the same as before, unless this reply linked one: no new search.
    know = ["know"] if carried and not hasattr(ticket, "shown_links") else []
    return show(
        request, ticket, "bar", "head", "thread", "composer", *know, "links", "toast", "tabs",
        said=said, just_solved=True,
    )  # fmt: skip


@require_POST
@agents_only
def reopen(request: AgentRequest, number: str) -> HttpResponse:
    ticket = desk.find_ticket(request, number)
    actions.reopen(ticket, by=request.user, reason=request.POST.get("reason", ""))
    desk.open_tab(request, ticket)
    said = _("%(number)s is open again. Its outcome is kept as history.")
    return _everything(request, ticket, said % {"number": ticket.number})


def _everything(request: AgentRequest, ticket: Ticket, said: str) -> HttpResponse:
    if not request.htmx:
        messages.success(request, said)
        return redirect(ticket.get_absolute_url())
    return show(
        request, ticket, "bar", "head", "thread", "composer", "know", "links", "toast", "tabs",
        said=said,
    )  # fmt: skip


@require_POST
@agents_only
def assign(request: AgentRequest, number: str) -> HttpResponse:
    """To me, to a colleague, or back to everyone."""
    ticket = desk.find_ticket(request, number)
    wanted = request.POST.get("to", "").strip()
    to = None
    if wanted == "me":
        to = request.user
    elif wanted:
        to = User.objects.agents().filter(email__iexact=wanted).first()
        if to is None:
            raise BadValue(_("There is no such agent."), field="to")
    _keep_typing(request, ticket.number)
    ticket_actions.assign(ticket, by=request.user, to=to)
    said = (
        _("%(number)s is assigned to %(person)s.") % {"number": ticket.number, "person": to}
        if to
        else _("%(number)s is nobody's now.") % {"number": ticket.number}
    )
    return _head(request, ticket, said)


def _head(request: AgentRequest, ticket: Ticket, said: str) -> HttpResponse:
    if not request.htmx:
        messages.success(request, said)
        return redirect(ticket.get_absolute_url())
    desk.open_tab(request, ticket)
    return show(request, ticket, "head", "bar", "aside", "toast", "tabs", said=said)


@require_POST
@agents_only
def pend(request: AgentRequest, number: str) -> HttpResponse:
    """Wait for the requester, or for a date."""
    ticket = desk.find_ticket(request, number)
    until = _moment(request.POST.get("until", ""))
    ticket_actions.pend(ticket, by=request.user, until=until)
    return _head(request, ticket, _("%(number)s is pending.") % {"number": ticket.number})


def _moment(given: str) -> datetime | None:
    if not given.strip():
        return None
    try:
        moment = parse_datetime(given)
    except ValueError:
        moment = None
    if moment is None:
        raise BadValue(_("This is not a date and time."), field="until")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


@require_POST
@agents_only
def wake(request: AgentRequest, number: str) -> HttpResponse:
    ticket = desk.find_ticket(request, number)
    ticket_actions.wake(ticket, by=request.user)
    return _head(request, ticket, _("%(number)s is open again.") % {"number": ticket.number})


@require_POST
@agents_only
def change(request: AgentRequest, number: str) -> HttpResponse:
    """Priority, domain, defect: what is said about the ticket."""
    ticket = desk.find_ticket(request, number)
    wanted: dict[str, Any] = {}
    if (priority := request.POST.get("priority", "")).isdigit():
        wanted["priority"] = int(priority)
    if "domain" in request.POST:
        path = request.POST["domain"]
        wanted["domain"] = Domain.objects.filter(path=path).first() if path else None
    if "is_defect" in request.POST:
        wanted["is_defect"] = request.POST["is_defect"] == "1"
    ticket_actions.change(ticket, by=request.user, **wanted)
    return _head(request, ticket, _("%(number)s is changed.") % {"number": ticket.number})


@require_POST
@agents_only
def pulse(request: AgentRequest, number: str) -> HttpResponse:
    """The page is open: who else is here, and has anything changed meanwhile?"""
    ticket = desk.find_ticket(request, number)
    seconds = request.POST.get("seconds", "")
    others = ticket_actions.attend(
        ticket,
        by=request.user,
        typing=request.POST.get("typing") == "1",
        seconds=int(seconds) if seconds.isdigit() else 0,
    )
    seen = request.POST.get("seen", "")
    now = f"{ticket.changed_at:%Y%m%d%H%M%S%f}"
    context = Workspace(request, ticket).context(
        others=others, changed=bool(seen) and seen != now, seen=now
    )
    return render(request, f"{PAGE}#presence", context)


@require_GET
@agents_only
def aside(request: AgentRequest, number: str) -> HttpResponse:
    """Earlier tickets, similar solved ones, the trail; and the ticket's own settings."""
    ticket = desk.find_ticket(request, number)
    context = Workspace(request, ticket).context(
        pane="aside",
        agents=User.objects.agents().select_related("team"),
        domains=Domain.objects.all(),
        priorities=Ticket.Priority.choices,
    )
    response = render(request, f"{PAGE}#aside" if request.htmx else PAGE, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_POST
@agents_only
def leave(request: AgentRequest, number: str) -> HttpResponse:
    """Close the tab; the ticket stays as it is."""
    desk.close_tab(request, number.upper())
    tabs = request.session.get("open_tabs", [])
    return redirect(tabs[-1]["url"] if tabs else "tickets:queue")


@require_POST
@agents_only
def bulk(request: AgentRequest) -> HttpResponse:
    """Solve several from the queue, each by itself through the same gate."""
    numbers = request.POST.getlist("numbers")[:200]
    chosen = Ticket.objects.visible_to(request.user).filter(number__in=numbers)
    done = actions.bulk_solve(
        chosen,
        by=request.user,
        outcome=request.POST.get("outcome") or None,
        reason=request.POST.get("reason", ""),
        note=request.POST.get("note", ""),
    )
    solved = [ticket.number for ticket, error in done if error is None]
    refused = [(ticket, error) for ticket, error in done if error is not None]
    if solved:
        messages.success(request, _("Solved: %(list)s") % {"list": ", ".join(solved)})
    if refused and not solved:
        context = {"rows": refused, "back": onward(request, reverse("tickets:queue"))}
        return render(request, "tickets/bulk_refused.html", context, status=409)
    for ticket, error in refused:
        why = " ".join(m.detail for m in error.missing) or str(error)
        messages.error(request, f"{ticket.number}: {why}")
    return redirect(onward(request, reverse("tickets:queue")))


@require_GET
@agents_only
def used_by(request: AgentRequest, number: str) -> HttpResponse:
    """The tickets that an article met, newest first: a panel of the article's page."""
    article = desk.find_article(request, number)
    visible = Ticket.objects.visible_to(request.user)
    links = (
        Link.objects.with_current()
        .filter(article=article, ticket__in=visible)
        .select_related("ticket__requester", "by", "delivered")
        .order_by("-at")[:50]
    )
    context = {"article": article, "links": links, "nav": "knowledge"}
    part = "#panel" if request.htmx else ""
    response = render(request, f"articles/used_by.html{part}", context)
    patch_vary_headers(response, ["HX-Request"])
    return response
